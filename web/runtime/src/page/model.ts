/// <reference lib="esnext.disposable" preserve="true" />
import { bind } from "../shared/bound.js";
import { type Dim, evaluate, formatDim } from "../shared/dims.js";
import { SconceError } from "../shared/errors.js";
import { bindInputs } from "../graph/inputs.js";
import { zeros } from "../graph/zeros.js";
import { type OptionCheck, abortSignal, checkOptions, wholeNumber } from "../shared/options.js";
import { type Manifest, type Method, type Port, methodOf } from "../artifact/manifest.js";
import type { RunResult } from "../worker/protocol.js";
import type { Profile, Report } from "./report.js";
import type { Session } from "./session.js";
import { type DType, type Inputs, type OutputData, type TensorInput, type TypedArray, elementsOf, viewOf } from "../shared/tensor.js";
import type { InputsOf, Known, MethodArguments, MethodName, MethodOutputs, OnlyInputOf, OutputsOf } from "./types.js";

/** An input or output of a model. A dimension that is not fixed is a symbol's name, or a formula such as `1 + (h - 1) // 8`. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
}

/** What a model, or one of its methods, takes and gives. */
export interface MethodInfo {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export interface RunOptions {
  /** Stops the run between two of its steps, or before it begins. */
  readonly signal?: AbortSignal | undefined;
  /** What the model's random numbers are made from: the same seed gives the same ones. Where it is not given, each run draws others. */
  readonly seed?: number | bigint | undefined;
}

export interface WarmupOptions {
  /** Values of sizes that the model leaves open, by their names in `inputs`; each at its least, from 1 up, without. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of a report that does not change after loading. */
export type LoadReport = Pick<Report, "threads" | "relaxedSimd" | "worker" | "workerReason" | "cache"> & { readonly loadMs: number };

const runChecks = { signal: abortSignal, seed: wholeNumber };
const sizeNumbers: OptionCheck = ["an object of whole numbers", (value) => typeof value === "object" && value !== null && Object.values(value).every(Number.isSafeInteger)];
const warmupChecks = { sizes: sizeNumbers, signal: abortSignal };

const abandoned = new FinalizationRegistry<Session>((session) => session.end(new SconceError("disposed", "the model was dropped")));

/** A loaded model. Runs are queued: any number may be asked for at once. */
export class Model<Types extends Known = OutputData> implements MethodInfo {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Those beside the main one, by their names. */
  readonly methods: Readonly<Record<string, MethodInfo>>;
  readonly #manifest: Manifest;
  readonly #session: Session;
  readonly #loaded: LoadReport;
  /** The last run's copies of its inputs, which came back: new memory would cost more than the copying (0.3 ms for 600 kB in Node 26). */
  #spare: ArrayBuffer[] = [];
  #queue: Promise<unknown> = Promise.resolve();
  #lastRunMs: number | undefined;
  #runs = 0;
  #fresh = true;
  #report: Report | undefined;

