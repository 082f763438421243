// Artifacts that anybody may have written, for the runtime: as a stream, all at once, and as a model that is run.
import { Graph, loadGraphSync } from "../../../web/runtime/dist/core.js";
import { load } from "../../../web/runtime/dist/index.js";
import { Random, mutateBytes, mutateJson } from "./random.mjs";

export const extension = ".wasm";
const manifestName = "sconce.manifest";
const memory = 64 << 20;

export function make(seeds, seed, number) {
  const random = new Random(seed, number);
  let bytes = random.of(seeds);
  for (let i = 0; i <= random.below(4); i++) bytes = random.below(5) < 4 ? withManifest(bytes, random) : mutateBytes(bytes, random);
  return bytes;
}

export async function attempt(bytes, intact) {
  // Other code may run for ever, which is its right: only what the reader makes of it is looked at.
  const sameCode = intact.some((rest) => rest.equals(bytes.subarray(Math.max(bytes.length - rest.length, 0))));
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.slice(at, at + 1000);
  };
  const readers = [() => Graph.load(chunks(), { memory }), () => loadGraphSync(bytes, { memory })];
  if (sameCode) readers.push(() => run(bytes));
  let refused;
  for (const reader of readers) {
    try {
      await reader();
    } catch (error) {
      if (error?.name !== "SconceError" || typeof error.code !== "string") throw error;
      refused = error;
    }
  }
  return refused;
}

async function run(bytes) {
  const model = await load(bytes, { worker: false, threads: 1, memory });
  try {
    model.report();
    const inputs = {};
    for (const { name, dtype, shape } of model.inputs) {
      const sizes = shape.map((dim) => (typeof dim === "number" ? dim : 3));
      const elements = sizes.reduce((a, b) => a * b, 1);
      if (!(elements < 1 << 20) || elements < 0) return;
      Object.defineProperty(inputs, name, { value: { data: new (arrays[dtype] ?? Float32Array)(elements), shape: sizes }, enumerable: true, configurable: true });
    }
    await model.run(inputs);
  } finally {
    model.dispose();
  }
}

const arrays = {
  float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
  float16: Uint16Array, bfloat16: Uint16Array,
};

/** All of an artifact behind its manifest, by which a file is known to run what the compiler wrote. */
export function codeOf(bytes) {
  return Buffer.from(bytes.subarray(sections(bytes)[0]?.end ?? 0));
}

function withManifest(bytes, random) {
  const section = sections(bytes).find(({ id, body, end }) => id === 0 && new TextDecoder().decode(bytes.subarray(body + 1, Math.min(body + 1 + manifestName.length, end))) === manifestName);
  if (section === undefined) return bytes;
  const { start, body, end } = section;
  try {
    const json = JSON.parse(new TextDecoder().decode(bytes.subarray(body + 1 + manifestName.length, end)));
    mutateJson(json, random);
    const text = new TextEncoder().encode(JSON.stringify(json));
    const name = [manifestName.length, ...new TextEncoder().encode(manifestName)];
    return Uint8Array.from([...bytes.subarray(0, start), 0, ...leb(name.length + text.length), ...name, ...text, ...bytes.subarray(end)]);
  } catch {
    return bytes;
  }
}

function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
  return [...bytes, value];
}

function sections(bytes) {
  const found = [];
  for (let at = 8; at < bytes.length;) {
    const start = at;
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes[at++];
      size += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    if (at + size > bytes.length) break;
    found.push({ id, start, body: at, end: at + size });
    at += size;
  }
  return found;
}
