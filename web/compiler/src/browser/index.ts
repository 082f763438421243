// The compiler in a browser tab: .NET's WebAssembly runtime with the same compiler as the command line's, in a worker that ends with its work.
import type { Inspection } from "../inspection.js";
import { LazyModel, type Runnable } from "./lazy.js";
import type { Answer, CompressedWeight, GraphBox, Job, Settings } from "./protocol.js";
import { type Load, prove } from "./proof.js";
import { CompilerWorker } from "./session.js";

export type { Inspection, Port, Size } from "../inspection.js";
export type { CompressedWeight, GraphBox, TensorOf } from "./protocol.js";
export type { Load, Runner } from "./proof.js";
export { CompileError } from "./errors.js";
export { LazyModel, type OutputsOf, type Runnable, type ShapedInput } from "./lazy.js";

/** A model's file (.pt2 or .pt): its bytes, a file that was dropped or chosen, or an address to fetch it from. */
export type Source = Blob | Uint8Array | ArrayBuffer | URL | string;

/** How a model is compiled. */
export interface CompileOptions {
  /** The file's name, for messages and the manifest; that of a `File` or of the address without it. */
  readonly name?: string | undefined;
  /** Which model of an archive that holds several. */
  readonly model?: string | undefined;
  /** Nothing that rounds differently from PyTorch for the sake of speed. */
  readonly exact?: boolean | undefined;
  /** How many times the usual limits of work and memory the file may take. */
  readonly budget?: number | undefined;
  /** Of TorchScript (.pt), which records no shapes: what each input is like, by its name: `{ x: "1x3x224x224", ids: "int64:1x?", rate: 16000 }`. */
  readonly inputs?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Keep the float32 weights of products, convolutions and embeddings in fewer bits. */
  readonly weights?: "int8" | "int4" | "float16" | undefined;
  /** With `weights`: names of weights that stay as they are, `*` for any part of one. */
  readonly keep?: readonly string[] | undefined;
  /** Told of each stage as it begins: `starting` is .NET's own, `reading` and the passes' names are the compiler's, `writing` is the last. */
  readonly onProgress?: ((progress: { readonly stage: string }) => void) | undefined;
  /** Ends the worker at once. */
  readonly signal?: AbortSignal | undefined;
}

/** A model that was compiled. */
export interface Compiled {
  /** The artifact, which `load` of the package `sconce` takes. The same bytes as the command line writes. */
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** The artifact's description of itself. */
  readonly manifest: unknown;
  /** What the model takes and gives, and what it costs. */
  readonly summary: Inspection;
  /** What became of the weights that `weights` is about. */
  readonly compressed: readonly CompressedWeight[];
  /** Weights that were too small for normal numbers and became zero; `exact` keeps them. */
  readonly flushed: readonly { readonly name: string; readonly count: number }[];
  /** The model's graph, as it is drawn: inputs, operators and outputs, each behind those that it reads. */
  readonly graph: readonly GraphBox[];
}

/** How a model is verified. */
export interface VerifyOptions extends CompileOptions {
  /** `load` of the package `sconce`, or a function that calls it with options of its own, such as the number of threads. */
  readonly load: Load;
  /** On how many random inputs, beside those that the file keeps: 3 where it is not given. */
  readonly samples?: number | undefined;
  /** Told of the model as soon as it is compiled, before it is verified. */
  readonly onCompiled?: ((compiled: Compiled) => void) | undefined;
  /** Told of each run as it begins. */
  readonly onRun?: ((run: { readonly name: string; readonly run: number; readonly of: number }) => void) | undefined;
}

/** What became of verifying a model. */
export interface Proof extends Compiled {
  readonly passed: boolean;
  /** What is wrong, and, in further lines, the first node that differs from the reference evaluator, with its line of Python. */
  readonly problem: string | undefined;
  /** By what the model was verified, and what had to be left out. */
  readonly note: string;
  /** How many runs were compared; 0 where all would have taken the reference evaluator too long, and nothing is known. */
  readonly runs: number;
  /** The largest difference, as a part of the output's largest magnitude. */
  readonly maxError: number;
}

