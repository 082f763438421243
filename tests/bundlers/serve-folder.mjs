// Serves a built page at the root of a port, cross-origin isolated, and takes what it posts. In place of a folder it takes the port of a development server, which it
// stands in front of.
import { readFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml" };
const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cache-Control": "no-store" };
const policy = { "Content-Security-Policy": "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'" };

export async function serveFolder({ folder, port }, files) {
  const asked = [];
  let post;
  const posted = new Promise((resolve) => (post = resolve));
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (request.method === "POST" && pathname === "/result") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      post(JSON.parse(Buffer.concat(chunks).toString()));
      return response.writeHead(204, isolated).end();
    }
    const path = pathname === "/" ? "/index.html" : pathname;
    if (port !== undefined && !files.has(path)) {
      asked.push(pathname);
      return void pass(request, response, port);
    }
    const content = files.get(path) ?? (await readFile(join(folder, normalize(path))).catch(() => undefined));
    asked.push(`${path}${content === undefined ? " (not there)" : ""}`);
    response.writeHead(content === undefined ? 404 : 200, { ...isolated, ...policy, "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(content);
  });
  // What a development server tells its page by.
  server.on("upgrade", (request, socket, head) => {
    if (port === undefined) return void socket.destroy();
    const theirs = connect(port, "localhost", () => {
      const headers = request.rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${/^(host|origin)$/i.test(name) ? `${/^origin$/i.test(name) ? "http://" : ""}localhost:${port}` : request.rawHeaders[i + 1]}`] : []));
      theirs.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
      theirs.write(head);
      socket.pipe(theirs).pipe(socket);
    });
    for (const end of [socket, theirs]) end.on("error", () => end.destroy());
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

/** Asks the development server, as if it had been asked itself. */
function pass(request, response, port) {
  const theirs = ask({ host: "localhost", port, path: request.url, method: request.method, headers: { ...request.headers, host: `localhost:${port}` } }, (answer) => {
    response.writeHead(answer.statusCode, { ...answer.headers, ...isolated });
    answer.pipe(response);
  });
  theirs.on("error", () => response.destroy());
  request.pipe(theirs);
}
