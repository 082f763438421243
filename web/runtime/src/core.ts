// What a thread needs that runs models itself: no worker, and all of it synchronous once the graph is there.
export { Graph, type GraphOptions } from "./graph/graph.js";
export type { CompiledCode } from "./graph/program.js";
export { type SyncGraphOptions, loadGraphSync } from "./graph/graph-sync.js";
export type { OpenShard, ShardStream } from "./loading/shards.js";
export { ExecutionContext } from "./graph/execution-context.js";
export { Helpers } from "./worker/helpers.js";
export { Host } from "./worker/host.js";
export { defaultThreads, processorThreads, whyNoThreads } from "./graph/engine.js";
export { openSource } from "./loading/open-source.js";
export { type FileSource, type SourceOptions, shardAddress } from "./loading/source.js";
export type { ByteStream } from "./loading/stream.js";
export { any, cacheName, callback, checkOptions, count, flag, type OptionCheck } from "./shared/options.js";
export type { Manifest, Port, ShardInfo, StepInfo, SymbolInfo } from "./artifact/manifest.js";
export { type Dim, evaluateShape, formatShape } from "./shared/dims.js";
export { sizesOf, solve } from "./graph/inputs.js";
export { elementCount, elementSize, viewOf } from "./shared/tensor.js";
export type { DataOf, DType, Inputs, OutputData, Outputs, Tensor, TensorInput, TensorOf, TypedArray } from "./shared/tensor.js";
export { type ErrorCode, SconceError } from "./shared/errors.js";
