import assert from "node:assert/strict";
import { test } from "node:test";
import { ArtifactReader, memoryFlagOffset, withSharedMemory } from "../src/artifact/artifact.js";
import { hasRelaxedSimd } from "../src/graph/engine.js";
import { SconceError } from "../src/shared/errors.js";
import { Graph } from "../src/graph/graph.js";
import { loadGraphSync } from "../src/graph/graph-sync.js";
import { type Json, expected, join, leb, makeArtifact, name, section } from "./fixture.js";

const file = makeArtifact({ padding: 600 });

async function* cut(bytes: Uint8Array, size: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const end = at + size();
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function failure(bytes: Uint8Array): Promise<string> {
  try {
    const graph = await Graph.load(cut(bytes, () => 100));
    graph.createContext().run({ x: { data: new Float32Array(4), shape: [1, 4] }, mask: { data: new Uint8Array(1), shape: [1] } });
  } catch (error) {
    assert.ok(error instanceof SconceError, String(error instanceof Error ? error.stack : error));
    return error.message;
  }
  return "accepted";
}

for (const size of [1, 2, 3, 7, 64, 1000, 1 << 20]) {
  test(`reads chunks of ${size} bytes`, async () => {
    const graph = await Graph.load(cut(file, () => size));
    const { y } = graph.createContext().run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
    assert.deepEqual(y?.data, expected([1, 2, 3, 4], [1]));
    assert.equal(graph.code.fileBytes, file.length);
  });
}

test("reads chunks of odd sizes, empty ones among them", async () => {
  let state = 1;
  const next = () => (state = (state * 48271) % 2147483647) % 40;
  const graph = await Graph.load(cut(file, next));
  assert.equal(graph.manifest.inputs.length, 2);
});

function readHead(bytes: Uint8Array) {
  const reader = new ArtifactReader();
  return reader.arriving(reader.head(), cut(bytes, () => 1000)[Symbol.asyncIterator]());
}

test("reads a file at once that lies in memory, and says the same of one that is cut short", async () => {
  const graph = loadGraphSync(file);
  assert.equal(graph.code.fileBytes, file.length);
  assert.deepEqual(graph.createContext().run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } }).y?.data, expected([1, 2, 3, 4], [1]));
  for (let length = 0; length < file.length; length += length < 100 ? 1 : 331) {
    const part = file.subarray(0, length);
    assert.throws(() => loadGraphSync(part), { name: "SconceError", message: await failure(part) });
  }
});

test("keeps nothing of the constants", async () => {
  const reader = new ArtifactReader();
  const chunks = cut(file, () => 50)[Symbol.asyncIterator]();
  const { manifest, code, relaxed } = await reader.arriving(reader.head(), chunks);
  assert.ok(WebAssembly.validate(code));
  assert.equal(relaxed !== undefined && WebAssembly.validate(relaxed), hasRelaxedSimd());
  let largest = 0;
  let total = 0;
  await reader.arriving(reader.constants(manifest, (_, { length }) => {
    largest = Math.max(largest, length);
    total += length;
  }), chunks);
  assert.ok(largest <= 50);
  assert.equal(total, 16 + 608 + 16);
});

test("a file cut short anywhere says so", async () => {
  for (let length = 0; length < file.length; length += length < 100 ? 1 : 13) {
    const said = await failure(file.subarray(0, length));
    assert.match(said, /^the file (is empty$|is not WebAssembly: it ends|is damaged|is WebAssembly, but not)/, `${length} bytes: ${said}`);
  }
  assert.equal(await failure(file.subarray(0, file.length - 3)),
    `the file is damaged: it ends at byte ${file.length - 3}, within the data section, which goes on to byte ${file.length}`);
});

// The code itself is the engine's to judge, and what the code computes nobody's; the runtime must neither hang nor show a stack.
test("a damaged byte before the code gives an error of ours, or none", async () => {
  const { manifest } = await readHead(file);
  assert.ok(manifest);
  const codeAt = file.indexOf(0x60);
  for (let at = 0; at < codeAt; at += 3) {
    const damaged = file.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    await failure(damaged);
  }
});

const text = (string: string) => new TextEncoder().encode(string);
const head = file.subarray(0, 8);
const rest = file.subarray(8);

test("says what else it might be", async () => {
  assert.equal(await failure(text("<!DOCTYPE html><html>")), "the file is not WebAssembly: it looks like HTML, as a server sends for an address that it does not know");
  assert.equal(await failure(text("PK\x03\x04 and more")), "the file is not WebAssembly: it is a zip, perhaps the PyTorch file itself; `sconce compile` makes the .wasm from it");
  assert.equal(await failure(text("something else")), "the file is not WebAssembly");
  assert.equal(await failure(new Uint8Array()), "the file is empty");
  const other = "the file is WebAssembly, but not a model that sconce compiled: it does not begin with the section sconce.manifest";
  assert.equal(await failure(head), other);
  assert.equal(await failure(join([head, section(0, name("other")), rest])), other);
});

