// `sconce playground`: what its server serves, and the page itself, used in real browsers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readNpz, writeNpz } from "sconce/tensor";
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
  for (const name of ["affine.pt", "affine.npz"]) files.set(`given/${name}`, readFileSync(new URL(`tests/models/torchscript/${name}`, root)));
  const arrays = await readNpz(files.get("given/affine.npz"));
  arrays.out0.data[0] += 1;
  files.set("given/wrong.npz", await writeNpz(arrays));
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

// A compilation in a tab takes its time: of a model by itself in one mode, the strictest, and where a browser has all that it asks for.
for (const browser of found.filter(({ name }) => name !== "WebKit")) {
  test(`a model in the playground, ${browser.name}`, async (context) => {
    server.requests.length = 0;
    await runPage(context, { browser, server, mode: "strict", page: "model" });
    // Whatever was dropped stays: the page asks for its own files, and sends nothing.
    const others = server.requests.filter((request) => !/^GET (page|playground|given)\/[\w./-]+(\?run=[\w-]+)?$|^GET favicon\.ico$/.test(request));
    assert.deepEqual(others, []);
    assert.ok(server.requests.includes("GET playground/dotnet/assemblies.bin"), "the requests are watched");
  });
}
