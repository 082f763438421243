import { bind } from "../shared/bound.js";
import { checkSizes } from "./checks.js";
import { announceRun, header, lost } from "./context-header.js";
import { type SymbolValues, evaluateShape } from "../shared/dims.js";
import { SconceError, describe } from "../shared/errors.js";
import { type BoundInputs, bindInputs } from "./inputs.js";
import { type Manifest, type Port, methodOf } from "../artifact/manifest.js";
import { contextBytes, tooMany, tooMuch } from "./memory.js";
import type { Program, Region } from "./program.js";
import { type DType, type Inputs, type Outputs, type Tensor, type TensorInput, type TypedArray, elementCount, elementSize, viewOf } from "../shared/tensor.js";

/** What `run` gives where the model did what PyTorch raises an error for. */
const failedCheck = 2;

/** What it gives where it found sizes that the context's tail is too small for. */
const tailTooSmall = 3;

const paused = 4;

/** What a tail has at least, and twice what is wanted, for a run that begins anew since it was too small: turns of a loop may find one size after the other, each larger than all before. */
const leastForLoops = 1 << 22;

/** One run's inputs, outputs, state and buffers: WASI-NN's execution context. All of it is synchronous. */
export class ExecutionContext {
  readonly graph: Program;
  readonly #region: Region;
  /** For what the run finds the size of; nothing until a run asks for it. */
  #tail: Region = { start: 0, end: 0 };
  #symbols: SymbolValues | undefined;
  /** What the file says of the method that the memory is laid out for, and what the names of its functions end with. */
  #manifest: Manifest;
  #suffix: "" | `:${string}` = "";
  #hasState = false;
  #threads = 1;
  #broken: SconceError | undefined;

  /** @internal Made by `Graph.createContext`. */
  constructor(graph: Program, region: Region) {
    this.graph = graph;
    this.#manifest = graph.manifest;
    this.#region = region;
    // Helper threads may be waiting here already: what they count in stays.
    const words = this.#words(0, graph.manifest.context.header / 4);
    words.fill(0, 0, header.generation).fill(0, header.sleepers + 1)[header.threads] = 1;
    // The digits of a random number are a seed.
    this.#seed(Float64Array.of(Math.random(), 0));
    if (graph.manifest.symbols.length === 0) this.layOut(new Map());
    bind(this);
  }

  /** @internal Where in the graph's memory it begins: it may move when it is laid out. */
  get address(): number {
    return this.#region.start;
  }

  /** Bytes that the context takes: tables, state and arena. */
  get byteLength(): number {
    return this.#region.end - this.#region.start + this.#tail.end - this.#tail.start;
  }

  /** What the file says of the method that the memory is laid out for. */
  get manifest(): Manifest {
    return this.#manifest;
  }

  /** How many threads compute: this one, and helpers that sit in the export `work` with this context. */
  get threads(): number {
    return this.#threads;
  }

