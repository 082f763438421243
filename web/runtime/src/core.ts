// What a thread needs that runs models itself: no worker, and all of it synchronous once the graph is there.
export { type CompiledCode, Graph, type GraphOptions } from "./graph.js";
export { ExecutionContext } from "./execution-context.js";
export { Host } from "./host.js";
export type { Manifest, Port, StepInfo, SymbolInfo } from "./manifest.js";
export type { Dim } from "./dims.js";
export type { DType, Inputs, Outputs, Tensor, TensorInput, TypedArray } from "./tensor.js";
export { type ErrorCode, SconceError } from "./errors.js";
