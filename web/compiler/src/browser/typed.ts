type ArrayOf = new (buffer: ArrayBuffer) => ArrayBufferView;

/** The array that a dtype's elements are in, where it is not that of its name: complex numbers are pairs. */
const arrays: Readonly<Record<string, ArrayOf>> = {
  bool: Uint8Array, uint8: Uint8Array, int8: Int8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array, int64: BigInt64Array, uint64: BigUint64Array,
  float32: Float32Array, float64: Float64Array, complex64: Float32Array, complex128: Float64Array, bfloat16: Uint16Array,
};

/** Bytes as the array that a model takes for a dtype: halves as `Float16Array` where the engine has it, else their bits. */
export function typed(dtype: string, { buffer }: Uint8Array<ArrayBuffer>): ArrayBufferView {
  const half = (globalThis as { Float16Array?: ArrayOf }).Float16Array ?? Uint16Array;
  const Elements = arrays[dtype] ?? (/^(float16|complex32)$/.test(dtype) ? half : Uint8Array);
  return new Elements(buffer);
}
