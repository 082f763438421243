export { type CallListener, createWasiNN, WasiNN, type WasiNNImports, type WasiNNOptions } from "./create.js";
export type { GraphEntry, GraphManifest, Graphs, GraphSource, Resolve } from "./graphs/catalogue.js";
export type { InputLike } from "./graphs/lazy.js";
export type { Compile } from "./graphs/local-store.js";
export type { NamedTensor, NNComponent, WitErrorCode } from "./component.js";
export type { NNComponentImports } from "./component-imports.js";
export { WitContext, WitError, WitGraph, WitTensor } from "./component.js";
export type { ExecutionTarget, GraphEncoding, TensorType } from "./enums.js";
export { errno, NNError, type NNErrorCode } from "./errors.js";
