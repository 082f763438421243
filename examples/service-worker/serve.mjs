// Serves dist at http://localhost:5173. On the web any static host does the same.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };
const folder = join(import.meta.dirname, "dist");
const port = Number(process.env.PORT ?? 5173);

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const path = join(folder, normalize(decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)));
  const isFile = path.startsWith(folder) && (await stat(path).then((entry) => entry.isFile(), () => false));
  response.writeHead(isFile ? 200 : 404, {
    "Content-Type": types[extname(path)] ?? "application/octet-stream",
  });
  if (isFile) createReadStream(path).pipe(response);
  else response.end();
}).listen(port, "localhost", () => console.log(`http://localhost:${port}/`));
