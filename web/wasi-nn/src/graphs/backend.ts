import type { Port } from "sconce/core";
import type { Awaitable } from "../awaitable.js";
import type { TensorType } from "../enums.js";

/** A tensor as WASI-NN has it: dense, in C order, little-endian. */
export interface NNTensor {
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  /** Whose bytes these are is the giver's to say: copy what is to stay. */
  readonly data: Uint8Array;
}

/** What a graph takes and gives. */
export interface NNPorts {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Where this is known only when a context has computed, for the inputs decide what is compiled: until then there are none. */
  readonly isLazy?: boolean;
}

/** A loaded model: WASI-NN's graph. Those that were loaded by one name, and their contexts, share one copy of the weights. */
export interface NNGraph extends NNPorts {
  createContext(): NNContext;
  /** No more contexts will be made of it by whoever holds it; those that there are go on. */
  release(): void;
}

/** Inputs and outputs of a graph, and the memory to compute with: WASI-NN's graph-execution-context. */
export interface NNContext {
  readonly graph: NNPorts;
  /** Copies an input; it stays for every `compute` until it is set anew. A name stands for its place only where the graph is lazy. */
  setInput(place: number | string, tensor: NNTensor): void;
  compute(): Awaitable<void>;
  /** An output of the last `compute`: bytes that stay until the next one. */
  output(index: number): NNOutput;
  /** Gives its memory back. */
  dispose(): void;
}

/** An output; the type is missing where WASI-NN has none for it, as for int16. */
export interface NNOutput extends Omit<NNTensor, "type"> {
  readonly type: TensorType | undefined;
}
