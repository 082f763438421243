import { createHash } from "node:crypto";
import wabt from "wabt";
import { affine, layout, weightsAt } from "./affine.wat.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface FixtureOptions {
  /** Steps that only take time, after the two that compute. */
  readonly burn?: number;
  /** With the code for relaxed SIMD too. */
  readonly relaxed?: boolean;
  /** Bytes of constants between w and b. */
  readonly padding?: number;
  /** Changes to the manifest. */
  readonly manifest?: Readonly<Record<string, Json>>;
}

export const weights = [1, 2, 3, 4];
export const bias = [0.5, -0.5, 0.25, 100];

/** What the model by hand gives. */
export function expected(x: ArrayLike<number>, mask: ArrayLike<number>): Float32Array {
  return Float32Array.from(x, (value, i) => (mask[Math.floor(i / 4)] === 0 ? 0 : value * (weights[i % 4] ?? 0) + (bias[i % 4] ?? 0)));
}

const toolkit = await wabt();

/** The file of a model by hand, as the compiler would lay it out. */
export function makeArtifact(options: FixtureOptions = {}): Uint8Array<ArrayBuffer> {
  return makeFile(options, true);
}

/** The same model with its weights in files of their own: the file, and they by their names. */
export function makeSplit(shardBytes: number, options: FixtureOptions = {}): { file: Uint8Array<ArrayBuffer>; shards: Map<string, Uint8Array<ArrayBuffer>> } {
  const shards = new Map<string, Uint8Array<ArrayBuffer>>();
  const described = new Map<string, { readonly sha256: string; readonly bytes: number; readonly addresses: number[] }>();
  const memory = join(constants(options).map(([, bytes]) => bytes));
  for (let at = 0; at < memory.length; at += shardBytes) {
    const bytes = memory.slice(at, at + shardBytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    shards.set(`weights/${sha256}.bin`, bytes);
    if (!described.has(sha256)) described.set(sha256, { sha256, bytes: bytes.length, addresses: [] });
    described.get(sha256)?.addresses.push(weightsAt + at);
  }
  return { file: makeFile({ ...options, manifest: { format: 4, shards: [...described.values()], ...options.manifest } }, false), shards };
}

/** Addresses and bytes of what is in memory before the first run. */
function constants({ padding = 100_000 }: FixtureOptions): [address: number, bytes: Uint8Array][] {
  const biasAt = weightsAt + 16 + Math.ceil(padding / 16) * 16;
  const bytes = (numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
  return [
    [weightsAt, bytes(weights)],
    [weightsAt + 16, Uint8Array.from({ length: biasAt - weightsAt - 16 }, (_, i) => (i >> 8) + i % 251)],
    [biasAt, bytes(bias)],
  ];
}

function makeFile(options: FixtureOptions, withData: boolean): Uint8Array<ArrayBuffer> {
  const { burn = 0, relaxed = true, manifest = {} } = options;
  const segments = constants(options);
  const [biasAt] = segments.at(-1) ?? [0];
  const main = sections(assemble(affine(biasAt, false)));
  const text = new TextEncoder();
  const rest = join([
    ...main,
    section(0, join([name("other"), Uint8Array.of(1, 2, 3)])),
    ...(relaxed ? [section(0, join([name("sconce.relaxed"), preamble, ...sections(assemble(affine(biasAt, true)))]))] : []),
    ...(withData ? [section(11, join([leb(segments.length), ...segments.map(([address, bytes]) => segment(address, bytes))]))] : []),
  ]);
  const described = (fileBytes: number) =>
    section(0, join([name("sconce.manifest"), text.encode(JSON.stringify({ ...makeManifest(biasAt + 16, burn), fileBytes, ...manifest }))]));
  let size = 0;
  const whole = () => preamble.length + described(size).length + rest.length;
  while (size !== whole()) size = whole();
  return join([preamble, described(size), rest]);
}

/** What the manifest says of the method `start`. */
export const start = {
  name: "start",
  context: { symbols: layout.symbols, inputs: layout.inputs, outputs: layout.outputs, header: layout.header },
  symbols: [],
  checks: [],
  inputs: [{ name: "from", dtype: "int64", shape: [] }],
  outputs: [{ name: "was", dtype: "int64", shape: [] }],
  steps: [{ name: "was", operator: "", kernel: "map", flops: 0, bytes: 16 }],
  faults: [],
  multiplyAdds: 0,
  arena: layout.header + 32,
  threadArena: 0,
};

function makeManifest(constantsEnd: number, burn: number): Record<string, Json> {
  const step = (label: string): Json => ({ name: label, operator: `aten::${label}`, kernel: "map", flops: ["*", "s0", 4], bytes: ["*", "s0", 32] });
  return {
    format: 3,
    compiler: "sconce 0.1.0",
    source: { name: "affine.pt2", sha256: "00" },
    memory: { constantsOffset: weightsAt, constantsEnd, minPages: 1 },
    context: { symbols: layout.symbols, inputs: layout.inputs, outputs: layout.outputs, header: layout.header },
    symbols: [{ name: "s0", min: 1, max: 40_000, input: 0, dim: 0, scale: 1, offset: 0 }],
    checks: [],
    inputs: [{ name: "x", dtype: "float32", shape: ["s0", 4] }, { name: "mask", dtype: "bool", shape: ["s0"] }],
    outputs: [
      { name: "y", dtype: "float32", shape: ["s0", 4] },
      { name: "count", dtype: "int64", shape: [] },
      { name: "relaxed", dtype: "int32", shape: [1] },
    ],
    steps: [step("mul"), step("add"), ...Array.from({ length: burn }, (_, i) => step(`burn_${i}`))],
    faults: [{ operator: "aten::mul", message: "value {value}, limit {limit}", source: "model.py:7" }],
    errors: { "1": "aborted", "2": "a check failed" },
    parameters: 8,
    state: true,
    multiplyAdds: ["*", "s0", 4],
    arena: ["+", 160, ["*", 64, "s0"]],
    threadArena: 0,
  };
}

function assemble(text: string): Uint8Array {
  const features = { simd: true, threads: true, relaxed_simd: true };
  const module = toolkit.parseWat("affine.wat", text, features);
  try {
    return module.toBinary({ write_debug_names: false }).buffer;
  } finally {
    module.destroy();
  }
}

const preamble = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** A module's sections, each with its head. */
function sections(module: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 8; at < module.length;) {
    let end = at + 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[end++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    found.push(module.slice(at, end + size));
    at = end + size;
  }
  return found;
}

export function section(id: number, content: Uint8Array): Uint8Array {
  return join([Uint8Array.of(id), leb(content.length), content]);
}

function segment(address: number, bytes: Uint8Array): Uint8Array {
  return join([Uint8Array.of(0, 0x41), signed(address), Uint8Array.of(0x0b), leb(bytes.length), bytes]);
}

export function name(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return join([leb(bytes.length), bytes]);
}

export function leb(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

function signed(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 64; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

export function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
