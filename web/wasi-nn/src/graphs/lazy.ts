import type { DType } from "sconce/core";
import { type Awaitable, then } from "../awaitable.js";
import { dtypeOf, elementsOf, sizeOf } from "../enums.js";
import { NNError, invalid } from "../errors.js";
import type { NNContext, NNGraph, NNOutput, NNPorts, NNTensor } from "./backend.js";
import type { MemoryBudget } from "./budget.js";
import type { LocalGraph } from "./local.js";
import { placesOf } from "./ports.js";

/** What an input is like, of a model that does not say it itself. */
export interface InputLike {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** More than PyTorch's tensors have. */
const mostDimensions = 64;

/**
 * A graph of TorchScript, which records neither dtypes nor shapes: compiled for those of the inputs that a context has when it first computes, and once for each of them. The graphs
 * that come of it are shared by all contexts.
 */
export class LazyGraph implements NNGraph {
  readonly inputs = [];
  readonly outputs = [];
  readonly isLazy = true;
  /** Bytes of the file, which stays for other shapes. */
  readonly byteLength: number;
  readonly #compile: (inputs: readonly InputLike[]) => Awaitable<LocalGraph>;
  readonly #budget: MemoryBudget;
  readonly #compiled = new Map<string, Awaitable<LocalGraph>>();

  constructor(byteLength: number, compile: (inputs: readonly InputLike[]) => Awaitable<LocalGraph>, budget: MemoryBudget) {
    this.byteLength = byteLength;
    this.#compile = compile;
    this.#budget = budget;
  }

  /** The graph for such inputs. */
  for(inputs: readonly InputLike[]): Awaitable<LocalGraph> {
    const key = JSON.stringify(inputs);
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const made = this.#compile(inputs);
    this.#compiled.set(key, made);
    // What failed may go better another time: for want of memory, say.
    if (made instanceof Promise) made.catch(() => this.#compiled.delete(key));
    return made;
  }

  createContext(): NNContext {
    return new LazyContext(this, this.#budget);
  }

  /** The store hands it out again. */
  release(): void {}
}

/** Keeps its inputs until they are all there, and gives them to a context of the graph that is compiled for them. */
class LazyContext implements NNContext {
  readonly #lazy: LazyGraph;
  readonly #budget: MemoryBudget;
  /** By name or place, in the order in which they were first set; fresh ones the inner context does not have yet. */
  readonly #inputs = new Map<number | string, { readonly tensor: NNTensor; fresh: boolean }>();
  #inner: { readonly graph: LocalGraph; readonly context: NNContext } | undefined;
  /** Where the inputs stand that were set by names, once a graph has been compiled. */
  readonly #placed = new Map<string, number>();
  #computed = false;

  constructor(lazy: LazyGraph, budget: MemoryBudget) {
    this.#lazy = lazy;
    this.#budget = budget;
  }

  get graph(): NNPorts {
    return this.#inner?.graph ?? this.#lazy;
  }

  setInput(place: number | string, { dimensions, type, data }: NNTensor): void {
    const bytes = elementsOf(dimensions) * sizeOf(type);
    if (dimensions.length > mostDimensions) throw invalid(`input ${place} has ${dimensions.length} dimensions`);
    if (data.length !== bytes) throw invalid(`input ${place}: [${dimensions.join(", ")}] of ${type} has ${bytes} bytes, got ${data.length}`);
    const key = this.#keyOf(place);
    this.#budget.give(this.#inputs.get(key)?.tensor.data.length ?? 0);
    try {
      this.#budget.take(data.length);
    } catch (error) {
      this.#inputs.delete(key);
      throw error;
    }
    this.#inputs.set(key, { tensor: { dimensions: [...dimensions], type, data: data.slice() }, fresh: true });
  }

  compute(): Awaitable<void> {
    this.#computed = false;
    return then(this.#settle(this.#places()), (context) => then(context.compute(), () => {
      this.#computed = true;
    }));
  }

  output(index: number): NNOutput {
    if (this.#inner === undefined || !this.#computed) throw invalid("nothing was computed yet, or the last computation failed: there are no outputs");
    return this.#inner.context.output(index);
  }

  dispose(): void {
    this.#inner?.context.dispose();
    this.#inner = undefined;
    for (const { tensor } of this.#inputs.values()) this.#budget.give(tensor.data.length);
    this.#inputs.clear();
  }

  /** What is known of an input: its place, or the name by which it was set while no graph says where names stand. */
  #keyOf(place: number | string): number | string {
    const key = placeOf(place);
    if (typeof key === "number") return key;
    const known = this.#placed.get(key) ?? this.#inner?.graph.inputs.findIndex(({ name }) => name === key) ?? -1;
    return known < 0 ? key : known;
  }

  /** From now on inputs are known by their places, whatever names they were set by. */
  #place(places: readonly (number | string)[]): void {
    const given = places.map((place) => this.#inputs.get(place)!);
    this.#inputs.clear();
    given.forEach((input, index) => this.#inputs.set(index, input));
    places.forEach((place, index) => { if (typeof place === "string") this.#placed.set(place, index); });
  }

  /** The inputs in order: that of their places, or of names the one in which they came. */
  #places(): (number | string)[] {
    const keys = [...this.#inputs.keys()];
    if (keys.some((key) => typeof key === "string")) return keys;
    const places = (keys as number[]).sort((a, b) => a - b);
    const missing = places.findIndex((place, index) => place !== index);
    if (missing >= 0) throw invalid(`input ${missing} was not set`);
    return places;
  }

  /** The context of the graph that is for these inputs, with all of them. */
  #settle(places: readonly (number | string)[]): Awaitable<NNContext> {
    const given = places.map((place) => this.#inputs.get(place)!);
    return then(this.#lazy.for(given.map(({ tensor: { dimensions, type } }) => ({ dtype: dtypeOf(type), shape: dimensions }))), (graph) => {
      const known = placesOf(graph.inputs, places.map(String));
      // Names that come in another order than the model has them: it is another model, unless the inputs are alike.
      if (known.some((place, index) => place !== index)) return this.#settle(places.map((_, place) => places[known.indexOf(place)]!));
      if (this.#inner?.graph !== graph) this.#take(graph);
      const { context } = this.#inner!;
      given.forEach((input, index) => {
        if (input.fresh) context.setInput(index, input.tensor);
        input.fresh = false;
      });
      this.#place(places);
      return context;
    });
  }

  #take(graph: LocalGraph): void {
    if (this.#inner?.graph.hasState === true) {
      throw new NNError("unsupported-operation", "the model keeps state from one computation to the next, and has it for the dimensions of the inputs that it was computed with first: others need another context");
    }
    const context = graph.createContext();
    this.#inner?.context.dispose();
    this.#inner = { graph, context };
    for (const input of this.#inputs.values()) input.fresh = true;
  }
}

/** A place by its number, which hosts may write as a name. */
function placeOf(place: number | string): number | string {
  return typeof place === "number" || !/^(0|[1-9]\d{0,4})$/.test(place) ? place : Number(place);
}
