// Serves the test pages, and takes their results. The first part of a path is the mode: which headers the answers carry.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const policy = (scripts) => ({
  "Content-Security-Policy": `default-src 'none'; script-src ${scripts}; worker-src 'self'; connect-src 'self'; img-src 'self'; style-src 'self'; frame-src 'self'`,
});

export const modes = {
  /** Cross-origin isolated: threads can be had. */
  isolated: isolation,
  /** As most servers answer. */
  plain: {},
  /** Isolated, and with the strictest policy under which WebAssembly runs. */
  strict: { ...isolation, ...policy("'self' 'wasm-unsafe-eval'") },
  /** A policy that forbids WebAssembly. */
  forbidding: { ...isolation, ...policy("'self'") },
};

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml" };

/**
 * @param {{ folders: Record<string, string | URL>, files: Map<string, Uint8Array> }} content folders and files by their path, without the mode
 */
export async function startServer({ folders, files }) {
  const results = new Map();
  /** What was asked for, other than results: the method and the path, without the mode. */
  const requests = [];

  /** Resolves with what the page of this run posts. */
  const result = (run) => new Promise((resolve) => results.set(run, resolve));

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });

  async function answer(request, response) {
    const [, mode, ...rest] = new URL(request.url, "http://localhost").pathname.split("/");
    const path = rest.join("/");
    if (!(mode in modes)) return response.writeHead(404).end();
    const headers = { ...modes[mode], "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin", "Access-Control-Allow-Origin": "*" };
    if (request.method === "POST" && path.startsWith("result/")) {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      results.get(path.slice("result/".length))?.(JSON.parse(Buffer.concat(chunks).toString()));
      return response.writeHead(204, headers).end();
    }
    requests.push(`${request.method} ${path}${new URL(request.url, "http://localhost").search}`);
    const slow = path.startsWith("slow/");
    const file = files.get(slow ? path.slice("slow/".length) : path);
    if (file !== undefined) {
      headers["Content-Type"] = types[extname(path)] ?? "application/octet-stream";
      // A chunked answer of odd pieces, without a length, as behind a compressing proxy.
      if (slow) return trickle(response.writeHead(200, headers), file);
      return response.writeHead(200, { ...headers, "Content-Length": file.length }).end(file);
    }
    const folder = Object.keys(folders).find((name) => path.startsWith(`${name}/`));
    const local = folder === undefined ? undefined : join(fileURLToPath(folders[folder]), normalize(`/${path.slice(folder.length)}`));
    const size = local === undefined ? undefined : await stat(local).then((found) => (found.isFile() ? found.size : undefined), () => undefined);
    // As servers of single-page applications do: an address that is not known is the application.
    if (size === undefined) return response.writeHead(path.endsWith(".wasm") ? 200 : 404, { ...headers, "Content-Type": "text/html" }).end("<!doctype html><title>Not here</title>");
    response.writeHead(200, { ...headers, "Content-Type": types[extname(local)] ?? "application/octet-stream", "Content-Length": size });
    createReadStream(local).pipe(response);
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    result,
    requests,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

async function trickle(response, file) {
  for (let at = 0, piece = 777; at < file.length; at += piece, piece = (piece * 3) % 40_009 + 1) {
    if (!response.write(file.subarray(at, at + piece))) await new Promise((resolve) => response.once("drain", resolve));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  response.end();
}
