import type { GraphEncoding } from "../enums.js";
import type { NNOutput, NNPorts, NNTensor } from "../graphs/backend.js";
import type { InputLike } from "../graphs/lazy.js";
import type { Weights } from "../graphs/weights.js";

/** From the page to the worker in which its graphs live. Graphs and contexts have numbers. */
export type StoreRequest =
  | StartRequest
  | { readonly type: "load"; readonly bytes: Uint8Array; readonly encoding: GraphEncoding }
  | { readonly type: "load-by-name"; readonly name: string }
  | { readonly type: "context"; readonly graph: number; readonly context: number }
  | { readonly type: "input"; readonly context: number; readonly place: number | string; readonly tensor: NNTensor }
  | { readonly type: "compute"; readonly context: number }
  | { readonly type: "drop"; readonly what: "graph" | "context"; readonly id: number };

export interface StartRequest {
  readonly type: "start";
  readonly ahead: readonly (readonly [string, SentSource])[];
  readonly digests: ReadonlyMap<string, string>;
  readonly weights: Weights | undefined;
  readonly cache: boolean | string | undefined;
  readonly threads: number | undefined;
  readonly memory: number | undefined;
  readonly guestMemory: number | undefined;
  readonly relaxed: boolean | undefined;
  /** Whether the page has a hook that compiles. */
  readonly compiles: boolean;
}

/** From that worker to the page, whose hooks are functions and stay there. */
export type HookRequest = { readonly type: "find"; readonly name: string } | { readonly type: "compile"; readonly model: Uint8Array; readonly inputs: readonly InputLike[] | undefined };

/** A file as it can be sent: an absolute address, bytes, or a response's stream. */
export type SentSource = string | Uint8Array | Blob | ReadableStream<Uint8Array>;

/** A loaded graph as the page knows it. */
export interface GraphFacts extends NNPorts {
  readonly graph: number;
}

/** What a computation gives; of a lazy graph also what it takes and gives, which is known from then on. */
export interface Outputs {
  readonly outputs: readonly NNOutput[];
  readonly ports: NNPorts | undefined;
}
