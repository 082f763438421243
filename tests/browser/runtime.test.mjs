// The runtime in real browsers, under each kind of headers that a server may send. See README.md.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const service = await build({
    entryPoints: [fileURLToPath(new URL("page/service-worker.js", import.meta.url))],
    bundle: true, format: "iife", write: false, logLevel: "error",
    plugins: [{ name: "runtime", setup: ({ onResolve }) => onResolve({ filter: /runtime\/index\.js$/ }, () => ({ path: fileURLToPath(new URL("dist/index.js", runtime)) })) }],
  });
  return [
    ...outputFiles.map(({ path, contents }) => [`bundled/${path.endsWith("worker.js") ? "worker" : "page"}.js`, contents]),
    ["bundled/service-worker.js", service.outputFiles[0].contents],
  ];
}

const { found, missing } = findBrowsers();
let server;

before(async () => {
  const folders = { runtime: new URL("dist/", runtime), page: new URL("page/", import.meta.url) };
  server = await startServer({ folders, files: new Map([...await makeModels(), ...await bundle()]) });
});
after(() => server?.close());

test("Chromium, the background of an extension", { skip: found.some(({ name }) => name === "Chromium") ? false : "is not installed here" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "sconce-extension-"));
  const posted = server.result("extension");
  cpSync(fileURLToPath(new URL("extension/", import.meta.url)), folder, { recursive: true });
  cpSync(fileURLToPath(new URL("page/service-answer.js", import.meta.url)), join(folder, "page", "service-answer.js"));
  cpSync(fileURLToPath(new URL("dist/", runtime)), join(folder, "runtime"), { recursive: true });
  mkdirSync(join(folder, "models"));
  writeFileSync(join(folder, "models", "affine.wasm"), (await makeModels()).get("models/affine.wasm"));
  writeFileSync(join(folder, "address.json"), JSON.stringify({ address: `${server.origin}/plain/result/extension` }));
  const chromium = found.find(({ name }) => name === "Chromium");
  const visit = await chromium.visit("about:blank", [`--load-extension=${folder}`, "--disable-features=DisableLoadExtensionCommandLineSwitch"]);
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("the extension posted nothing within 60 s")), 60_000).unref());
    const reason = "a service worker cannot start workers";
    assert.deepEqual(await Promise.race([posted, late]), { y: [1.5, 3.5, 9.25, 116], threads: 1, reason, worker: false, workerReason: reason });
  } finally {
    await visit.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const name of missing) test(name, { skip: "is not installed here" }, () => {});

for (const browser of found) {
  for (const mode of Object.keys(modes)) {
    test(`${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "runtime" }));
  }
  test(`${browser.name}, service worker`, (context) => runPage(context, { browser, server, mode: "isolated", page: "service-page" }));
  test(`${browser.name}, bundled`, (context) => runPage(context, { browser, server, mode: "isolated", page: "bundled" }));
}
