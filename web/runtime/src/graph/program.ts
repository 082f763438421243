import type { Manifest } from "../artifact/manifest.js";

/** What a further thread needs to take part, and what is known before the constants have arrived. */
export interface CompiledCode {
  readonly manifest: Manifest;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the first context. */
  readonly context: number;
  readonly relaxed: boolean;
  readonly codeBytes: number;
  readonly fileBytes: number;
  readonly compileMs: number;
}

type Plan = (context: number) => number;
type Run = (context: number, first: number, last: number) => number;

/** The functions of a model's code. A further method has a `plan` and a `run` of its own, whose names end with a colon and its name. */
export interface Exports {
  readonly plan: Plan;
  readonly run: Run;
  readonly [plan: `plan:${string}`]: Plan;
  readonly [run: `run:${string}`]: Run;
  readonly reset: (context: number) => void;
  /** After how many turns of loops `run` pauses, where a model has loops; 0 for none. */
  readonly turns?: WebAssembly.Global<"i32">;
}

/** Where a context lies in its graph's memory. */
export interface Region {
  start: number;
  end: number;
}

/** What an execution context knows of its graph: code that runs, and the memory that it has a region of. */
export interface Program {
  readonly manifest: Manifest;
  readonly code: CompiledCode;
  readonly memory: WebAssembly.Memory;
  readonly exports: Exports;
  /** Gives a context, or its tail, `size` bytes: it may move, with all it holds. */
  resize(region: Region, size: number): void;
  /** Takes a context's memory back, for the next one. */
  release(region: Region): void;
}
