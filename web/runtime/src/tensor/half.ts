// Numbers of half precision as bits, for engines without Float16Array, and bfloat16, which none has.

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);
/** Where a double has its exponent: every engine of today is little-endian, as WebAssembly's memory is. */
const high = 1;

/** The bits of the float16 that is nearest to a number, of two equally near the even one. Beyond 65519.99 that is infinity. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  double[0] = value;
  const top = words[high] ?? 0;
  const sign = (top >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 the steps get no smaller.
  const exponent = Math.max(((top >>> 20) & 0x7ff) - 1023, -14);
  // Exact, for it divides by a power of two. A carry goes on into the exponent.
  return sign | (((exponent + 14) << 10) + roundHalfEven(magnitude / 2 ** (exponent - 10)));
}

export function float16Value(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const magnitude = exponent === 0x1f ? (fraction === 0 ? Infinity : NaN) : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

/** The bits of the bfloat16 that is nearest to a number, by way of float32 as in PyTorch. */
export function bfloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  single[0] = value;
  const whole = bits[0] ?? 0;
  return (whole + 0x7fff + ((whole >>> 16) & 1)) >>> 16;
}

export function bfloat16Value(half: number): number {
  bits[0] = half << 16;
  return single[0] ?? 0;
}

/** To the nearest whole number, of two equally near the even one: as IEEE 754 rounds, and Python's `round`. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}
