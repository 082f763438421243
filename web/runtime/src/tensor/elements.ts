// A tensor's elements as numbers, whatever its dtype, and numbers as elements.
import { SconceError } from "../shared/errors.js";
import { type DataOf, type DType, type TensorOf, type TypedArray, arrayName, elementCount, elementSize, elementsOf, holds, isDType, isTypedArray, typeName, viewOf } from "../shared/tensor.js";
import { bfloat16Bits, bfloat16Value, float16Bits, float16Value } from "./half.js";

/** A tensor of any dtype, over any array that may hold it: what a run gives, and what it takes. */
export type AnyTensor = TensorOf<DType, TypedArray>;

/** Tensors with the dtype and array of another, in another shape. */
export type Like<Of extends AnyTensor, Shape extends readonly number[] = readonly number[]> = Of extends AnyTensor ? TensorOf<Of["dtype"], Of["data"], Shape> : never;

/** A shape as it was asked for, with whatever is left where that was -1. */
export type Sizes<Shape extends readonly number[]> = { readonly [Place in keyof Shape]: Shape[Place] extends -1 ? number : Shape[Place] };

/** The least and the greatest number of each dtype of whole numbers. */
const ranges: Partial<Readonly<Record<DType, readonly [number | bigint, number | bigint]>>> = {
  uint8: [0, 0xff], int8: [-0x80, 0x7f], uint16: [0, 0xffff], int16: [-0x8000, 0x7fff], uint32: [0, 0xffff_ffff], int32: [-0x8000_0000, 0x7fff_ffff],
  uint64: [0n, (1n << 64n) - 1n], int64: [-(1n << 63n), (1n << 63n) - 1n],
};

export function wrong(message: string): SconceError {
  return new SconceError("input", message);
}

/** "float32 [1, 3, 224, 224]": a tensor in a message. */
export function describeTensor({ dtype, shape }: AnyTensor): string {
  return `${dtype} [${shape.join(", ")}]`;
}

/** Refuses what is no tensor, or holds not what its shape and dtype say. */
export function checkTensor(value: unknown, what: string): void {
  const { dtype, shape, data } = (typeof value === "object" && value !== null ? value : {}) as Partial<AnyTensor>;
  if (!isTypedArray(data) || !Array.isArray(shape) || !isDType(dtype)) {
    const came = isTypedArray(value) || Array.isArray(value) || value === null || typeof value !== "object" ? typeName(value) : `{ ${Object.keys(value).join(", ")} }`;
    throw wrong(`${what} takes a tensor, { dtype, shape, data }, got ${came}: tensor() of sconce/tensor makes one of arrays`);
  }
  if (!holds(dtype, data)) throw wrong(`${what} takes a tensor of ${dtype} in a ${arrayName(dtype)}, got a ${typeName(data)}`);
  const elements = elementCount(shape, `the tensor of ${what}`);
  if (elements !== elementsOf(dtype, data)) throw wrong(`${what} takes a tensor whose data fill its shape: [${shape.join(", ")}] has ${elements} elements, but its data ${elementsOf(dtype, data)}`);
}

/** Refuses complex numbers, which have no order and are no single number. */
export function checkReal({ dtype }: AnyTensor, what: string): void {
  if (dtype.startsWith("complex")) throw wrong(`${what} takes real numbers, got ${dtype}`);
}

/** New memory of zeros for so many elements. */
export function allocate<Type extends DType>(dtype: Type, elements: number): DataOf[Type] {
  return viewOf(dtype, new ArrayBuffer(elements * elementSize(dtype)), 0, elements) as DataOf[Type];
}

/**
 * The elements as numbers that JavaScript computes with: the data itself where it holds such numbers, else a copy. Half precision is decoded;
 * whole numbers of 64 bits are rounded to 53.
 */
export function numbersOf({ dtype, data }: AnyTensor): Exclude<TypedArray, BigInt64Array | BigUint64Array> {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data as Iterable<bigint>, Number);
  const decode = decoderOf(dtype, data);
  return decode === undefined ? (data as Float32Array) : Float32Array.from(data as Uint16Array, decode);
}

/** How a dtype's elements are read off an array of bits; undefined where the array gives numbers itself. */
export function decoderOf(dtype: DType, data: TypedArray): ((half: number) => number) | undefined {
  if (dtype === "bfloat16") return bfloat16Value;
  return (dtype === "float16" || dtype === "complex32") && typeName(data) === "Uint16Array" ? float16Value : undefined;
}

/** Numbers as elements of a dtype. One that the dtype does not have is refused; fractions are rounded to what floats have, and cut off for whole numbers as PyTorch does. */
export function elementsFrom<Type extends DType>(dtype: Type, values: ArrayLike<number | bigint | boolean>, what: string): DataOf[Type] {
  if (dtype.startsWith("complex")) throw wrong(`${what}: numbers cannot become ${dtype}; give its real and imaginary parts in turn, in a ${arrayName(dtype)}`);
  const data = allocate(dtype, values.length);
  const store = storing(dtype, data as TypedArray, what);
  for (let i = 0; i < values.length; i++) store(i, values[i] as number | bigint | boolean);
  return data;
}

function storing(dtype: DType, data: TypedArray, what: string): (index: number, value: number | bigint | boolean) => void {
  const range = ranges[dtype];
  if (range !== undefined) {
    const [least, greatest] = range;
    const target = data as Int32Array & BigInt64Array;
    return (index, value) => {
      const whole = typeof value === "bigint" ? value : Math.trunc(Number(value));
      if (!(whole >= least && whole <= greatest)) throw wrong(`${what}: ${dtype} holds ${least} to ${greatest}, got ${String(value)} at element ${index}`);
      target[index] = (typeof least === "bigint" ? BigInt(whole) : Number(whole)) as never;
    };
  }
  const target = data as Float32Array;
  if (dtype === "bool") return (index, value) => (target[index] = Number(Boolean(value)));
  const encode = decoderOf(dtype, data) && (dtype === "bfloat16" ? bfloat16Bits : float16Bits);
  return encode === undefined ? (index, value) => (target[index] = Number(value)) : (index, value) => (target[index] = encode(Number(value)));
}
