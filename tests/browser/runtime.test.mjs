// The runtime in real browsers, under each kind of headers that a server may send. See README.md.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findBrowsers } from "./browsers.mjs";
import { modes, startServer } from "./server.mjs";
import { runPage } from "./visit.mjs";

const runtime = new URL("../../web/runtime/", import.meta.url);

/** Models by hand, of the runtime's own tests: built from their TypeScript. */
async function makeModels() {
  const built = spawnSync("npx", ["tsc", "-p", "tests/tsconfig.json"], { cwd: fileURLToPath(runtime), encoding: "utf8", shell: process.platform === "win32" });
  assert.equal(built.status, 0, built.stdout);
  const { makeArtifact, weights, bias } = await import(new URL("obj/tests/fixture.js", runtime));
  const affine = makeArtifact();
  const facts = { weights, bias, bytes: affine.length };
  return new Map([
    ["models/affine.wasm", affine],
    ["models/slow.wasm", makeArtifact({ burn: 600 })],
    ["models/large.wasm", makeArtifact({ manifest: { memory: { constantsOffset: 1024, constantsEnd: 420 << 20, minPages: 1 } } })],
    ["models/facts.json", new TextEncoder().encode(JSON.stringify(facts))],
  ]);
}

/** The page as esbuild bundles it, with the worker beside it: as the runtime's README says. */
async function bundle() {
  const { outputFiles } = await build({
    entryPoints: { page: fileURLToPath(new URL("page/bundled.js", import.meta.url)), worker: "sconce/worker" },
    bundle: true, format: "esm", outdir: "bundled", write: false, logLevel: "warning",
  });
  return outputFiles.map(({ path, contents }) => [`bundled/${path.endsWith("worker.js") ? "worker" : "page"}.js`, contents]);
}

const { found, missing } = findBrowsers();
let server;

before(async () => {
  const folders = { runtime: new URL("dist/", runtime), page: new URL("page/", import.meta.url) };
  server = await startServer({ folders, files: new Map([...await makeModels(), ...await bundle()]) });
});
after(() => server?.close());

for (const name of missing) test(name, { skip: "is not installed here" }, () => {});

for (const browser of found) {
  for (const mode of Object.keys(modes)) {
    test(`${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "runtime" }));
  }
  test(`${browser.name}, bundled`, (context) => runPage(context, { browser, server, mode: "isolated", page: "bundled" }));
}
