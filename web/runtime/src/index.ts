export { type LoadOptions, load } from "./page/load.js";
export { type MethodInfo, Model, type RunOptions, type TensorInfo, type WarmupOptions } from "./page/model.js";
export type { Progress } from "./page/session.js";
export type { Profile, Report, StepProfile } from "./page/report.js";
export type { DataOf, DType, Inputs, OutputData, Outputs, Tensor, TensorInput, TensorOf, TypedArray } from "./shared/tensor.js";
export type { InputsOf, MethodTypes, ModelTypes, ModelUrl, OnlyInputOf, OutputsOf, TensorType } from "./page/types.js";
export type { Source } from "./loading/source.js";
export { type ErrorCode, SconceError } from "./shared/errors.js";
export { version } from "./shared/version.js";
