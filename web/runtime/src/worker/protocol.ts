import type { ErrorMessage } from "../shared/errors.js";
import type { BoundInputs } from "../graph/inputs.js";
import type { CompiledCode } from "../graph/program.js";
import type { SymbolValues } from "../shared/dims.js";
import type { ShardInfo } from "../artifact/manifest.js";
import type { Outputs } from "../shared/tensor.js";

/** What `load` settles before the model's worker begins. */
export interface HostOptions {
  /** How many threads are wanted, the model's own worker among them. */
  readonly threads: number;
  readonly memory: number | undefined;
  readonly relaxed: boolean;
  readonly integrity: string | undefined;
  /** A module that was compiled elsewhere; without it the file comes in chunks. */
  readonly module: WebAssembly.Module | undefined;
}

/** From the page to the worker in which the model lives. */
export type HostMessage =
  | { readonly type: "load"; readonly options: HostOptions }
  /** Of the file, or of a shard: the one that was asked for by this key. */
  | { readonly type: "chunk"; readonly bytes: Uint8Array; readonly shard: string | undefined }
  | { readonly type: "end"; readonly shard: string | undefined }
  /** Helpers stand ready (or did not start, and one thread is left). */
  | { readonly type: "threads"; readonly count: number }
  /** `stepwise` looks for messages between steps, and takes each step's time. */
  | { readonly type: "run"; readonly inputs: BoundInputs; readonly stepwise: boolean }
  | { readonly type: "abort" }
  | { readonly type: "reset" };

/** From that worker to the page. */
export type HostReply =
  /** So many bytes of the file, or of a shard, were read. */
  | { readonly type: "read"; readonly bytes: number; readonly shard: string | undefined }
  /** There are so many in all, and so many in the file itself. */
  | { readonly type: "size"; readonly bytes: number; readonly file: number }
  /** A shard is wanted, under this key: `again` where what came was not it. */
  | { readonly type: "shard"; readonly key: string; readonly shard: ShardInfo; readonly again: boolean }
  | { readonly type: "code"; readonly code: CodeMessage }
  | { readonly type: "ready"; readonly state: MemoryState }
  | { readonly type: "done"; readonly result: RunResult | undefined; readonly state: MemoryState }
  | { readonly type: "error"; readonly error: ErrorMessage };

/** Module and memory are for further threads: a memory that is not shared cannot leave its thread. */
export interface CodeMessage extends Omit<CompiledCode, "module" | "memory"> {
  readonly shared: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory } | undefined;
}

export interface RunResult {
  readonly outputs: Outputs;
  /** The memory of the inputs, for the next ones. */
  readonly spare: ArrayBuffer[];
  readonly milliseconds: number;
  /** Milliseconds of each step, of a run that is `stepwise`. */
  readonly steps: readonly number[] | undefined;
  /** Of the inputs' shapes, and what the run found. */
  readonly symbols: SymbolValues;
}

export interface MemoryState {
  readonly contextBytes: number;
  readonly memoryBytes: number;
}

/** To a helper thread: say that you are there; or take part in what this context computes, until told to leave. */
export type HelpMessage = { readonly type: "attend"; readonly attendance: Int32Array } | HelpRequest;

export interface HelpRequest {
  readonly type: "help";
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly context: number;
  /** Its number among the context's threads: from 1, for 0 is the one that runs the model. */
  readonly thread: number;
  /** For one that attends: the turn for which it is asked. */
  readonly turn?: number;
}

export type HelpReply = { readonly type: "ready" } | { readonly type: "error"; readonly error: ErrorMessage };

/** The other side of a conversation, in another thread or in this one. */
export interface Peer<Sent, Received> {
  post(message: Sent, transfer?: Transferable[]): void;
  listen(receive: (message: Received) => void, fail: (error: Error) => void): void;
  /** Ends the thread. */
  end(): void;
  /** Whether the process waits for it (Node only). */
  keepAlive(keep: boolean): void;
}

