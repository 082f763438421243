export { type LoadOptions, load } from "./load.js";
export { Model, type RunOptions, type TensorInfo } from "./model.js";
export type { Progress } from "./session.js";
export type { Profile, Report, StepProfile } from "./report.js";
export type { DataOf, DType, Inputs, OutputData, Outputs, Tensor, TensorInput, TensorOf, TypedArray } from "./tensor.js";
export type { InputsOf, ModelTypes, ModelUrl, OutputsOf, TensorType } from "./types.js";
export type { Source } from "./source.js";
export { type ErrorCode, SconceError } from "./errors.js";
export { version } from "./version.js";
