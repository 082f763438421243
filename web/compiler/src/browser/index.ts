// The compiler in a browser tab: .NET's WebAssembly runtime with the same compiler as the command line's, in a worker that ends with its work.
import type { Inspection } from "../inspection.js";
import { CompileError } from "./errors.js";
import type { Answer, CompressedWeight, Job, Reply, Settings } from "./protocol.js";

export type { Inspection, Port, Size } from "../inspection.js";
export type { CompressedWeight } from "./protocol.js";
export { CompileError } from "./errors.js";

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
}

/** Compiles a model in a worker of this tab. Nothing is sent anywhere. Rejects with a `CompileError`, or with the signal's reason. */
export async function compile(source: Source, options: CompileOptions = {}): Promise<Compiled> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const { inspection, manifest, compressed, flushed } = await work("compile", source, options, (part) => parts.push(part));
  if (inspection === undefined) throw new Error("the compiler gave no answer");
  return { wasm: joined(parts), manifest, summary: inspection, compressed: compressed ?? [], flushed: flushed ?? [] };
}

/** What a model takes and gives, and what it costs. */
export async function inspect(source: Source, options: CompileOptions = {}): Promise<Inspection> {
  const { inspection } = await work("inspect", source, options, () => {});
  if (inspection === undefined) throw new Error("the compiler gave no answer");
  return inspection;
}

async function work(task: Job["task"], source: Source, options: CompileOptions, take: (part: Uint8Array<ArrayBuffer>) => void): Promise<Answer> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const job: Job = { task, name: options.name ?? nameOf(source), file: await fileOf(source, signal), settings: settingsOf(options) };
  signal?.throwIfAborted();
  onProgress?.({ stage: "starting" });
  const worker = new Worker(new URL("./compile-worker.js", import.meta.url), { type: "module", name: "sconce-compiler" });
  const abort = new AbortController();
  try {
    return await new Promise<Answer>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { signal: abort.signal });
      worker.addEventListener("error", (event) => reject(new Error(`the compiler's worker cannot be started (${event.message ?? "its script is not where it should be"})`)));
      worker.addEventListener("message", ({ data: reply }: MessageEvent<Reply>) => {
        if (reply.type === "stage") onProgress?.({ stage: reply.stage });
        else if (reply.type === "part") take(reply.bytes);
        else if (reply.type === "failed") reject(new Error(reply.message));
        else if (reply.answer.error !== undefined) reject(new CompileError(reply.answer.error));
        else resolve(reply.answer);
      });
      worker.postMessage(job);
    });
  } finally {
    // With it goes all its memory, which WebAssembly cannot give back otherwise.
    worker.terminate();
    abort.abort();
  }
}

const settingsOf = ({ model, exact, budget, inputs, weights, keep }: CompileOptions): Settings => ({
  model, exact, budget, weights, keep: keep ?? [], inputs: Object.entries(inputs ?? {}).map(([name, like]) => `${name}=${like}`),
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

/** One array; each part is let go of as soon as it is copied. */
function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
