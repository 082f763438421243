// Tensors on the way to a model and back: no operators that a model should have itself.
export { type DTypeOf, type Nested, type TensorOptions, convert, full, tensor, toNested, zeros } from "./tensor/create.js";
export { type AnyTensor, type Like, numbersOf } from "./tensor/elements.js";
export { type Range, concatenate, reshape, slice, stack } from "./tensor/shape.js";
export { type Ranked, argmax, softmax, topK } from "./tensor/scores.js";
export { readNpy, writeNpy } from "./tensor/npy.js";
export { readNpz, writeNpz } from "./tensor/npz.js";
export { bfloat16Bits, bfloat16Value, float16Bits, float16Value } from "./tensor/half.js";
export type { DataOf, DType, Tensor, TensorInput, TensorOf, TypedArray } from "./shared/tensor.js";
export { type ErrorCode, SconceError } from "./shared/errors.js";
