// Reads the arrays of an .npz, as the test models' expected numbers are kept.
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const central = 0x02014b50;
const end = 0x06054b50;
const deflated = 8;

/** @returns {Record<string, { type: string, shape: number[], bytes: Buffer }>} arrays by name; `type` is NumPy's, such as "<f4" */
export function readNpz(path) {
  const file = readFileSync(path);
  let tail = file.length - 22;
  while (tail >= 0 && file.readUInt32LE(tail) !== end) tail--;
  if (tail < 0) throw new Error(`${path} is not a zip`);
  const arrays = {};
  for (let at = file.readUInt32LE(tail + 16), i = file.readUInt16LE(tail + 10); i > 0; i--) {
    if (file.readUInt32LE(at) !== central) throw new Error(`${path} has a damaged directory`);
    const [method, size, local] = [file.readUInt16LE(at + 10), file.readUInt32LE(at + 20), file.readUInt32LE(at + 42)];
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => file.readUInt16LE(at + field));
    const name = file.toString("utf8", at + 46, at + 46 + nameSize);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const content = file.subarray(start, start + size);
    arrays[name.replace(/\.npy$/, "")] = readNpy(method === deflated ? inflateRawSync(content) : content);
    at += 46 + nameSize + extraSize + commentSize;
  }
  return arrays;
}

function readNpy(file) {
  const [start, size] = file[6] === 1 ? [10, file.readUInt16LE(8)] : [12, file.readUInt32LE(8)];
  const header = file.toString("latin1", start, start + size);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (type === undefined || shape === undefined || /'fortran_order': True/.test(header)) throw new Error(`an array of another kind: ${header}`);
  return { type, shape: shape.split(",").filter((size) => size.trim() !== "").map(Number), bytes: file.subarray(start + size) };
}
