import { type ExecutionContext, type Graph, type Helpers, type Port, sizesOf, solve, viewOf } from "sconce/core";
import { typeOf } from "../enums.js";
import { invalid } from "../errors.js";
import type { NNContext, NNGraph, NNOutput, NNTensor } from "./backend.js";
import type { MemoryBudget } from "./budget.js";
import { checkInput, dimensionsOf, indexOf } from "./ports.js";

/** A graph on this thread: computing blocks it, and helper threads take part. */
export class LocalGraph implements NNGraph {
  readonly #graph: Graph;
  readonly #helpers: Helpers | undefined;
  readonly #budget: MemoryBudget;
  #contexts = 0;
  #released = false;

  constructor(graph: Graph, helpers: Helpers | undefined, budget: MemoryBudget) {
    this.#graph = graph;
    this.#helpers = helpers;
    this.#budget = budget;
  }

  get inputs(): readonly Port[] {
    return this.#graph.manifest.inputs;
  }

  get outputs(): readonly Port[] {
    return this.#graph.manifest.outputs;
  }

  /** Digest of the PyTorch file that it was compiled from. */
  get sourceDigest(): string {
    return this.#graph.manifest.source.sha256;
  }

  /** Bytes of memory: weights and all contexts. */
  get byteLength(): number {
    return this.#graph.memory.buffer.byteLength;
  }

  /** Whether its contexts keep something from one computation to the next. */
  get hasState(): boolean {
    return this.#graph.manifest.state === true;
  }

  /** Whether the store hands it out again: then no guest's `release` ends it. */
  isKept = false;

  createContext(): NNContext {
    this.#budget.check();
    const context = this.#graph.createContext();
    try {
      if (this.#helpers !== undefined) context.threads = this.#helpers.count + 1;
    } catch (error) {
      context.dispose();
      throw error;
    }
    this.#contexts++;
    return new LocalContext(this, context, this.#helpers, this.#budget, () => {
      this.#contexts--;
      this.#settle();
    });
  }

  release(): void {
    this.#released = !this.isKept;
    this.#settle();
  }

  #settle(): void {
    if (this.#released && this.#contexts === 0) this.#budget.remove(this);
  }
}

/** An input goes to where the model reads it by one copy, and an output is read where the model wrote it. */
class LocalContext implements NNContext {
  readonly graph: LocalGraph;
  readonly #context: ExecutionContext;
  readonly #helpers: Helpers | undefined;
  /** What shapes the inputs have that were set; of an integer that decides sizes, what it is. */
  readonly #shapes: (readonly number[] | undefined)[];
  /** Inputs that wait for memory to be laid out: with shapes that depend on each other, for all to be there. */
  readonly #waiting = new Map<number, Uint8Array>();
  readonly #budget: MemoryBudget;
  #ended: (() => void) | undefined;
  #laidOut: boolean;
  #computed = false;

  constructor(graph: LocalGraph, context: ExecutionContext, helpers: Helpers | undefined, budget: MemoryBudget, ended: () => void) {
    this.graph = graph;
    this.#context = context;
    this.#helpers = helpers;
    this.#budget = budget;
    this.#ended = ended;
    this.#shapes = graph.inputs.map(() => undefined);
    this.#laidOut = context.graph.manifest.symbols.length === 0;
  }

  setInput(place: number | string, tensor: NNTensor): void {
    const index = typeof place === "number" ? place : indexOf(this.graph.inputs, place, "input");
    const shape = this.#sizesOf(index, checkInput(this.graph.inputs, index, tensor), tensor.data);
    const before = this.#shapes[index];
    if (this.#laidOut && (before === undefined || shape.every((size, axis) => size === before[axis]))) {
      this.#context.write(index, tensor.data);
    } else {
      this.#takeOut();
      this.#wait(index, tensor.data);
    }
    this.#shapes[index] = shape;
  }

  #sizesOf(index: number, shape: readonly number[], data: Uint8Array): readonly number[] {
    const port = this.graph.inputs[index];
    return port === undefined || shape.length > 0 ? shape : sizesOf(this.#context.graph.manifest, index, shape, viewOf(port.dtype, data.slice().buffer, 0, 1));
  }

  compute(): void {
    const missing = this.#shapes.indexOf(undefined);
    if (missing >= 0) throw invalid(`input ${missing} (${this.graph.inputs[missing]?.name}) was not set`);
    if (!this.#laidOut) this.#layOut();
    // Code that the guest brought may make its memory grow by itself: then it computes no more.
    this.#budget.check();
    this.#helpers?.help(this.#context);
    this.#computed = false;
    this.#context.compute();
    this.#budget.check();
    this.#computed = true;
  }

  output(index: number): NNOutput {
    if (!this.#computed) throw invalid("nothing was computed yet, or the last computation failed: there are no outputs");
    const { dtype, shape, bytes } = this.#context.read(index);
    return { dimensions: dimensionsOf(shape), type: typeOf(dtype), data: bytes };
  }

  dispose(): void {
    this.#helpers?.leave(this.#context);
    this.#context.dispose();
    this.#clearWaiting();
    this.#ended?.();
    this.#ended = undefined;
  }

  /** Saves inputs from memory that is about to be laid out anew. */
  #takeOut(): void {
    if (!this.#laidOut) return;
    this.#shapes.forEach((shape, index) => {
      if (shape !== undefined) this.#wait(index, this.#context.input(index));
    });
    this.#laidOut = false;
  }

  /** Keeps a copy, which counts. */
  #wait(index: number, bytes: Uint8Array): void {
    this.#budget.give(this.#waiting.get(index)?.length ?? 0);
    this.#waiting.delete(index);
    this.#budget.take(bytes.length);
    this.#waiting.set(index, bytes.slice());
  }

  #clearWaiting(): void {
    for (const bytes of this.#waiting.values()) this.#budget.give(bytes.length);
    this.#waiting.clear();
  }

  #layOut(): void {
    this.#budget.check();
    // The context may move.
    this.#helpers?.leave(this.#context);
    this.#computed = false;
    this.#context.layOut(solve(this.#context.graph.manifest, this.#shapes as (readonly number[])[]));
    for (const [index, bytes] of this.#waiting) this.#context.write(index, bytes);
    this.#clearWaiting();
    this.#laidOut = true;
  }
}
