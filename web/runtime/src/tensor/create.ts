import { type DataOf, type DType, type TensorOf, type TypedArray, elementCount, elementsOf, holds, isDType, isTypedArray, typeName } from "../shared/tensor.js";
import { type AnyTensor, type Sizes, allocate, checkReal, checkTensor, decoderOf, elementsFrom, numbersOf, wrong } from "./elements.js";

/** Numbers in arrays in arrays, as JSON has them. */
export type Nested<Value = number | bigint | boolean> = Value | readonly Nested<Value>[];

export interface TensorOptions<Type extends DType = DType, Shape extends readonly number[] = readonly number[]> {
  /** Without it what the array holds; of nested arrays bool for booleans, int64 for bigints, else float32. */
  readonly dtype?: Type | undefined;
  /** Without it one dimension for a typed array, and of nested arrays what they have. */
  readonly shape?: Shape | undefined;
}

const dtypeOfArray: Readonly<Record<string, DType>> = {
  Uint8Array: "uint8", Uint8ClampedArray: "uint8", Int8Array: "int8", Int16Array: "int16", Uint16Array: "uint16", Int32Array: "int32", Uint32Array: "uint32",
  BigInt64Array: "int64", BigUint64Array: "uint64", Float16Array: "float16", Float32Array: "float32", Float64Array: "float64",
};

/**
 * A tensor of nested arrays, or of a typed array. A typed array that holds the dtype's elements is taken as it is, without a copy (of float16 in a Uint16Array these are
 * bits); any other is converted, and a number that the dtype does not have is refused.
 *
 * `tensor([[1, 2], [3, 4]])`, `tensor([101, 2023, 102], { dtype: "int64", shape: [1, 3] })`, `tensor(samples, { shape: [1, -1] })`
 */
export function tensor(values: readonly (readonly number[])[] | readonly number[] | number): TensorOf<"float32">;
export function tensor<Type extends DType, const Shape extends readonly number[] = readonly number[]>(
  values: Nested | TypedArray, options: TensorOptions<Type, Shape> & { readonly dtype: Type },
): TensorOf<Type, DataOf[Type], Sizes<Shape>>;
export function tensor<Data extends TypedArray, const Shape extends readonly number[] = readonly number[]>(values: Data, options?: TensorOptions<DTypeOf<Data>, Shape>): TensorOf<DTypeOf<Data>, Data, Sizes<Shape>>;
export function tensor(values: Nested | TypedArray, options?: TensorOptions): TensorOf<DType>;
export function tensor(values: Nested | TypedArray, options: TensorOptions = {}): AnyTensor {
  const { dtype, shape } = options;
  if (dtype !== undefined && !isDType(dtype)) throw wrong(`tensor: there is no dtype ${JSON.stringify(dtype)}: expected one such as float32, int64 or bool`);
  if (isTypedArray(values)) {
    const own = dtypeOfArray[typeName(values)] ?? "float32";
    const wanted = dtype ?? own;
    const data = holds(wanted, values) ? values : elementsFrom(wanted, values as ArrayLike<number | bigint>, "tensor");
    return { dtype: wanted, shape: shapeFor(shape ?? [-1], elementsOf(wanted, data as TypedArray)), data: data as TypedArray };
  }
  const found: number[] = [];
  const flat: (number | bigint | boolean)[] = [];
  flatten(values, 0, found, flat);
  const wanted = dtype ?? (typeof flat[0] === "boolean" ? "bool" : typeof flat[0] === "bigint" ? "int64" : "float32");
  return { dtype: wanted, shape: shapeFor(shape ?? found, flat.length), data: elementsFrom(wanted, flat, "tensor") };
}

/** The dtype of a typed array by itself. */
export type DTypeOf<Data extends TypedArray> =
  Data extends Float32Array ? "float32" : Data extends Float64Array ? "float64" : Data extends BigInt64Array ? "int64" : Data extends BigUint64Array ? "uint64"
    : Data extends Int32Array ? "int32" : Data extends Uint32Array ? "uint32" : Data extends Int16Array ? "int16" : Data extends Uint16Array ? "uint16"
      : Data extends Int8Array ? "int8" : Data extends Uint8Array | Uint8ClampedArray ? "uint8" : DType;

