import { SconceError } from "./errors.js";

/** Names of element types, as PyTorch has them. */
export type DType =
  | "bool" | "uint8" | "int8" | "int16" | "int32" | "int64" | "uint16" | "uint32" | "uint64"
  | "float16" | "bfloat16" | "float32" | "float64" | "complex32" | "complex64" | "complex128"
  | "float8_e4m3fn" | "float8_e5m2" | "float8_e4m3fnuz" | "float8_e5m2fnuz" | "float8_e8m0fnu";

// Not in every version of TypeScript's library.
type Float16 = typeof globalThis extends { readonly Float16Array: { readonly prototype: infer Data } } ? Data : Uint16Array;

/** What holds a tensor's elements. */
export type TypedArray =
  | Uint8Array | Uint8ClampedArray | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array
  | Float16 | Float32Array | Float64Array;

/** What holds the elements of each dtype: arrays over an ArrayBuffer of their own, as newer versions of TypeScript's library tell apart. */
export interface DataOf {
  readonly bool: ReturnType<typeof Uint8Array.of>;
  readonly uint8: ReturnType<typeof Uint8Array.of>;
  readonly int8: ReturnType<typeof Int8Array.of>;
  readonly int16: ReturnType<typeof Int16Array.of>;
  readonly int32: ReturnType<typeof Int32Array.of>;
  readonly int64: ReturnType<typeof BigInt64Array.of>;
  readonly uint16: ReturnType<typeof Uint16Array.of>;
  readonly uint32: ReturnType<typeof Uint32Array.of>;
  readonly uint64: ReturnType<typeof BigUint64Array.of>;
  /** Its bits in a Uint16Array where the engine has no Float16Array. */
  readonly float16: Float16 | ReturnType<typeof Uint16Array.of>;
  /** Its bits. */
  readonly bfloat16: ReturnType<typeof Uint16Array.of>;
  readonly float32: ReturnType<typeof Float32Array.of>;
  readonly float64: ReturnType<typeof Float64Array.of>;
  /** Real and imaginary parts in turn. */
  readonly complex32: DataOf["float16"];
  readonly complex64: ReturnType<typeof Float32Array.of>;
  readonly complex128: ReturnType<typeof Float64Array.of>;
  /** Its bits, as those of the others of 8 bits. */
  readonly float8_e4m3fn: ReturnType<typeof Uint8Array.of>;
  readonly float8_e5m2: ReturnType<typeof Uint8Array.of>;
  readonly float8_e4m3fnuz: ReturnType<typeof Uint8Array.of>;
  readonly float8_e5m2fnuz: ReturnType<typeof Uint8Array.of>;
  readonly float8_e8m0fnu: ReturnType<typeof Uint8Array.of>;
}

/** A tensor of one dtype. */
export interface TensorOf<Type extends DType, Data = DataOf[Type], Shape extends readonly number[] = readonly number[]> {
  readonly dtype: Type;
  readonly shape: Shape;
  readonly data: Data;
}

/**
 * A tensor that a run gives: dense, in C order. The caller owns its data. Its dtype tells which array that is: after `if (tensor.dtype === "float32")`
 * it is a Float32Array, int64 comes in a BigInt64Array. `Tensor<Float32Array>` is one whose data is known to be that.
 */
export type Tensor<Data extends TypedArray = TypedArray> = {
  [Type in DType]: [Extract<DataOf[Type], Data>] extends [never] ? never : TensorOf<Type, Extract<DataOf[Type], Data>>;
}[DType];

/** Names of outputs, and the arrays that they come in. */
export type OutputData = Readonly<Record<string, TypedArray>>;

/** A tensor that a run takes. The shape may be left out where the model has one fixed shape for it. */
export interface TensorInput {
  readonly dtype?: DType;
  readonly shape?: readonly number[];
  readonly data: TypedArray;
}

/** Named tensors as `run` takes them: a bare typed array stands for a tensor of the model's own shape, a whole number for an int64 without dimensions. */
export type Inputs = Readonly<Record<string, TensorInput | TypedArray | number | bigint>>;

/** Named tensors as `run` gives them. */
export type Outputs<Data extends OutputData = OutputData> = { -readonly [Name in keyof Data]: Tensor<Data[Name]> };

interface ArrayType {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
}

interface DTypeInfo {
  /** Bytes of one element. */
  readonly size: number;
  /** The array that outputs come in; the first of those that inputs may come in. */
  readonly arrays: readonly [ArrayType, ...ArrayType[]];
}

// Not in every engine, and not yet in TypeScript's library for our target.
const float16 = (globalThis as { Float16Array?: ArrayType }).Float16Array;

const float16Arrays: DTypeInfo["arrays"] = float16 === undefined ? [Uint16Array] : [float16, Uint16Array];

const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  bool: { size: 1, arrays: [Uint8Array, Uint8ClampedArray] },
  uint8: { size: 1, arrays: [Uint8Array, Uint8ClampedArray] },
  int8: { size: 1, arrays: [Int8Array] },
  int16: { size: 2, arrays: [Int16Array] },
  int32: { size: 4, arrays: [Int32Array] },
  int64: { size: 8, arrays: [BigInt64Array] },
  uint16: { size: 2, arrays: [Uint16Array] },
  uint32: { size: 4, arrays: [Uint32Array] },
  uint64: { size: 8, arrays: [BigUint64Array] },
  float16: { size: 2, arrays: float16Arrays },
  bfloat16: { size: 2, arrays: [Uint16Array] },
  float32: { size: 4, arrays: [Float32Array] },
  float64: { size: 8, arrays: [Float64Array] },
  complex32: { size: 4, arrays: float16Arrays },
  complex64: { size: 8, arrays: [Float32Array] },
  complex128: { size: 16, arrays: [Float64Array] },
  float8_e4m3fn: { size: 1, arrays: [Uint8Array] },
  float8_e5m2: { size: 1, arrays: [Uint8Array] },
  float8_e4m3fnuz: { size: 1, arrays: [Uint8Array] },
  float8_e5m2fnuz: { size: 1, arrays: [Uint8Array] },
  float8_e8m0fnu: { size: 1, arrays: [Uint8Array] },
};

export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(dtypes, name);
}

export function elementSize(dtype: DType): number {
  return dtypes[dtype].size;
}

/** A typed array of the dtype's kind over these bytes. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, elements: number): TypedArray {
  const { size, arrays: [array] } = dtypes[dtype];
  return new array(buffer, byteOffset, (elements * size) / array.BYTES_PER_ELEMENT);
}

export function arrayName(dtype: DType): string {
  return dtypes[dtype].arrays.map(({ name }) => name).join(" or ");
}

/** Whether this is an array that holds such elements. Compared by name, for arrays of other realms are arrays too. */
export function holds(dtype: DType, data: TypedArray): boolean {
  return dtypes[dtype].arrays.some(({ name }) => name === typeName(data));
}

/** The elements that this array holds: half its length for complex numbers. */
export function elementsOf(dtype: DType, data: TypedArray): number {
  return data.byteLength / dtypes[dtype].size;
}

/** "Float32Array", "Array", "null": what a value is, for a message. */
export function typeName(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && typeName(value) !== "DataView";
}

/** The number of elements of a shape, which must be one that memory could hold. */
export function elementCount(shape: readonly number[], where: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw new SconceError("input", `${where} has the shape [${shape.join(", ")}], but a dimension is a whole number from 0 up`);
    }
    count *= size;
  }
  if (count > 2 ** 32) throw new SconceError("input", `${where} has the shape [${shape.join(", ")}]: more than fits into WebAssembly's memory`);
  return count;
}