  set threads(count: number) {
    this.#threads = count;
    this.#header()[header.threads] = count;
    const planned = this.#symbols;
    if (planned === undefined) return;
    // Each thread has memory of its own in the plan.
    this.#symbols = undefined;
    this.layOut(planned, this.#manifest.name);
  }

  /** Takes named tensors, or the only one without its name, and gives named tensors. Without a seed, a model's random numbers are others each time. */
  run(inputs: Inputs | TensorInput | TypedArray, seed?: number | bigint): Outputs {
    this.bind(inputs, seed);
    this.compute();
    return this.outputs();
  }

  /** Checks the inputs of the main method, or of another one, lays the memory out for it and their shapes, and copies them in. */
  bind(inputs: Inputs | TensorInput | TypedArray, seed?: number | bigint, method?: string): void {
    this.take({ ...bindInputs(methodOf(this.graph.manifest, method), inputs), seed, method });
  }

  /** The same with inputs that have been checked. */
  take({ tensors, symbols, seed, method }: BoundInputs): void {
    this.layOut(symbols, method);
    if (seed !== undefined) this.#seed(BigInt64Array.of(BigInt(seed), 0n));
    tensors.forEach(({ data }, index) => this.write(index, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
  }

  /** The bytes of an input where they lie. */
  input(index: number): Uint8Array {
    const { inputs, context } = this.#manifest;
    return this.#bytes(context.inputs, index, this.#extent(inputs[index], "input").size);
  }

  /** Copies an input's bytes to where the model reads them; they stay there, run after run. To be called when the memory is laid out. */
  write(index: number, bytes: Uint8Array): void {
    const target = this.input(index);
    if (this.#threads > 1) announceRun(this.#header());
    target.set(bytes);
    if (this.#manifest.inputs[index]?.dtype === "bool") for (let i = 0; i < target.length; i++) target[i] = target[i] === 0 ? 0 : 1;
  }

  /** Runs the steps, all of them unless told otherwise; after so many turns of loops, if any, it pauses. Gives the step to go on with: the last where it is done. */
  compute(first = 0, last = this.#manifest.steps.length, turns = 0): number {
    if (this.#broken !== undefined) throw this.#broken;
    const { exports } = this.graph;
    const where = `steps ${first} to ${last}`;
    let error: number;
    try {
      (exports.turns ?? { value: 0 }).value = turns;
      error = exports[`run${this.#suffix}`]!(this.#region.start, first, last);
    } catch (trap) {
      throw (this.#broken = trapped(trap, where));
    }
    if (error === 0) return last;
    if (error === paused) return first;
    if (error === tailTooSmall) {
      const next = this.#extend();
      return turns === 0 ? this.compute(next, last) : next;
    }
    if (Atomics.load(this.#header(), header.abort) === lost) throw (this.#broken = trapped("a helper thread met an error", where));
    this.fail(error);
  }

  /** The outputs of the last run, copied. */
  outputs(): Outputs {
    return Object.fromEntries(this.#manifest.outputs.map(({ name }, index) => [name, this.output(index)]));
  }

  /** One output of the last run, copied. */
  output(index: number): Tensor {
    const { dtype, shape, bytes } = this.read(index);
    return { dtype, shape, data: viewOf(dtype, bytes.slice().buffer, 0, bytes.length / elementSize(dtype)) } as Tensor;
  }

  /** One output of the last run where it lies: the bytes are the model's own, until the next run. */
  read(index: number): { dtype: DType; shape: readonly number[]; bytes: Uint8Array } {
    const { outputs, context } = this.#manifest;
    const { dtype, shape, size } = this.#extent(outputs[index], "output");
    return { dtype, shape, bytes: this.#bytes(context.outputs, index, size) };
  }

  /** Sets the buffers that a run overwrites back to what they were when the model was made. */
  reset(): void {
    // Before there is a plan there is nothing to set back: the first plan does it.
    if (this.#hasState) this.graph.exports.reset(this.#region.start);
  }

  /** Lets a run that another thread computes stop between two steps (`true`), or the next one go on. */
  setAbort(abort: boolean): void {
    Atomics.store(this.#header(), header.abort, abort ? 1 : 0);
  }

  /** Gives the context's memory back to the graph. */
  dispose(): void {
    this.#broken = new SconceError("disposed", "the execution context was disposed");
    this.graph.release(this.#region);
    this.graph.release(this.#tail);
  }

  /** Lays the memory out for these sizes, and a method. What the context held is lost where they are new, all but its state. */
  layOut(symbols: SymbolValues, method?: string): void {
    if (this.#broken !== undefined) throw this.#broken;
    const { exports } = this.graph;
    const planned = this.#symbols;
    if (planned !== undefined && this.#manifest.name === method && [...symbols].every(([name, value]) => planned.get(name) === value)) return;
    const manifest = methodOf(this.graph.manifest, method);
    checkSizes(manifest, symbols);
    const wanted = contextBytes(manifest, symbols, this.#threads);
    if (wanted < 0 || this.#region.start + wanted >= 2 ** 32) throw tooMuch(wanted);
    this.#words(manifest.context.symbols, manifest.symbols.length).set(manifest.symbols.map(({ name }) => symbols.get(name) ?? 0));
    this.#symbols = undefined;
    this.#manifest = manifest;
    this.#suffix = method === undefined ? "" : `:${method}`;
    const plan = exports[`plan${this.#suffix}`]!;
    this.graph.release(this.#tail);
    this.#tail = { start: 0, end: 0 };
    const size = plan(this.#region.start) >>> 0;
    if (size === 0) throw tooMany();
    if (size < manifest.context.header) throw new SconceError("artifact", "the file is damaged: its plan is smaller than its tables");
    const { start } = this.#region;
    this.graph.resize(this.#region, size);
    // The tables hold absolute addresses.
    if (this.#region.start !== start) plan(this.#region.start);
    this.#symbols = new Map(symbols);
    if (this.#hasState) return;
    exports.reset(this.#region.start);
    this.#hasState = true;
  }

  /** Makes the tail as large as the run wants it; gives the step from which it goes on, which is the first where what lay in the tail has moved. */
  #extend(): number {
    const [, bytes, step] = this.#fault();
    const { start } = this.#tail;
    const wanted = Number(bytes);
    try {
      this.graph.resize(this.#tail, step === 0n ? Math.max(leastForLoops, 2 * wanted) : wanted);
    } catch {
      this.graph.resize(this.#tail, wanted);
    }
    this.#words(this.#manifest.context.tail ?? 0, 2).set([this.#tail.start, this.#tail.end]);
    return start === 0 || start === this.#tail.start ? Number(step) : 0;
  }

  #fault(): BigInt64Array {
    return new BigInt64Array(this.graph.memory.buffer, this.#region.start + 4 * header.fault, 3);
  }

  /** Begins other random numbers, where the model draws any: runs go on from there. */
  #seed(words: BigInt64Array | Float64Array): void {
    const { random, context } = this.#manifest;
    if (random) this.#words(context.header - 16, 4).set(new Int32Array(words.buffer));
  }

  /** @internal Ends a run that this error has stopped, or that has paused. */
  fail(error: number): never {
    this.setAbort(false);
    const { faults, errors } = this.#manifest;
    const [number, value, limit] = this.#fault();
    const fault = faults[Number(number) - 1];
    if (error !== failedCheck || fault === undefined) throw new SconceError("run", `the model stopped: ${errors[error] ?? `error ${error}`}`);
    const { operator, message, source } = fault;
    const found = message.replace("{value}", String(value)).replace("{limit}", String(limit));
    throw new SconceError("run", `${operator}: ${found}${source === undefined ? "" : `, at ${source}`}`);
  }

  #header(): Int32Array {
    return this.#words(0, header.words);
  }

  /** So many words of the context's header. */
  #words(offset: number, count: number): Int32Array {
    return new Int32Array(this.graph.memory.buffer, this.#region.start + offset, count);
  }

  #extent(port: Port | undefined, what: string): { dtype: DType; shape: readonly number[]; size: number } {
    if (port === undefined) throw new SconceError("input", `the model has no such ${what}`);
    const shape = evaluateShape(port.shape, this.sizes());
    return { dtype: port.dtype, shape, size: elementCount(shape, `${what} ${JSON.stringify(port.name)}`) * elementSize(port.dtype) };
  }

  /** @internal The symbols' values: those of the inputs' shapes, and those that the last run found. */
  sizes(): SymbolValues {
    const { symbols, found, context } = this.#manifest;
    const given = this.#symbols ?? new Map<string, number>();
    if (found === undefined) return given;
    const values = this.#words(context.symbols + 4 * symbols.length, found.length);
    return new Map([...given, ...found.map(({ name }, index) => [name, values[index] ?? 0] as const)]);
  }

  /** The bytes of an input or output, whose address stands in a table of the context. */
  #bytes(table: number, index: number, size: number): Uint8Array {
    const { buffer } = this.graph.memory;
    const address = (this.#words(table + 4 * index, 1)[0] ?? 0) >>> 0;
    if (address + size > buffer.byteLength) throw new SconceError("artifact", "the file is damaged: its plan leads out of memory");
    return new Uint8Array(buffer, address, size);
  }
}

/** What a trap of the model's code means to the caller. */
function trapped(error: unknown, where: string): SconceError {
  return new SconceError("run", `the model's code stopped in ${where}: ${describe(error)}; load it anew`);
}