/** A tensor of zeros. */
export function zeros<const Shape extends readonly number[], Type extends DType = "float32">(shape: Shape, dtype: Type = "float32" as Type): TensorOf<Type, DataOf[Type], Shape> {
  return { dtype, shape: [...shape] as unknown as Shape, data: allocate(dtype, elementCount(shape, "zeros")) };
}

/** A tensor that is one number everywhere. */
export function full<const Shape extends readonly number[], Type extends DType = "float32">(
  shape: Shape, value: number | bigint | boolean, dtype: Type = "float32" as Type,
): TensorOf<Type, DataOf[Type], Shape> {
  const one = elementsFrom(dtype, [value], "full") as Float32Array;
  return { dtype, shape: [...shape] as unknown as Shape, data: (allocate(dtype, elementCount(shape, "full")) as Float32Array).fill(one[0] as number) as DataOf[Type] };
}

/** The same numbers in another dtype: `convert(logits, "float32")` of half precision. What the dtype does not have (300 or NaN in uint8) is refused; fractions become whole numbers towards zero. */
export function convert<Type extends DType>(from: AnyTensor, dtype: Type): TensorOf<Type> {
  checkTensor(from, "convert");
  if (from.dtype === dtype) return from as TensorOf<Type>;
  checkReal(from, "convert");
  const values = decoderOf(from.dtype, from.data) === undefined ? from.data : numbersOf(from);
  return { dtype, shape: [...from.shape], data: elementsFrom(dtype, values as ArrayLike<number | bigint>, "convert") };
}

/** The numbers in arrays in arrays: bigints of 64 bits, booleans of bool, else numbers; of a tensor without dimensions the one itself. */
export function toNested(from: AnyTensor): Nested {
  checkTensor(from, "toNested");
  checkReal(from, "toNested");
  const { dtype, shape, data } = from;
  const values = decoderOf(dtype, data) === undefined ? data : numbersOf(from);
  let at = 0;
  const part = (dim: number): Nested => {
    if (dim < shape.length) return Array.from({ length: shape[dim] ?? 0 }, () => part(dim + 1));
    const value = values[at++] ?? 0;
    return dtype === "bool" ? value !== 0 : value;
  };
  return part(0);
}

/** A shape in which one dimension may be -1: whatever is left for it. */
export function shapeFor(shape: readonly number[], elements: number): number[] {
  const known = elementCount(shape.filter((size) => size !== -1), "the tensor");
  const open = shape.filter((size) => size === -1).length;
  if (open > 1) throw wrong(`only one dimension of a shape may be -1, got [${shape.join(", ")}]`);
  if (open === 1 ? known === 0 || elements % known !== 0 : known !== elements) throw wrong(`the shape [${shape.join(", ")}] does not fit ${elements} element${elements === 1 ? "" : "s"}`);
  return shape.map((size) => (size === -1 ? elements / known : size));
}

function flatten(values: Nested, depth: number, shape: number[], flat: (number | bigint | boolean)[]): void {
  if (!Array.isArray(values)) {
    if (!["number", "bigint", "boolean"].includes(typeof values)) throw wrong(`tensor takes numbers in arrays in arrays, or a typed array, got ${typeName(values)}`);
    if (depth < shape.length) throw wrong(`tensor takes arrays of equal lengths: a number stands where an array of ${shape[depth]} was expected`);
    flat.push(values as number);
    return;
  }
  // The first way down says how many dimensions there are.
  if (depth === shape.length && flat.length === 0) shape.push(values.length);
  if (shape[depth] !== values.length) throw wrong(`tensor takes arrays of equal lengths: one of ${values.length} stands where ${shape[depth] === undefined ? "a number" : `one of ${shape[depth]}`} was expected`);
  for (const value of values as readonly Nested[]) flatten(value, depth + 1, shape, flat);
}
