// Compiled models in real browsers: the numbers that PyTorch gave.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readNpz, slice } from "sconce/tensor";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root, tool } from "./tool.mjs";
import { runPage } from "./visit.mjs";

// All operators are compared in Node, by `sconce verify`; here a few that stand for what engines could do differently: each kind of
// number, of kernel and of size, and state.
const models = [
  "examples/digits/digits",
  ...["block-residual", "block-inverted-residual", "block-swin", "attention-dynamic", "mask-dynamic", "embedding", "lstm", "linear-double",
    "int16", "inputs-nested", "outputs-nested", "state-counter", "found-nms", "found-open-rows"].map((name) => `tests/models/operators/${name}`),
];

let folder;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "sconce-models-"));
  const files = new Map();
  const list = [];
  for (const model of models) {
    const path = fileURLToPath(new URL(model, root));
    const name = basename(path);
    const output = join(folder, `${name}.wasm`);
    execFileSync("dotnet", [tool, "compile", `${path}.pt2`, "-o", output], { stdio: ["ignore", "ignore", "inherit"] });
    files.set(`models/${name}.wasm`, readFileSync(output));
    list.push({ name, calls: await callsOf(path) });
  }
  files.set("models/list.json", new TextEncoder().encode(JSON.stringify(list)));
  const folders = { runtime: new URL("web/runtime/dist/", root), page: new URL("page/", import.meta.url) };
  server = await startServer({ folders, files });
});

after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.close();
});

/** What to give and what to expect, call by call: in a sequence every array has the call as its first dimension. */
async function callsOf(path) {
  const isSequence = existsSync(`${path}-sequence.npz`);
  const arrays = Object.entries(await readNpz(readFileSync(isSequence ? `${path}-sequence.npz` : `${path}.npz`)));
  const count = isSequence ? arrays[0][1].shape[0] : 1;
  const named = (prefix) => arrays.filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  const part = (array, call) => {
    const { dtype, shape, data } = isSequence ? slice(array, [call]) : array;
    return { dtype, shape, data: Buffer.from(data.buffer).toString("base64") };
  };
  return Array.from({ length: count }, (_, call) => ({
    inputs: named("in").map(([, array]) => part(array, call)), outputs: named("out").map(([, array]) => part(array, call)) }));
}

const { found, missing } = findBrowsers();
for (const name of missing) test(`models, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["isolated", "plain"]) test(`models, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "models" }));
}

test("the models have calls with inputs and outputs", async () => {
  for (const model of models) assert.ok((await callsOf(fileURLToPath(new URL(model, root)))).every(({ outputs }) => outputs.length > 0), model);
});
