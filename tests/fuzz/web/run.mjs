// Runs artifacts that the fuzzer sends, a line of JSON each, and looks whether they keep to their memory: around the context lie bytes that must stay what
// they are, and what lies there, or in the arena before the run, must not show in the outputs.
import { createInterface } from "node:readline";
import { solve } from "../../../web/runtime/dist/core.js";

const page = 65536;
const guard = 4 * page;
const mostBytes = 256 << 20;

const size = (dim, values) => {
  if (typeof dim === "number") return dim;
  if (typeof dim === "string") return values.get(dim);
  const [a, b] = [size(dim[1], values), size(dim[2], values)];
  return { "+": a + b, "*": a * b, "//": Math.floor(a / b), "%": a - b * Math.floor(a / b), min: Math.min(a, b), max: Math.max(a, b) }[dim[0]];
};

const bytesOf = {
  bool: 1, uint8: 1, int8: 1, int16: 2, uint16: 2, float16: 2, bfloat16: 2, int32: 4, uint32: 4, float32: 4, complex32: 4, int64: 8, uint64: 8, float64: 8, complex64: 8, complex128: 16,
};

function run(module, manifest, inputs, pattern) {
  const values = solve(manifest, inputs.map(({ shape }) => shape));
  const { constantsEnd, minPages } = manifest.memory;
  const start = Math.ceil((constantsEnd + guard) / 64) * 64;
  const memory = new WebAssembly.Memory({ initial: Math.max(minPages, Math.ceil((start + manifest.context.header) / page)) + 1, maximum: 65536 });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const constants = Buffer.from(memory.buffer, 0, constantsEnd);
  const words = new Int32Array(memory.buffer, start, 16);
  new Uint8Array(memory.buffer, start, manifest.context.header).fill(0);
  words[1] = 1;
  manifest.symbols.forEach(({ name }, i) => { new Int32Array(memory.buffer, start + manifest.context.symbols)[i] = values.get(name); });
  const bytes = exports.plan(start) >>> 0;
  if (bytes > mostBytes) return {};
  const end = start + bytes;
  memory.grow(Math.max(0, Math.ceil((end + guard - memory.buffer.byteLength) / page)));
  const all = new Uint8Array(memory.buffer);
  all.fill(pattern, constantsEnd, start).fill(pattern, start + manifest.context.header);
  const kept = Buffer.from(all.subarray(0, start));
  exports.reset(start);
  const address = (table, i) => new Uint32Array(memory.buffer, start + table)[i];
  inputs.forEach(({ data }, i) => all.set(data, address(manifest.context.inputs, i)));
  const error = exports.run(start, 0, manifest.steps.length);
  if (!kept.equals(all.subarray(0, start))) throw new Error("wrote before its context");
  if (all.subarray(end).some((byte) => byte !== pattern)) throw new Error("wrote behind its context");
  if (error !== 0) return { error };
  const outputs = manifest.outputs.map(({ dtype, shape }, i) => {
    const length = shape.reduce((product, dim) => product * size(dim, values), 1) * bytesOf[dtype];
    const at = address(manifest.context.outputs, i);
    if (at < start || at + length > end) {
      // An output may be a constant or an input, but nothing else outside of the context.
      if (at + length > constantsEnd) throw new Error("has an output outside of its context");
    }
    return Buffer.from(all.slice(at, at + length));
  });
  return { outputs };
}

/** Of a float's bits: how many, and those of its exponent. What is greater than these without the sign is no number. */
const floats = {
  float16: [2, 0x7c00], complex32: [2, 0x7c00], bfloat16: [2, 0x7f80], float32: [4, 0x7f800000], complex64: [4, 0x7f800000], float64: [8, 0x7ff0000000000000n], complex128: [8, 0x7ff0000000000000n],
};

/** WebAssembly leaves the sign and the lower bits of what is no number to the engine, and V8's two compilers differ in it. */
function settled(bytes, dtype) {
  const [width, exponent] = floats[dtype] ?? [];
  if (width === undefined) return bytes;
  const of = { 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[width];
  const bits = new of(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const [sign, last] = width === 8 ? [0x8000000000000000n, 1n] : [2 ** (8 * width - 1), 1];
  return Buffer.from(bits.map((word) => ((word >= sign ? word - sign : word) > exponent ? exponent + last : word)).buffer);
}

function answer({ artifact, inputs }) {
  const module = new WebAssembly.Module(Buffer.from(artifact, "base64"));
  const manifest = JSON.parse(Buffer.from(WebAssembly.Module.customSections(module, "sconce.manifest")[0]).toString());
  const given = inputs.map(({ shape, data }) => ({ shape, data: Buffer.from(data, "base64") }));
  const [first, second] = [0x5a, 0xa5].map((pattern) => run(module, manifest, given, pattern));
  if (first.error !== second.error) throw new Error("ends in an error by what lies in memory");
  if (first.outputs === undefined) return {};
  const [one, other] = [first, second].map(({ outputs }) => outputs.map((bytes, i) => settled(bytes, manifest.outputs[i].dtype)));
  if (one.some((bytes, i) => !bytes.equals(other[i]))) throw new Error("reads what it has not written");
  return { outputs: first.outputs.map((bytes) => bytes.toString("base64")) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let reply;
  try {
    reply = answer(request);
  } catch (error) {
    // What the runtime refuses, sizes above all, is no finding.
    reply = error.name === "SconceError" ? {} : { problem: `in Node: ${error instanceof WebAssembly.RuntimeError ? "trap: " : ""}${error.message.replace(/@\+\d+/g, "")}` };
  }
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