/** Compiles a model in a worker of this tab. Nothing is sent anywhere. Rejects with a `CompileError`, or with the signal's reason. */
export const compile = (source: Source, options: CompileOptions = {}): Promise<Compiled> =>
  working(options, async (worker) => compiledOf(await worker.ask(await jobOf("compile", source, options)), worker.artifact()));

/** What a model takes and gives, and what it costs. */
export const inspect = (source: Source, options: CompileOptions = {}): Promise<Inspection> =>
  working(options, async (worker) => inspectionOf(await worker.ask(await jobOf("inspect", source, options))));

/**
 * Compiles a model, runs it on the inputs that its file keeps and on random ones, and compares what it gives with the reference evaluator, which goes through the exported program node
 * by node and shares no code with the kernels.
 */
export const verify = (source: Source, options: VerifyOptions): Promise<Proof> =>
  working(options, async (worker) => {
    const compiled = compiledOf(await worker.ask(await jobOf("compile", source, options)), worker.artifact());
    options.onCompiled?.(compiled);
    return { ...compiled, ...(await prove(worker, compiled.wasm, options)) };
  });

/** How a model is compiled that is not compiled before its inputs are known. */
export interface LazyOptions<Loaded extends Runnable> extends Omit<CompileOptions, "signal"> {
  /** `load` of the package `sconce`, or a function that calls it with options of its own. */
  readonly load: (wasm: Uint8Array<ArrayBuffer>) => Promise<Loaded>;
}

/**
 * A model of TorchScript (.pt) that is compiled on its first run, for the dtypes and shapes of what it is given there: the file records none. `inputs` says those that are no tensors.
 */
export const lazy = <Loaded extends Runnable>(source: Source, { load, ...options }: LazyOptions<Loaded>): LazyModel<Loaded> => {
  // Fetched once, for all variants.
  let file: Promise<Blob> | undefined;
  return new LazyModel(async (inputs) => {
    file ??= fileOf(source, undefined).catch((error: unknown) => {
      file = undefined;
      throw error;
    });
    const { wasm } = await compile(await file, { name: nameOf(source), ...options, inputs: { ...options.inputs, ...inputs } });
    return await load(wasm);
  });
};

async function working<T>({ signal, onProgress }: CompileOptions, work: (worker: CompilerWorker) => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  const worker = new CompilerWorker(signal, (stage) => onProgress?.({ stage }));
  try {
    return await work(worker);
  } finally {
    worker.end();
  }
}

function inspectionOf({ inspection }: Answer): Inspection {
  if (inspection === undefined) throw new Error("the compiler gave no answer");
  return inspection;
}

const compiledOf = (answer: Answer, wasm: Uint8Array<ArrayBuffer>): Compiled => ({
  wasm, manifest: answer.manifest, summary: inspectionOf(answer), compressed: answer.compressed ?? [], flushed: answer.flushed ?? [], graph: answer.graph ?? [],
});

const jobOf = async (task: Job["task"], source: Source, options: CompileOptions): Promise<Job> => ({
  task, name: options.name ?? nameOf(source), file: await fileOf(source, options.signal), settings: settingsOf(options),
});

const settingsOf = ({ model, exact, budget, inputs, weights, keep, samples }: CompileOptions & Partial<VerifyOptions>): Settings => ({
  model, exact, budget, weights, samples, keep: keep ?? [], inputs: Object.entries(inputs ?? {}).map(([name, like]) => `${name}=${like}`),
});

function nameOf(source: Source): string {
  if (typeof source === "string" || source instanceof URL) return decodeURIComponent(new URL(source, location.href).pathname.split("/").at(-1) ?? "") || "model";
  return source instanceof File ? source.name : "model";
}

async function fileOf(source: Source, signal: AbortSignal | undefined): Promise<Blob> {
  if (source instanceof Blob) return source;
  // A guest's memory may be shared, of which no Blob is made.
  if (source instanceof Uint8Array) return new Blob([source.buffer instanceof ArrayBuffer ? (source as Uint8Array<ArrayBuffer>) : source.slice()]);
  if (source instanceof ArrayBuffer) return new Blob([source]);
  const response = await fetch(source, { signal: signal ?? null });
  if (!response.ok) throw new Error(`expected a model at ${String(source)}, but the server answers ${response.status} ${response.statusText}`);
  return await response.blob();
}
