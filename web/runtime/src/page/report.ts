import type { CacheReport } from "../loading/stream.js";
import type { OutputData } from "../shared/tensor.js";
import type { Known, OutputsOf } from "./types.js";

/** What a model runs on, and what it takes. */
export interface Report {
  /** The file that it was compiled from. */
  readonly model: string;
  readonly compiler: string;
  readonly threads: {
    /** Threads that compute. */
    readonly used: number;
    /** What the processor has. */
    readonly available: number;
    /** Why it is not more. */
    readonly reason: string;
  };
  readonly relaxedSimd: {
    readonly used: boolean;
    /** Why not, where it is not used. */
    readonly reason: string | undefined;
  };
  /** Whether it runs off the thread that loaded it. */
  readonly worker: boolean;
  /** Why not, where it does not. */
  readonly workerReason: string | undefined;
  /** What became of the option cache, where it was given. */
  readonly cache: Readonly<CacheReport> | undefined;
  readonly parameters: number;
  readonly steps: number;
  readonly runs: number;
  readonly bytes: {
    /** The file (0 where it came as a compiled module). */
    readonly file: number;
    /** The code that is used. */
    readonly code: number;
    readonly weights: number;
    /** Inputs, outputs, state and intermediate results of the last shapes. */
    readonly context: number;
    /** All of the model's WebAssembly memory. */
    readonly memory: number;
  };
  readonly milliseconds: {
    readonly load: number;
    readonly compile: number;
    /** The last run, without its way to the worker and back. */
    readonly lastRun: number | undefined;
  };
}

/** One step of a profile. */
export interface StepProfile {
  readonly name: string;
  readonly operator: string;
  readonly kernel: string;
  readonly milliseconds: number;
  /** What the step computed and moved in this run. */
  readonly flops: number;
  readonly bytes: number;
  /** How often its loops turned, where it has any. */
  readonly turns: number | undefined;
  /** The line of Python it came from, where it is known. */
  readonly source: string | undefined;
}

export interface Profile<Types extends Known = OutputData> {
  readonly outputs: OutputsOf<Types>;
  readonly milliseconds: number;
  readonly steps: readonly StepProfile[];
}
