import { type DType, elementSize } from "sconce/core";

/** WIT's names of element types. */
export type TensorType = "FP16" | "FP32" | "FP64" | "BF16" | "U8" | "I32" | "I64";

/** WIT's names of model formats. */
export type GraphEncoding = "openvino" | "onnx" | "tensorflow" | "pytorch" | "tensorflowlite" | "ggml" | "autodetect";

/** WIT's names of what may compute. Whatever a guest asks for, it is the processor: hosts without the other ones do the same. */
export type ExecutionTarget = "cpu" | "gpu" | "tpu";

export const executionTargets: readonly ExecutionTarget[] = ["cpu", "gpu", "tpu"];

/** The encodings by their numbers in wasi_ephemeral_nn. */
export const ephemeralEncodings: readonly GraphEncoding[] = ["openvino", "onnx", "tensorflow", "pytorch", "tensorflowlite", "autodetect", "ggml"];

/** The encodings by their numbers in WAMR's wasi_nn. */
export const wamrEncodings: readonly GraphEncoding[] = ["openvino", "onnx", "tensorflow", "pytorch", "tensorflowlite", "ggml", "autodetect"];

/** Element types by their numbers in wasi_ephemeral_nn. */
export const ephemeralTypes: readonly TensorType[] = ["FP16", "FP32", "FP64", "U8", "I32", "I64"];

/** Element types by their numbers in WAMR's wasi_nn, and in WasmEdge before March 2025. */
export const wamrTypes: readonly TensorType[] = ["FP16", "FP32", "U8", "I32"];

const dtypes: Readonly<Record<TensorType, readonly DType[]>> = {
  FP16: ["float16"],
  FP32: ["float32"],
  FP64: ["float64"],
  BF16: ["bfloat16"],
  // WASI-NN has no other types of one byte.
  U8: ["uint8", "bool", "int8", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu"],
  // Nor without a sign: the bits are the same.
  I32: ["int32", "uint32"],
  I64: ["int64", "uint64"],
};

/** Bytes of an element. */
export function sizeOf(type: TensorType): number {
  return elementSize(dtypeOf(type));
}

/** WASI-NN's name of a model's element type, or nothing where it has none. */
export function typeOf(dtype: DType): TensorType | undefined {
  return (Object.keys(dtypes) as TensorType[]).find((type) => dtypes[type].includes(dtype));
}

/** The element type that a tensor of a model has which says nothing of its types. */
export function dtypeOf(type: TensorType): DType {
  return dtypes[type][0] as DType;
}

/** The number of elements of a tensor with these dimensions; a tensor without any holds one. */
export function elementsOf(dimensions: readonly number[]): number {
  return dimensions.reduce((product, size) => product * size, 1);
}
