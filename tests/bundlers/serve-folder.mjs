// Serves a built page at the root of a port, cross-origin isolated, and takes what it posts.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cache-Control": "no-store",
  "Content-Security-Policy": "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
};

export async function serveFolder(folder, files) {
  const asked = [];
  let post;
  const posted = new Promise((resolve) => (post = resolve));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      post(JSON.parse(Buffer.concat(chunks).toString()));
      return response.writeHead(204, headers).end();
    }
    const path = pathname === "/" ? "/index.html" : pathname;
    const content = files.get(path) ?? (await readFile(join(folder, normalize(path))).catch(() => undefined));
    asked.push(`${path}${content === undefined ? " (not there)" : ""}`);
    response.writeHead(content === undefined ? 404 : 200, { ...headers, "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(content);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://localhost:${server.address().port}/`,
    asked,
    posted,
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
