// Serves this folder at http://localhost:5173, with the two headers that threads need. On the web any static host does the same.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };
const folder = import.meta.dirname;
const port = Number(process.env.PORT ?? 5173);

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const path = join(folder, normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)));
  const isFile = path.startsWith(folder) && (await stat(path).then((entry) => entry.isFile(), () => false));
  response.writeHead(isFile ? 200 : 404, {
    "Content-Type": types[extname(path)] ?? "application/octet-stream",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  if (isFile) createReadStream(path).pipe(response);
  else response.end();
}).listen(port, "localhost", () => console.log(`http://localhost:${port}/`));
