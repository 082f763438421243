// What a browser downloads beside a model's weights, plain and gzipped.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const dataSection = 11;

/** A module without its data section, which holds the weights. */
export function withoutWeights(wasm) {
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = leb128(wasm, at + 1);
    if (wasm[at] !== dataSection) kept.push(wasm.subarray(at, body + size));
    at = body + size;
  }
  return Buffer.concat(kept);
}

function leb128(bytes, at) {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    if (byte < 0x80) return [value, at];
  }
}

const sized = (parts) => ({
  bytes: parts.reduce((sum, part) => sum + part.length, 0),
  gzip: parts.reduce((sum, part) => sum + gzipSync(part, { level: 9 }).length, 0),
});

export const modelCode = (path) => sized([withoutWeights(readFileSync(path))]);

/** The files that a page loads to run models with sconce. */
export function sconceRuntime() {
  const dist = folder("../../web/runtime/dist");
  return sized(readdirSync(dist).filter((name) => name.endsWith(".js") && name !== "core.js").map((name) => readFileSync(join(dist, name))));
}

/** The files that a page loads to run models with onnxruntime-web's wasm backend. */
export function ortRuntime() {
  const dist = folder("node_modules/onnxruntime-web/dist");
  return sized(["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"].map((name) => readFileSync(join(dist, name))));
}
