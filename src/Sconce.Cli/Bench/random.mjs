// Random inputs, for `sconce bench` and for `sconce run` without --input.

/** What holds the numbers of a dtype. */
export const arrays = {
  bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array, int32: Int32Array, int64: BigInt64Array,
  uint16: Uint16Array, uint32: Uint32Array, uint64: BigUint64Array,
  float16: Uint16Array, bfloat16: Uint16Array, float32: Float32Array, float64: Float64Array,
  complex32: Uint16Array, complex64: Float32Array, complex128: Float64Array,
  float8_e4m3fn: Uint8Array, float8_e5m2: Uint8Array, float8_e4m3fnuz: Uint8Array, float8_e5m2fnuz: Uint8Array, float8_e8m0fnu: Uint8Array,
};

/** Floats about 0; integers 0 or 1, which are also indices wherever two rows are. Always the same ones; an integer that decides sizes has its value. */
export function random(dtype, shape, value) {
  if (typeof value === "number") return BigInt64Array.of(BigInt(value));
  const parts = dtype.startsWith("complex") ? 2 : 1;
  const data = new arrays[dtype](shape.reduce((product, size) => product * size, parts));
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  // Floats of 8 and 16 bits hold 0.5 with either sign, where they have one: of their bits only those that both formats understand.
  const halves = { complex32: [0x3800, 0xb800], float16: [0x3800, 0xb800], bfloat16: [0x3f00, 0xbf00], float8_e4m3fn: [0x30, 0xb0], float8_e5m2: [0x38, 0xb8],
    float8_e4m3fnuz: [0x38, 0xb8], float8_e5m2fnuz: [0x3c, 0xbc], float8_e8m0fnu: [0x7e, 0x7e] }[dtype];
  for (let i = 0; i < data.length; i++) {
    if (halves !== undefined) data[i] = halves[next() < 0.5 ? 0 : 1];
    else if (typeof data[i] === "bigint") data[i] = next() < 0.5 ? 0n : 1n;
    else if (data instanceof Float32Array || data instanceof Float64Array) data[i] = 2 * next() - 1;
    else data[i] = next() < 0.5 ? 0 : 1;
  }
  return data;
}
