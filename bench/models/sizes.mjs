// What a page has to download beside the weights.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const [customSection, dataSection] = [0, 11];

/** The parts of an artifact without its weights: the manifest, and either variant of the code. */
function partsOf(wasm) {
  const parts = { manifest: Buffer.alloc(0), plain: [wasm.subarray(0, 8)], relaxed: Buffer.alloc(0) };
  for (let at = 8; at < wasm.length; ) {
    const [size, body] = leb128(wasm, at + 1);
    const end = body + size;
    if (wasm[at] === customSection) {
      const [length, name] = leb128(wasm, body);
      const [, part] = wasm.toString("utf8", name, name + length).split(".");
      parts[part] = wasm.subarray(name + length, end);
    } else if (wasm[at] !== dataSection) {
      parts.plain.push(wasm.subarray(at, end));
    }
    at = end;
  }
  return { ...parts, plain: Buffer.concat(parts.plain) };
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

/** An artifact's code, by variant, and what its manifest says. */
export function readArtifact(path) {
  const { manifest, plain, relaxed } = partsOf(readFileSync(path));
  return { manifest: JSON.parse(manifest), code: { plain: sized([plain]), relaxed: sized([relaxed]), manifest: sized([manifest]) } };
}

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
