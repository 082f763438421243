// What the command line does, as functions: each starts the native tool and gives a promise. Errors are the tool's own words.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { type File, call, parse, pathOf, report, sizeOf } from "./call.js";
import type { Inspection } from "./inspection.js";
import { LazyModel, type Runnable } from "./browser/lazy.js";

export type { File } from "./call.js";
export type { Inspection, Port, Size } from "./inspection.js";
export { LazyModel, type OutputsOf, type Runnable, type ShapedInput } from "./browser/lazy.js";

/** How a model is compiled. */
export interface ModelOptions {
  /** Which model of an archive that holds several. */
  readonly model?: string | undefined;
  /** Nothing that rounds differently from PyTorch for the sake of speed. */
  readonly exact?: boolean | undefined;
  /** How many times the usual limits of work and memory the file may take. */
  readonly budget?: number | undefined;
  /**
   * Of TorchScript (.pt), which records no shapes: what each input is like, by its name: `{ x: "1x3x224x224", ids: "int64:1x?", rate: 16000 }`, where `?` is a size that each run decides. Without
   * it the arrays of NAME.npz beside the model tell, or the inputs that it was traced with.
   */
  readonly inputs?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Of TorchScript: methods beside `forward` that go into the same file, over the same weights and state. What their inputs are like is said as `{ "METHOD.x": "1x3" }`. */
  readonly methods?: readonly string[] | undefined;
  /** Stops the tool. */
  readonly signal?: AbortSignal | undefined;
}

export interface CompileOptions extends ModelOptions {
  /** The file to write; the model's with the ending .wasm without it. */
  readonly output?: File | undefined;
  /** Weights in files of their own, beside the output: `true`, or the most bytes that one may have. */
  readonly split?: boolean | number | undefined;
}

export interface TypesOptions extends ModelOptions {
  readonly url?: boolean | undefined;
}

export interface VerifyOptions extends ModelOptions {
  /** One without it. */
  readonly threads?: number | undefined;
  /** `false`: the code without relaxed SIMD. */
  readonly relaxed?: boolean | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  /** On so many random inputs the model is compared with the reference evaluator: 3 where there is no .npz, else none. */
  readonly samples?: number | undefined;
}

/** How a model fared beside PyTorch's numbers, or the reference evaluator's. */
export interface Verification {
  readonly model: string;
  readonly status: "passed" | "failed" | "unsupported" | "error";
  /** What is wrong, or what a model that passed was compared with. */
  readonly message?: string | null;
  readonly maxError?: number | null;
  readonly compileMs?: number | null;
  readonly runMs?: number | null;
  readonly codeBytes?: number | null;
}

/** Compiles a model (.pt2 or .pt) to one WebAssembly file, and gives that file's path. */
export async function compile(model: File, { output, split, signal, ...how }: CompileOptions = {}): Promise<string> {
  const source = pathOf(model);
  const path = output === undefined ? `${source.slice(0, source.length - extname(source).length)}.wasm` : pathOf(output);
  const apart = split === undefined || split === false ? [] : split === true ? ["--split"] : ["--split", `${split}`];
  await call(["compile", source, "-o", path, ...apart, ...settings(how)], signal);
  return path;
}

/** How a model is compiled that is not compiled before its inputs are known. */
export interface LazyOptions<Loaded extends Runnable> extends Omit<ModelOptions, "signal"> {
  /** `load` of the package `sconce`, or a function that calls it with options of its own. */
  readonly load: (wasm: Uint8Array) => Promise<Loaded>;
}

/**
 * A model of TorchScript (.pt) that is compiled on its first run, for the dtypes and shapes of what it is given there: the file records none. `inputs` says those that are no tensors.
 */
export const lazy = <Loaded extends Runnable>(model: File, { load, ...how }: LazyOptions<Loaded>): LazyModel<Loaded> =>
  new LazyModel(async (inputs) => {
    const folder = await mkdtemp(join(tmpdir(), "sconce-"));
    try {
      const file = await compile(model, { ...how, inputs: { ...how.inputs, ...inputs }, output: join(folder, "model.wasm") });
      return await load(new Uint8Array(await readFile(file)));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

/** What a model (.pt2 or .pt) or a compiled file (.wasm) takes and gives, and what it costs. */
export async function inspect(model: File, { signal, ...how }: ModelOptions = {}): Promise<Inspection> {
  return parse(await report((file) => call(["inspect", pathOf(model), "--json", file, ...settings(how)], signal))) as Inspection;
}

/**
 * A TypeScript declaration of a model's inputs and outputs: names, dtypes and shapes as literals. With `url`, of a module that gives the model's
 * address, as a bundler's import of the file does.
 */
export async function types(model: File, { url, signal, ...how }: TypesOptions = {}): Promise<string> {
  return await call(["types", pathOf(model), ...(url === true ? ["--url"] : []), ...settings(how)], signal);
}

/** Compiles models, runs them and compares with what PyTorch gave: NAME.npz beside NAME.pt2; without one, with what the reference evaluator gives. A model that is wrong rejects nothing: its status says so. */
export async function verify(models: File | readonly File[], { signal, threads, relaxed, rtol, atol, samples, ...how }: VerifyOptions = {}): Promise<Verification[]> {
  const paths = (Array.isArray(models) ? (models as readonly File[]) : [models as File]).map(pathOf);
  const numbers = Object.entries({ threads, rtol, atol, samples }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, `${value}`]));
  const lines = await report(async (file) => {
    try {
      await call(["verify", ...paths, "--json", file, ...numbers, ...(relaxed === false ? ["--no-relaxed"] : []), ...settings(how)], signal);
    } catch (error) {
      // A model that is wrong ends the tool with 1 too, but then its line is there.
      if (signal?.aborted === true || (await sizeOf(file)) === 0) throw error;
    }
  });
  return lines.trim().split("\n").map((line) => parse(line) as Verification);
}

function settings({ model, exact, budget, inputs, methods = [] }: Omit<ModelOptions, "signal">): string[] {
  return [
    ...(model === undefined ? [] : ["--model", model]), ...(exact === true ? ["--exact"] : []), ...(budget === undefined ? [] : ["--budget", `${budget}`]),
    ...methods.flatMap((name) => ["--method", name]), ...Object.entries(inputs ?? {}).flatMap(([name, like]) => ["--input", `${name}=${like}`]),
  ];
}
