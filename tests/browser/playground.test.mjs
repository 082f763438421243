// `sconce playground`: what its server serves, and the page itself, used in real browsers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readNpz } from "sconce/tensor";
import { assemble } from "./assemble.mjs";
import { findBrowsers } from "./browsers.mjs";
import { servedFiles, startPageCommand } from "./page-command.mjs";
import { startServer } from "./server.mjs";
import { root, tool } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const dist = new URL("web/playground/dist/", root);

let playground;
let server;

before(async () => {
  playground = await startPageCommand("playground");
  const files = new Map((await servedFiles(playground.address, dist, ["digits.wasm"])).map(([path, bytes]) => [`playground/${path}`, bytes]));
  const { in0, out0 } = await readNpz(readFileSync(new URL("examples/digits/digits.npz", root)));
  files.set("given/digits.in", new Uint8Array(in0.data.buffer));
  files.set("given/digits.out", new Uint8Array(out0.data.buffer));
  files.set("given/digits.pt2", readFileSync(new URL("examples/digits/digits.pt2", root)));
  files.set("given/affine.pt", readFileSync(new URL("tests/models/torchscript/affine.pt", root)));
  for (const [path, bytes] of compileSplit()) files.set(`given/${path}`, bytes);
  for (const name of ["guest", "endless"]) files.set(`given/${name}.wasm`, await assemble(`${name}.wat`));
  // What PyTorch makes of the sample's pictures.
  files.set("given/pictures.json", readFileSync(new URL("examples/wasi-nn/pictures.json", root)));
  server = await startServer({ folders: { page: new URL("page/", import.meta.url) }, files });
});

/** The digits as the page is to make them, with their weights in files of their own, and the list of these. */
function compileSplit() {
  const folder = mkdtempSync(join(tmpdir(), "sconce-playground-"));
  try {
    execFileSync("dotnet", [tool, "compile", fileURLToPath(new URL("examples/digits/digits.pt2", root)), "-o", join(folder, "split.wasm"), "--split", "64kB"], { stdio: "ignore" });
    writeFileSync(join(folder, "mine.pt2"), readFileSync(new URL("examples/digits/digits.pt2", root)));
    execFileSync("dotnet", [tool, "compile", join(folder, "mine.pt2")], { stdio: "ignore" });
    const names = readdirSync(join(folder, "weights"));
    const list = ["split.json", Buffer.from(JSON.stringify({ files: names }))];
    return [list, ...["mine.wasm", "split.wasm", ...names.map((name) => `weights/${name}`)].map((path) => [path, readFileSync(join(folder, path))])];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

after(async () => {
  playground?.stop();
  await server?.close();
});

test("the playground's server isolates the page and keeps to its contents", async () => {
  const { headers } = await fetch(playground.address);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.equal((await fetch(new URL("..%2f..%2fpackage.json", playground.address))).status, 404);
});

const { found, missing } = findBrowsers();
for (const name of missing) test(`playground, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["strict", "plain"]) test(`playground, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "playground" }));
}