  /** @internal Made by `load`. */
  constructor(session: Session, loaded: LoadReport) {
    this.#session = session;
    this.#manifest = session.code.manifest;
    this.#loaded = loaded;
    ({ inputs: this.inputs, outputs: this.outputs } = info(this.#manifest));
    this.methods = Object.fromEntries((this.#manifest.methods ?? []).map((method) => [method.name, info(method)]));
    abandoned.register(this, session, this);
    bind(this);
  }

  /** Runs the model: named tensors in, or the only one without its name, and named tensors out. The inputs are copied at once, the outputs are the caller's own. */
  async run<Named extends Known = Types>(inputs: InputsOf<Named> | OnlyInputOf<Named>, options: RunOptions = {}): Promise<OutputsOf<Named>> {
    return (await this.#run(inputs, options, "run")).outputs as OutputsOf<Named>;
  }

  /** Runs one of the methods beside the main one, that `sconce compile --method` put into the file: over the same weights and the same state. */
  async call<Name extends MethodName<Types>>(method: Name, ...given: MethodArguments<Types, Name, RunOptions>): Promise<MethodOutputs<Types, Name>> {
    const [inputs = {}, options = {}] = given as unknown as [Inputs?, RunOptions?];
    return (await this.#run(inputs, options, "call", method)).outputs as MethodOutputs<Types, Name>;
  }

  /** Runs the model step by step, and tells what each step took. */
  async profile<Named extends Known = Types>(inputs: InputsOf<Named> | OnlyInputOf<Named>, options: RunOptions = {}): Promise<Profile<Named>> {
    const { outputs, milliseconds, steps, symbols } = await this.#run(inputs, options, "profile");
    const cost = (dim: Dim) => evaluate(dim, symbols);
    return {
      outputs: outputs as OutputsOf<Named>,
      milliseconds,
      steps: this.#manifest.steps.map(({ flops, bytes, turns, ...step }, index) => (
        { ...step, milliseconds: steps?.[index] ?? 0, flops: cost(flops), bytes: cost(bytes), turns: turns === undefined ? turns : cost(turns) })),
    };
  }

  /**
   * Runs the model once on zeros, so that the first real run finds its memory and its code ready: for the time while a page waits. What it gives is thrown away, what the model
   * keeps between runs is as it was, and after a run it does nothing.
   */
  async warmup(options: WarmupOptions = {}): Promise<void> {
    checkOptions("warmup", options, warmupChecks);
    const { sizes = {}, signal } = options;
    const { tensors, symbols } = bindInputs(this.#manifest, zeros(this.#manifest, sizes));
    await this.#enqueue(signal, async () => {
      if (!this.#fresh) return;
      this.#fresh = false;
      const request = { type: "run", inputs: { tensors, symbols }, stepwise: this.#stepwise(signal) } as const;
      await this.#session.request(request, tensors.map(({ data }) => data.buffer as ArrayBuffer)).catch((error: unknown) => {
        // Zeros may be nothing that the model takes; it is warm as far as it came.
        if (!(error instanceof SconceError && error.code === "run") || signal?.aborted === true) throw error;
      });
      if (this.#manifest.state === true) await this.#session.request({ type: "reset" });
    });
  }

  /** Sets what the model keeps between runs (a cache, a recurrent state) back to its beginning. */
  async reset(): Promise<void> {
    await this.#enqueue(undefined, () => this.#session.request({ type: "reset" }));
  }

  /** What it runs on and what it takes: threads, SIMD, bytes, milliseconds. */
  report(): Report {
    return (this.#report ??= this.#makeReport());
  }

  /** Ends the model's threads and gives all its memory back. Runs that are under way or queued are rejected. */
  dispose(): void {
    abandoned.unregister(this);
    this.#session.end(new SconceError("disposed", "the model was disposed"));
  }

  async #run(inputs: Inputs | TensorInput | TypedArray, options: RunOptions, what: string, method?: string): Promise<RunResult> {
    checkOptions(what, options, runChecks);
    const { signal, seed } = options;
    const { tensors, symbols } = bindInputs(methodOf(this.#manifest, method), inputs);
    const copies = tensors.map(({ dtype, shape, data }) => ({ dtype, shape, data: this.#copy(dtype, data) }));
    const stepwise = what === "profile" || this.#stepwise(signal);
    const result = (await this.#enqueue(signal, () => {
      this.#fresh = false;
      return this.#session.request({ type: "run", inputs: { tensors: copies, symbols, seed, method }, stepwise }, copies.map(({ data }) => data.buffer as ArrayBuffer));
    }))!;
    this.#lastRunMs = result.milliseconds;
    this.#runs++;
    this.#spare = result.spare;
    this.#report = undefined;
    return result;
  }

  /** Threads of a shared memory see its abort flag; else the worker must look for messages between steps. */
  #stepwise(signal: AbortSignal | undefined): boolean {
    return signal !== undefined && !(this.#loaded.worker && this.#session.code.shared);
  }

  #copy(dtype: DType, data: TypedArray): TypedArray {
    const at = this.#spare.findIndex(({ byteLength }) => byteLength === data.byteLength);
    const [buffer = new ArrayBuffer(data.byteLength)] = at < 0 ? [] : this.#spare.splice(at, 1);
    new Uint8Array(buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return viewOf(dtype, buffer, 0, elementsOf(dtype, data));
  }

  /** Puts a task behind those before it. A caller who aborts is answered at once; its task, if under way, stops by itself. */
  #enqueue<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    let underWay = false;
    const done = this.#queue.then(async () => {
      signal?.throwIfAborted();
      underWay = true;
      try {
        return await task();
      } finally {
        underWay = false;
      }
    });
    this.#queue = done.catch(() => {});
    if (signal === undefined) return done;
    return new Promise((resolve, reject) => {
      const abort = () => {
        if (underWay) this.#session.abort();
        reject(signal.reason as Error);
      };
      signal.addEventListener("abort", abort, { once: true });
      done.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  #makeReport(): Report {
    const { code, state } = this.#session;
    const { manifest } = code;
    const { constantsOffset, constantsEnd } = manifest.memory;
    const { loadMs, ...loaded } = this.#loaded;
    return {
      model: manifest.source.name,
      compiler: manifest.compiler,
      ...loaded,
      parameters: manifest.parameters,
      steps: manifest.steps.length,
      runs: this.#runs,
      bytes: {
        file: code.fileBytes,
        code: code.codeBytes,
        weights: constantsEnd - constantsOffset,
        context: state.contextBytes,
        memory: state.memoryBytes,
      },
      milliseconds: { load: loadMs, compile: code.compileMs, lastRun: this.#lastRunMs },
    };
  }
}

export interface Model<Types extends Known = OutputData> {
  /** The same as `dispose`, for `using model = await load(…)`. */
  [Symbol.dispose](): void;
}

// A method of the class could not be named so where the engine has no Symbol.dispose.
if (typeof Symbol.dispose === "symbol") {
  Object.defineProperty(Model.prototype, Symbol.dispose, { value: Model.prototype.dispose });
}

function info({ inputs, outputs }: Method): MethodInfo {
  const tensor = ({ name, dtype, shape }: Port): TensorInfo => ({ name, dtype, shape: shape.map((dim) => (typeof dim === "number" ? dim : formatDim(dim))) });
  return { inputs: inputs.map(tensor), outputs: outputs.map(tensor) };
}

