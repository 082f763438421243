// As much of zip as .npz takes: files that are stored or deflated, below 4 GB, without encryption.
import type { DataOf } from "../shared/tensor.js";
import { wrong } from "./elements.js";

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endHeader = 0x06054b50;
const [stored, deflated] = [0, 8];
const utf8Names = 0x800;
/** The first of January 1980, the least that a zip can say: equal contents make equal files. */
const date = 0x21;

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files of a zip, unpacked. What its directory says of sizes is looked at before anything is believed. */
export async function readZip(file: Uint8Array, what: string): Promise<ZipEntry[]> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  // A comment of up to 64 kB may follow.
  let end = file.length - 22;
  while (end >= 0 && end > file.length - 22 - 0x10000 && view.getUint32(end, true) !== endHeader) end--;
  if (end < 0 || view.getUint32(end, true) !== endHeader) throw wrong(`${what} is no zip, or is cut short`);
  const damaged = () => wrong(`${what} has a damaged directory`);
  const entries: Promise<ZipEntry>[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > end || view.getUint32(at, true) !== centralHeader) throw damaged();
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [crc, packed, unpacked, local] = [16, 20, 24, 42].map((field) => view.getUint32(at + field, true)) as [number, number, number, number];
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameSize));
    if (flags & 1) throw wrong(`${what}: ${name} is encrypted`);
    if (local + 30 > file.length || view.getUint32(local, true) !== localHeader) throw damaged();
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    if (start + packed > file.length) throw wrong(`${what}: ${name} is cut short`);
    const content = file.subarray(start, start + packed);
    if (method !== stored && method !== deflated) throw wrong(`${what}: ${name} is packed by method ${method}: expected stored or deflated`);
    entries.push((method === stored ? Promise.resolve(content) : inflate(content, unpacked, `${what}: ${name}`)).then((bytes) => {
      if (bytes.length !== unpacked || crc32(bytes) !== crc) throw wrong(`${what}: ${name} is damaged`);
      return { name, bytes };
    }));
    at += 46 + nameSize + extraSize + commentSize;
  }
  return Promise.all(entries);
}

/** A zip of these files. */
export async function writeZip(entries: readonly ZipEntry[], { compress }: { readonly compress: boolean }): Promise<DataOf["uint8"]> {
  const [parts, directory]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    const content = compress ? await through(bytes, new CompressionStream("deflate-raw"), Infinity) : bytes;
    const fields: (readonly [size: number, value: number])[] = [
      [2, 20], [2, utf8Names], [2, compress ? deflated : stored], [2, 0], [2, date], [4, crc32(bytes)], [4, content.length], [4, bytes.length], [2, encoded.length], [2, 0],
    ];
    const local = [record([[4, localHeader], ...fields]), encoded, content];
    directory.push(record([[4, centralHeader], [2, 20], ...fields, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]), encoded);
    parts.push(...local);
    offset += lengthOf(local);
    if (offset >= 2 ** 32 - 1) throw wrong("writeNpz: more than a zip of 4 GB holds");
  }
  const count = entries.length;
  if (count > 0xffff) throw wrong(`writeNpz: a zip holds 65535 files, got ${count}`);
  const end = record([[4, endHeader], [2, 0], [2, 0], [2, count], [2, count], [4, lengthOf(directory)], [4, offset], [2, 0]]);
  return join([...parts, ...directory, end]);
}

async function inflate(bytes: Uint8Array, size: number, what: string): Promise<Uint8Array> {
  try {
    return await through(bytes, new DecompressionStream("deflate-raw"), size);
  } catch (error) {
    throw wrong(`${what} cannot be unpacked: ${(error as Error).message}`);
  }
}

/** What a stream makes of bytes; no more than it should be. */
async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough<Uint8Array>(stream as ReadableWritablePair<Uint8Array, Uint8Array<ArrayBuffer>>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length > limit) {
      await reader.cancel();
      throw new Error(`it is larger than the ${limit} bytes that it should be`);
    }
  }
  return join(parts);
}

function record(fields: readonly (readonly [size: number, value: number])[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return bytes;
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function join(parts: readonly Uint8Array[]): DataOf["uint8"] {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

let table: Uint32Array | undefined;

function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, value) => {
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
    return value;
  });
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
