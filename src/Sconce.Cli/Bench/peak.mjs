// The peaks of this machine in this engine: multiply-adds of 128-bit vectors that depend on nothing but themselves, twelve chains at
// once, and plain reads of memory. What a kernel reaches is told as a part of the first. Runs in Node and on a page.

const op = { loop: 0x03, br_if: 0x0d, end: 0x0b, localGet: 0x20, localSet: 0x21, localTee: 0x22, i32Const: 0x41, i32Add: 0x6a, i32LtU: 0x49, i32Sub: 0x6b };
const simd = { load: [0xfd, 0x00], or: [0xfd, 0x50], anyTrue: [0xfd, 0x53], splat: [0xfd, 0x13], extractLane: [0xfd, 0x1f], add: [0xfd, 0xe4, 0x01], mul: [0xfd, 0xe6, 0x01], relaxedMadd: [0xfd, 0x85, 0x02] };
const type = { i32: 0x7f, f32: 0x7d, v128: 0x7b, func: 0x60, none: 0x40 };

// Zen 3 takes two multiply-adds a cycle; a chain's next one waits 4 cycles, or 3 + 3 where it is a product and a sum. Twelve cover both,
// and with the two operands they still fit into 16 registers.
const chains = 12;
const turns = 20_000;
const flopsPerCall = turns * chains * 4 * 2;
// A sample of some 2 ms, for a page's clock moves in steps of 5 or 20 microseconds.
const callsPerSample = 12;

// Twice the cache of the machines at hand, as weights are read that have left it since the run before.
const readPages = 1024;
const pageBytes = 65536;
const vectorBytes = 16;
const loadsPerTurn = 16;

const leb128 = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb128(value >>> 7)]);
const signedLeb128 = (value) => (value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb128(value >> 7)]);
const sized = (bytes) => [...leb128(bytes.length), ...bytes];
const name = (text) => sized([...new TextEncoder().encode(text)]);
const section = (id, bytes) => [id, ...sized(bytes)];
const f32Const = (value) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)];

/** A function (turns) -> f32 that updates each chain: as x = a * b + x, or as x = x * a + b, since the product of two constants would be made once. */
function module(relaxed) {
  const [counter, a, b, first] = [0, 1, 2, 3];
  const get = (local) => [op.localGet, local];
  const fused = (x) => [...get(a), ...get(b), ...get(x), ...simd.relaxedMadd, op.localSet, x];
  const separate = (x) => [...get(x), ...get(a), ...simd.mul, ...get(b), ...simd.add, op.localSet, x];
  const all = Array.from({ length: chains }, (_, i) => first + i);
  const body = [
    1, chains + 2, type.v128,
    ...f32Const(0.5), ...simd.splat, op.localSet, a,
    ...f32Const(0.25), ...simd.splat, op.localSet, b,
    op.loop, type.none,
    ...all.flatMap(relaxed ? fused : separate),
    ...get(counter), op.i32Const, 1, op.i32Sub, op.localTee, counter, op.br_if, 0,
    op.end,
    ...get(first), ...all.slice(1).flatMap((x) => [...get(x), ...simd.add]), ...simd.extractLane, 0,
    op.end,
  ];
  return assemble([type.i32], [type.f32], body);
}

/** A function (bytes) -> i32 that reads so many from address 0 on, a multiple of what a turn reads, and says whether one was not 0. */
function readModule() {
  const [end, at, sum] = [0, 1, 2];
  const load = (i) => [op.localGet, at, ...simd.load, 4, ...leb128(i * vectorBytes), op.localGet, sum, ...simd.or, op.localSet, sum];
  const turnBytes = loadsPerTurn * vectorBytes;
  const body = [
    2, 1, type.i32, 1, type.v128,
    op.loop, type.none,
    ...Array.from({ length: loadsPerTurn }, (_, i) => load(i)).flat(),
    op.localGet, at, op.i32Const, ...signedLeb128(turnBytes), op.i32Add, op.localTee, at,
    op.localGet, end, op.i32LtU, op.br_if, 0,
    op.end,
    op.localGet, sum, ...simd.anyTrue,
    op.end,
  ];
  return assemble([type.i32], [type.i32], body, [section(2, [1, ...name("env"), ...name("memory"), 2, 0, ...leb128(readPages)])]);
}

/** A module that exports one function of this body. */
function assemble(parameters, results, body, imports = []) {
  return new Uint8Array([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, type.func, ...sized(parameters), ...sized(results)]),
    ...imports.flat(),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("peak"), 0, 0]),
    ...section(10, [1, ...sized(body)]),
  ]);
}

/** The best of many short samples, in GFLOP/s; undefined where the engine has no relaxed SIMD. */
function best(relaxed, milliseconds) {
  const bytes = module(relaxed);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { peak } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  let least = Infinity;
  for (const begun = performance.now(); performance.now() - begun < milliseconds; ) {
    const start = performance.now();
    for (let i = 0; i < callsPerSample; i++) peak(turns);
    least = Math.min(least, performance.now() - start);
  }
  return (callsPerSample * flopsPerCall) / least / 1e6;
}

/** The best of a few reads of a memory that no cache holds, in GB/s. */
function readRate(milliseconds) {
  const bytes = readPages * pageBytes;
  const memory = new WebAssembly.Memory({ initial: readPages });
  // Pages that nothing was written to are one and the same to the system, and lie in the cache.
  new Uint8Array(memory.buffer).fill(1);
  const { peak } = new WebAssembly.Instance(new WebAssembly.Module(readModule()), { env: { memory } }).exports;
  let least = Infinity;
  for (const begun = performance.now(); performance.now() - begun < milliseconds; ) {
    const start = performance.now();
    peak(bytes);
    least = Math.min(least, performance.now() - start);
  }
  return bytes / least / 1e6;
}

/**
 * What one thread reaches at most: in GFLOP/s with relaxed SIMD's fused multiply-add, and with a product and a sum; in GB/s reading memory.
 */
export function measurePeak(milliseconds = 150) {
  return { relaxed: best(true, milliseconds), plain: best(false, milliseconds), memory: readRate(milliseconds) };
}
