/** From the page to the worker that runs a guest: all that the guest is given. */
export interface RunRequest {
  /** Without one the model runs by itself: the only one of `graphs`. */
  readonly guest: Uint8Array | undefined;
  readonly name: string;
  readonly args: readonly string[];
  readonly graphs: Readonly<Record<string, Uint8Array>>;
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Files of weights by their SHA-256. */
  readonly weights: ReadonlyMap<string, Blob>;
  readonly threads: number;
}

/** Where text comes from: the guest's two streams, and the errors that it learnt as numbers. */
export type Stream = "stdout" | "stderr" | "error";

export interface Piece {
  readonly stream: Stream;
  readonly text: string;
}

/** How often a function was called, and how long the guest waited for it. */
export interface CallTimes {
  readonly count: number;
  readonly milliseconds: number;
}

export type Calls = ReadonlyMap<string, CallTimes>;

/** From that worker to the page. */
export type RunReply =
  | { readonly type: "said"; readonly pieces: readonly Piece[]; readonly calls: Calls }
  | { readonly type: "done"; readonly exitCode: number | undefined; readonly threads: number; readonly milliseconds: { readonly ready: number; readonly run: number }; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: "failed"; readonly message: string };
