// Serves the page with a model: node examples/story/serve.js MODEL.wasm [--port N]
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: { port }, positionals: [model] } = parseArgs({ allowPositionals: true, options: { port: { type: "string", default: "0" } } });
if (model === undefined || !existsSync(model)) {
  console.error(`serve: ${model === undefined ? "which model?" : `there is no ${model}.`} ./sconce compile examples/story/story.pt2 --weights int8 -o story.wasm makes one.`);
  process.exit(2);
}

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".wasm": "application/wasm" };
/** @param {string} base @param {string[]} names @param {string} [folder] @returns {[string, string][]} */
const files = (base, names, folder = "") => names.map((name) => [`/${folder}${name}`, fileURLToPath(new URL(name, base))]);
const shared = new URL("../../web/demo/public/", import.meta.url).href;
const served = new Map([
  ...files(import.meta.url, ["index.html", "page.css", "page.js", "storyteller.js", "sampler.js", "tokenizer.js", "story.json"]),
  ...files(shared, ["base.css", "icon.svg"]),
  ...files(import.meta.resolve("sconce"), ["index.js", "worker.js", "network.js"], "runtime/"),
  ["/story.wasm", model],
]);

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const path = served.get(pathname === "/" ? "/index.html" : pathname);
  if (path === undefined) return response.writeHead(404).end();
  response.writeHead(200, {
    "Content-Type": types[/** @type {keyof typeof types} */ (extname(path))],
    "Content-Length": statSync(path).size,
    // For threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  });
  return createReadStream(path).pipe(response);
});
server.listen(Number(port), "localhost", () => {
  const address = server.address();
  console.log(`The story is told at http://localhost:${address !== null && typeof address === "object" ? address.port : port}/ (Ctrl-C stops)`);
});
