// How long the compiler takes in a tab of Chromium, stage by stage, beside the command line on the same machine; what memory the tab takes meanwhile; and what is downloaded of it.
// node bench/tab/bench.mjs [MODEL.pt2 …]; without models those of make.py (../shared/pytorch/python bench/tab/make.py artifacts/tab). Expects ./sconce and web/compiler to be built.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { root, tool } from "../../tests/browser/tool.mjs";

const made = ["mobilenet_v2", "resnet18", "large"].map((name) => fileURLToPath(new URL(`artifacts/tab/${name}.pt2`, root)));
const paths = process.argv.length > 2 ? process.argv.slice(2) : made;
for (const path of paths) if (!existsSync(path)) throw new Error(`${path} is not there: ../shared/pytorch/python bench/tab/make.py artifacts/tab`);
const models = new Map(paths.map((path) => [basename(path), path]));
const compiler = new URL("web/compiler/dist/browser/", root);
const browser = findBrowsers().found.find(({ name }) => name === "Chromium");
if (browser === undefined) throw new Error("Chromium is not installed here");

const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
const answers = new Map([["given/models.json", Buffer.from(JSON.stringify({ models: [...models.keys()] }))]]);
let ended;
const done = new Promise((resolve) => (ended = resolve));
const server = createServer(async (request, response) => {
  const path = new URL(request.url, "http://localhost").pathname.slice(1);
  if (request.method === "POST") {
    const parts = [];
    for await (const part of request) parts.push(part);
    const result = JSON.parse(Buffer.concat(parts).toString());
    if (result.end) ended();
    else tell(result);
    return response.writeHead(204).end();
  }
  const local = path.startsWith("given/") ? models.get(path.slice("given/".length)) : path.startsWith("compiler/") ? fileURLToPath(new URL(path.slice("compiler/".length), compiler)) : fileURLToPath(new URL(path.slice("page/".length), import.meta.url));
  const bytes = answers.get(path) ?? (local !== undefined && existsSync(local) ? readFileSync(local) : undefined);
  if (bytes === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }).end(bytes);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const visit = await browser.visit(`http://localhost:${server.address().port}/page/page.html`);

/** The most memory that the browser's largest process had: the tab's. */
let most = 0;
const watching = setInterval(() => (most = Math.max(most, largest(visit.pids))), 50);
await done;
clearInterval(watching);
await visit.close();
server.close();

console.log("what is downloaded, with brotli of quality 11:");
let sum = 0;
for (const name of readdirSync(new URL("dotnet/", compiler))) {
  const bytes = readFileSync(new URL(`dotnet/${name}`, compiler));
  const { length } = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  sum += length;
  console.log(`  ${name.padEnd(22)} ${String(length).padStart(9)} of ${bytes.length}`);
}
console.log(`  ${"together".padEnd(22)} ${String(sum).padStart(9)}`);

function tell({ name, bytes, stages, wasm, error }) {
  if (error !== undefined) return console.log(`${name}: ${error}`);
  const began = performance.now();
  execFileSync("dotnet", [tool, "inspect", models.get(name)], { stdio: "ignore" });
  const native = performance.now() - began;
  const times = stages.slice(0, -1).map(([stage, at], i) => [stage, stages[i + 1][1] - at]);
  const all = stages.at(-1)[1];
  console.log(`${name}: ${(bytes / 1e6).toFixed(1)} MB in ${(all / 1000).toFixed(2)} s, of which .NET's start ${(times[0][1] / 1000).toFixed(2)} s; ${(all / native).toFixed(1)} times the command line's; ${(wasm / 1e6).toFixed(1)} MB; the tab had ${(most / 1e6).toFixed(0)} MB at most, ${(most / bytes).toFixed(1)} times the file`);
  for (const [stage, ms] of times.toSorted((a, b) => b[1] - a[1]).slice(0, 12)) console.log(`  ${stage.padEnd(24)} ${ms.toFixed(0).padStart(7)} ms ${((100 * ms) / all).toFixed(1).padStart(5)} %`);
  most = 0;
}

/** Resident bytes of the largest renderer among the processes of these groups (Linux). */
function largest(groups) {
  let found = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (!groups.includes(Number(group)) || !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      found = Math.max(found, 4096 * Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]));
    } catch {
      // It has ended.
    }
  }
  return found;
}
