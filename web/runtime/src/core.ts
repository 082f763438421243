// What a thread needs that runs models itself: no worker, and all of it synchronous once the graph is there.
export { type CompiledCode, Graph, type GraphOptions } from "./graph.js";
export { type SyncGraphOptions, loadGraphSync } from "./graph-sync.js";
export type { OpenShard, ShardInfo, ShardStream } from "./shards.js";
export { ExecutionContext } from "./execution-context.js";
export { Helpers } from "./helpers.js";
export { Host } from "./host.js";
export { defaultThreads, processorThreads, whyNoThreads } from "./engine.js";
export { type ByteStream, type FileSource, type SourceOptions, open as openSource, shardAddress } from "./source.js";
export { any, callback, checkOptions, count, flag, type OptionCheck } from "./options.js";
export type { Manifest, Port, StepInfo, SymbolInfo } from "./manifest.js";
export { type Dim, evaluateShape, formatShape } from "./dims.js";
export { solve } from "./inputs.js";
export { elementCount, elementSize, viewOf } from "./tensor.js";
export type { DataOf, DType, Inputs, OutputData, Outputs, Tensor, TensorInput, TensorOf, TypedArray } from "./tensor.js";
export { type ErrorCode, SconceError } from "./errors.js";
