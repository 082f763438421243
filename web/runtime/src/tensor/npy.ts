// NumPy's file of one array: a header that is a Python dictionary, and the elements.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import { type DataOf, type DType, type Tensor, elementCount, elementSize, viewOf } from "../shared/tensor.js";
import { type AnyTensor, checkTensor, wrong } from "./elements.js";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** NumPy's letter and bytes for each dtype that it has. */
const kinds: Readonly<Partial<Record<DType, string>>> = {
  bool: "b1", uint8: "u1", int8: "i1", int16: "i2", int32: "i4", int64: "i8", uint16: "u2", uint32: "u4", uint64: "u8",
  float16: "f2", float32: "f4", float64: "f8", complex64: "c8", complex128: "c16",
};
const dtypeOfKind = new Map(Object.entries(kinds).map(([dtype, kind]) => [kind, dtype as DType]));

/** Reads what `numpy.save` wrote. Arrays of text, of objects and of records are refused. */
export function readNpy(file: Uint8Array | ArrayBuffer, name = "the .npy file"): Tensor {
  const bytes = file instanceof ArrayBuffer ? new Uint8Array(file) : file;
  if (!magic.every((byte, i) => bytes[i] === byte)) throw wrong(`${name} is no .npy file: it does not begin with \\x93NUMPY`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) throw wrong(`${name} is of version ${version} of NumPy's format: expected 1, 2 or 3`);
  const start = version === 1 ? 10 : 12;
  const size = bytes.length < start ? Infinity : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + size > bytes.length) throw wrong(`${name} is cut short: it ends in its header`);
  const header = new TextDecoder().decode(bytes.subarray(start, start + size));
  const [, order = "", kind = ""] = /'descr': *'([<>|=])(\w+)'/.exec(header) ?? [];
  const dtype = dtypeOfKind.get(kind);
  const sizes = /'shape': *\(([\d, L]*)\)/.exec(header)?.[1];
  if (dtype === undefined || sizes === undefined) {
    const descr = /'descr': *(.*?), *'fortran_order'/.exec(header)?.[1] ?? header.trim();
    throw wrong(`${name} holds an array of ${descr}: expected numbers, bool or complex (of bfloat16 and text NumPy's files say nothing: save array.astype("float32"))`);
  }
  const shape = sizes.split(",").filter((part) => part.trim() !== "").map((part) => parseInt(part, 10));
  const elements = elementCount(shape, name);
  const length = elements * elementSize(dtype);
  if (bytes.length - start - size < length) throw wrong(`${name} is cut short: ${dtype} [${shape.join(", ")}] takes ${length} bytes, and there are ${bytes.length - start - size}`);
  // A copy, which lies as its elements want it. (slice of Node's Buffer makes none.)
  const content = new Uint8Array(bytes.subarray(start + size, start + size + length));
  if (order === ">") swapBytes(content, elementSize(dtype) / (kind.startsWith("c") ? 2 : 1));
  const ordered = /'fortran_order': *True/.test(header) && shape.length > 1 ? fromFortranOrder(content, shape, elementSize(dtype)) : content;
  return { dtype, shape, data: viewOf(dtype, ordered.buffer, 0, elements) } as Tensor;
}

/** The bytes that `numpy.load` reads. */
export function writeNpy(tensor: AnyTensor): DataOf["uint8"] {
  checkTensor(tensor, "writeNpy");
  const { dtype, shape, data } = tensor;
  const kind = kinds[dtype];
  if (kind === undefined) throw wrong(`writeNpy: NumPy has no ${dtype}: convert(tensor, "float32") of sconce/tensor makes it one that it has`);
  const header = `{'descr': '${kind.endsWith("1") ? "|" : "<"}${kind}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  // The elements begin at a multiple of 64.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const file = new Uint8Array(length + data.byteLength);
  file.set([...magic, 1, 0]);
  new DataView(file.buffer).setUint16(8, length - 10, true);
  file.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10);
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return file;
}

function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** As `tensor.T` of one written backwards: Fortran has its first dimension's elements side by side. */
function fromFortranOrder(bytes: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  const ordered = new Uint8Array(bytes.length);
  const strides = shape.map((_, dim) => shape.slice(0, dim).reduce((count, each) => count * each, size));
  let to = 0;
  const copy = (dim: number, at: number): void => {
    if (dim === shape.length) {
      ordered.set(bytes.subarray(at, at + size), to);
      to += size;
    } else {
      for (let i = 0; i < (shape[dim] ?? 0); i++) copy(dim + 1, at + i * (strides[dim] ?? 0));
    }
  };
  copy(0, 0);
  return ordered;
}

