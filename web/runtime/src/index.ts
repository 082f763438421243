export { type LoadOptions, load } from "./load.js";
export { Model, type RunOptions, type TensorInfo } from "./model.js";
export type { Progress } from "./session.js";
export type { Profile, Report, StepProfile } from "./report.js";
export type { DType, Inputs, Outputs, Tensor, TensorInput, TypedArray } from "./tensor.js";
export type { Source } from "./source.js";
export { type ErrorCode, SconceError } from "./errors.js";

// What a worker that is already one needs: no further worker, and all of it synchronous once the graph is there.
export { type CompiledCode, Graph, type GraphOptions } from "./graph.js";
export { ExecutionContext } from "./execution-context.js";
export type { Manifest, Port, StepInfo, SymbolInfo } from "./manifest.js";
export type { Dim } from "./dims.js";