test("says which part of the structure is wrong", async () => {
  const manifest = section(0, join([name("sconce.manifest"), text(JSON.stringify({ format: 3 }))]));
  assert.match(await failure(join([head, manifest])), /^the file's manifest is damaged: memory should be an object, but is nothing/);
  assert.match(await failure(join([head, section(0, join([leb(1000), text("sconce")]))])), /the name of the custom section is longer than the section/);
  assert.equal(await failure(join([head, Uint8Array.of(99, 1, 1)])), "the file is damaged: there is no section number 99 (at byte 8)");
  assert.match(await failure(join([head, Uint8Array.of(0, 255, 255, 255, 255, 255, 1)])), /the custom section has a number of more than 32 bits/);
});

const manifestCases: readonly (readonly [string, Record<string, Json>, RegExp])[] = [
  ["an older format", { format: 1, compiler: "sconce 0.0.1" }, /^the file has format 1, written by sconce 0\.0\.1; this runtime is sconce \d+\.\d+\.\d+\S* and reads formats 3 and 4: compile the model again$/],
  ["a newer format", { format: 99, compiler: "sconce 9.0.0" }, /^the file has format 99, written by sconce 9\.0\.0; this runtime .* reads formats 3 and 4: install a newer runtime$/],
  ["a newer format of whoever", { format: 99, compiler: {} }, /^the file has format 99; this runtime/],
  ["a format that is none", { format: "1" }, /format should be an integer from 0 to \d+, but is "1"/],
  ["constants beyond memory", { memory: { constantsOffset: 1024, constantsEnd: 2 ** 33, minPages: 1 } }, /memory.constantsEnd should be an integer from 1024 to 4294967296/],
  ["tables beyond the header", { context: { symbols: 64, inputs: 68, outputs: 90, header: 96 } }, /context.outputs should be an integer from 64 to 84, but is 90/],
  ["an unknown dtype", { inputs: [{ name: "x", dtype: "float128", shape: [1] }] }, /inputs\[0\].dtype is "float128", which this runtime does not know/],
  ["a dimension that is none", { outputs: [{ name: "y", dtype: "bool", shape: [["-", 1, 2]] }] }, /outputs\[0\].shape\[0\] should be a dimension/],
  ["a symbol of no input", { symbols: [{ name: "s", min: 1, max: 2, input: 7, dim: 0, scale: 1, offset: 0 }] }, /symbols\[0\].input should be an integer from 0 to 1, but is 7/],
  ["a symbol whose input is a word", { symbols: [{ name: "s", min: 1, max: 2, input: "constructor", dim: 0, scale: 1, offset: 0 }] }, /symbols\[0\].input should be an integer/],
  ["a symbol twice", { symbols: [0, 0].map((input) => ({ name: "s", min: 1, max: 2, input, dim: 0, scale: 1, offset: 0 })) }, /two of its symbols have one name/],
  ["a symbol nobody defines", { arena: "z" }, /the manifest uses the symbol z but does not define it/],
  ["segments outside of the constants", { memory: { constantsOffset: 2048, constantsEnd: 4096, minPages: 1 } }, /segment 0 of the data section takes addresses 1024 to 1040, outside of 2048 to 4096/],
  ["an arena beyond memory", { arena: ["*", 2 ** 33, "s0"] }, /the model needs 8192.0 MiB of memory for these shapes, but WebAssembly's memory ends at 4096 MiB/],
];

for (const [what, manifest, expectedMessage] of manifestCases) {
  test(`refuses a manifest with ${what}`, async () => assert.match(await failure(makeArtifact({ padding: 0, manifest })), expectedMessage));
}

test("a lying size allocates nothing", async () => {
  const before = process.memoryUsage().arrayBuffers;
  await failure(join([head, Uint8Array.of(0), leb(2 ** 32 - 1), name("sconce.manifest"), text("{")]));
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
});

test("sets the shared flag of the memory import and nothing else", async () => {
  const { code } = await readHead(file);
  const shared = withSharedMemory(code);
  const at = memoryFlagOffset(code);
  assert.deepEqual([code[at], shared[at]], [1, 3]);
  assert.ok(WebAssembly.validate(shared));
  assert.deepEqual(shared.filter((byte, i) => byte !== code[i]).length, 1);
});

test("several contexts share the constants and keep apart what is theirs", async () => {
  const graph = await Graph.load(cut(file, () => 1000));
  const [first, second] = [graph.createContext(), graph.createContext()];
  const tensors = (rows: number, value: number) => ({
    x: { data: new Float32Array(rows * 4).fill(value), shape: [rows, 4] }, mask: { data: new Uint8Array(rows).fill(255), shape: [rows] },
  });
  for (const [context, rows, value, runs] of [[first, 2, 1, 1], [second, 9000, 2, 1], [first, 8000, 3, 2], [second, 1, 4, 2], [first, 2, 5, 3]] as const) {
    const { y, count } = context.run(tensors(rows, value));
    assert.deepEqual(y?.data, expected(new Float32Array(rows * 4).fill(value), new Uint8Array(rows).fill(1)));
    assert.deepEqual(count?.data, BigInt64Array.of(BigInt(runs)));
  }
  second.dispose();
  assert.throws(() => second.run(tensors(1, 1)), /was disposed/);
  assert.ok(graph.createContext().run(tensors(3, 1)).y);
});
