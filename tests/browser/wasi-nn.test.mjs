// WASI-NN in real browsers: a command of WASI (guest.wat) in a worker, and on a page whose engine can suspend it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { readNpz } from "sconce/tensor";
import { assemble } from "./assemble.mjs";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root, tool } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const model = fileURLToPath(new URL("examples/digits/digits.pt2", root));

let folder;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "sconce-wasi-nn-"));
  const artifact = join(folder, "digits.wasm");
  execFileSync("dotnet", [tool, "compile", model, "-o", artifact], { stdio: ["ignore", "ignore", "inherit"] });
  const { in0, out0 } = await readNpz(readFileSync(model.replace(/pt2$/, "npz")));
  const source = createHash("sha256").update(readFileSync(model)).digest("hex");
  const manifest = { graphs: { digits: { url: "digits.wasm", source } } };
  const files = new Map([
    ["models/digits.wasm", readFileSync(artifact)],
    ["models/graphs.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["models/digits.pt2", readFileSync(model)],
    ["models/digits.in", new Uint8Array(in0.data.buffer)],
    ["models/digits.out", new Uint8Array(out0.data.buffer)],
    ["models/guest.wasm", await assemble("guest.wat")],
    ...await bundle(),
  ]);
  server = await startServer({ folders: { page: new URL("page/", import.meta.url), "wasi-nn/dotnet": new URL("web/compiler/dist/browser/dotnet/", root) }, files });
});

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.close();
});

/** Page and worker as esbuild bundles them, with the scripts beside them of which the package's README speaks. */
async function bundle() {
  const page = (name) => fileURLToPath(new URL(`page/${name}.js`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: { page: page("wasi-nn"), guest: page("wasi-nn-worker"), "nn-worker": "sconce-wasi-nn/worker", worker: "sconce/worker", "compile-worker": "sconce-compiler/browser/worker" },
    bundle: true, format: "esm", outdir: "wasi-nn", write: false, logLevel: "warning",
  });
  return outputFiles.map(({ path, contents }) => [`wasi-nn/${basename(path)}`, contents]);
}

const { found, missing } = findBrowsers();
for (const name of missing) test(`wasi-nn, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["strict", "plain"]) test(`wasi-nn, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "wasi-nn" }));
}
