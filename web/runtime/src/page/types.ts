// What TypeScript knows of a model: nothing, its outputs' arrays, or all that `sconce types` writes.
import type { DataOf, DType, Inputs, OutputData, Outputs, TensorInput, TensorOf, TypedArray } from "../shared/tensor.js";

/** An input's or output's dtype and shape, as literals: `{ dtype: "float32", shape: [batch: number, 3, 224, 224] }`. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What a method takes and gives. */
export interface MethodTypes {
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
}

/** What a model takes and gives, as `sconce types` writes it; with its methods beside the main one. */
export interface ModelTypes extends MethodTypes {
  readonly methods?: Readonly<Record<string, MethodTypes>>;
}

/** What may be known of a model: the arrays of its outputs, or everything. */
export type Known = OutputData | ModelTypes;

declare const typesOf: unique symbol;

/** The address of a model whose types are known by it: what a bundler gives where the file is imported, see `sconce types --url`. */
export type ModelUrl<Types extends Known> = string & { readonly [typesOf]?: Types };

/** What may hold an input's elements: over memory of any kind. */
interface InputDataOf extends Record<DType, TypedArray> {
  readonly bool: Uint8Array | Uint8ClampedArray;
  readonly uint8: Uint8Array | Uint8ClampedArray;
  readonly int8: Int8Array;
  readonly int16: Int16Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint16: Uint16Array;
  readonly uint32: Uint32Array;
  readonly uint64: BigUint64Array;
  readonly float16: DataOf["float16"] | Uint16Array;
  readonly bfloat16: Uint16Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly complex32: DataOf["float16"] | Uint16Array;
  readonly complex64: Float32Array;
  readonly complex128: Float64Array;
  readonly float8_e4m3fn: Uint8Array;
  readonly float8_e5m2: Uint8Array;
  readonly float8_e4m3fnuz: Uint8Array;
  readonly float8_e5m2fnuz: Uint8Array;
  readonly float8_e8m0fnu: Uint8Array;
}

interface ShapedInput<Type extends TensorType> extends TensorInput {
  readonly dtype?: Type["dtype"];
  readonly shape: Type["shape"];
  readonly data: InputDataOf[Type["dtype"]];
}

/** A fixed shape, which has no `number` in it, need not be said; an int64 without dimensions may be the number itself. */
type InputOf<Type extends TensorType> = number extends Type["shape"][number]
  ? ShapedInput<Type>
  : (Omit<ShapedInput<Type>, "shape"> & Partial<Pick<ShapedInput<Type>, "shape">>) | InputDataOf[Type["dtype"]]
    | (Type extends { readonly dtype: "int64"; readonly shape: readonly [] } ? number | bigint : never);

/** What `run` takes of a model of which so much is known. */
export type InputsOf<Model extends Known> = Model extends ModelTypes
  ? { readonly [Name in keyof Model["inputs"]]: InputOf<Model["inputs"][Name]> }
  : Inputs;

/** What `run` takes, without its name, of a model that has one input. */
export type OnlyInputOf<Model extends Known> = Model extends ModelTypes
  ? { [Name in keyof Model["inputs"]]: [Exclude<keyof Model["inputs"], Name>] extends [never] ? InputOf<Model["inputs"][Name]> : never }[keyof Model["inputs"]]
  : TensorInput | TypedArray;

/** What `run` gives. */
export type OutputsOf<Model extends Known> = Model extends ModelTypes
  ? { -readonly [Name in keyof Model["outputs"]]: TensorOf<Model["outputs"][Name]["dtype"], DataOf[Model["outputs"][Name]["dtype"]], Model["outputs"][Name]["shape"]> }
  : Model extends OutputData ? Outputs<Model> : never;

/** The methods beside the main one of a model of which so much is known. */
type MethodsOf<Model extends Known> = Model extends ModelTypes ? (Model["methods"] extends Readonly<Record<string, MethodTypes>> ? Model["methods"] : Record<never, MethodTypes>)
  : Readonly<Record<string, OutputData>>;

export type MethodName<Model extends Known> = keyof MethodsOf<Model> & string;

/** What `call` gives. */
export type MethodOutputs<Model extends Known, Name extends MethodName<Model>> = MethodsOf<Model>[Name] extends infer Of extends Known ? OutputsOf<Of> : never;

/** What `call` takes after the name: inputs may be left out where there are none. */
export type MethodArguments<Model extends Known, Name extends MethodName<Model>, Options> = MethodsOf<Model>[Name] extends infer Of extends Known
  ? (Record<never, never> extends InputsOf<Of> ? [inputs?: InputsOf<Of>, options?: Options] : [inputs: InputsOf<Of>, options?: Options]) : never;
