import type { ErrorListener } from "./abi/calls.js";
import { type Awaitable, then } from "./awaitable.js";
import type { ExecutionTarget, GraphEncoding, TensorType } from "./enums.js";
import { NNError, type NNErrorCode, toNNError } from "./errors.js";
import type { NNContext, NNGraph, NNTensor } from "./graphs/backend.js";
import { MemoryBudget } from "./graphs/budget.js";
import { expectType, indexOf, placesOf } from "./graphs/ports.js";
import type { GraphStore } from "./graphs/store.js";

/** WIT's `error-code`. */
export type WitErrorCode =
  | "invalid-argument" | "invalid-encoding" | "timeout" | "runtime-error" | "unsupported-operation" | "too-large" | "not-found" | "security" | "unknown";

/** A tensor and the name of the input or output that it is for. */
export type NamedTensor = [string, WitTensor];

/** What jco calls when a guest drops a resource: engines without Symbol.dispose are about. */
const dispose: typeof Symbol.dispose = (Symbol as { dispose?: typeof Symbol.dispose }).dispose ?? (Symbol.for("dispose") as typeof Symbol.dispose);

/** The resource `tensor`. */
export class WitTensor {
  readonly #tensor: NNTensor;
  #taken: MemoryBudget | undefined;

  /** @param budget where the bytes have been taken from, until the guest drops it */
  constructor(dimensions: Uint32Array | readonly number[], type: TensorType, data: Uint8Array, budget?: MemoryBudget) {
    this.#taken = budget;
    this.#tensor = { dimensions: [...dimensions], type, data };
  }

  /** The guest dropped it. */
  [dispose](): void {
    this.#taken?.give(this.#tensor.data.length);
    this.#taken = undefined;
  }

  dimensions(): Uint32Array {
    return Uint32Array.from(this.#tensor.dimensions);
  }

  ty(): TensorType {
    return this.#tensor.type;
  }

  data(): Uint8Array {
    return this.#tensor.data;
  }

  /** @internal */
  static unwrap(tensor: WitTensor): NNTensor {
    return tensor.#tensor;
  }
}

/** The resource `error`. It is thrown as it is: what extends JavaScript's Error would not reach the guest as a result. */
export class WitError {
  readonly #code: WitErrorCode;
  readonly #data: string;

  /** Guests of 2024-06-25 make errors of their own. Later ones do not, which their types say by a constructor without parameters. */
  constructor(code: WitErrorCode = "unknown", data = "") {
    this.#code = code;
    this.#data = data;
  }

  code(): WitErrorCode {
    return this.#code;
  }

  data(): string {
    return this.#data;
  }

  toString(): string {
    return `${this.#code}: ${this.#data}`;
  }
}

/** WIT has no names for these two of witx. */
const witCodes: Partial<Record<NNErrorCode, WitErrorCode>> = { "missing-memory": "runtime-error", busy: "runtime-error" };

/** The class of a resource that guests never make themselves. */
export interface ResourceClass<T> {
  readonly prototype: T;
  new (...parameters: never): T;
}

/**
 * The interfaces of `wasi:nn` as jco wants them, for all of 2024-06-25, 2024-08-19 and 2024-10-28. On a page's own thread, `load`, `loadByName` and
 * `compute` give promises instead, for a component that jco transpiled with these imports as asynchronous ones.
 */
export interface NNComponent {
  readonly tensor: { readonly Tensor: typeof WitTensor };
  readonly errors: { readonly Error: typeof WitError };
  readonly inference: { readonly GraphExecutionContext: ResourceClass<WitContext> };
  readonly graph: {
    readonly Graph: ResourceClass<WitGraph>;
    load(builders: readonly Uint8Array[], encoding: GraphEncoding, target: ExecutionTarget): WitGraph;
    loadByName(name: string): WitGraph;
  };
}

/** What a component's resources have in common. */
interface Host {
  /** Runs a call of the guest, and throws what it throws as the resource `error`. */
  readonly run: <T>(call: string, body: () => T) => T;
  /** The class of this component's tensors, whose bytes count. */
  readonly Tensor: typeof WitTensor;
  /** How many graphs and contexts are open. */
  open: number;
}

/** So many can be open at once, as core guests can have handles of each. */
const mostOpen = 1024;

function checkRoom({ open }: Host): void {
  if (open >= mostOpen) throw new NNError("busy", `${mostOpen} graphs and contexts are open: drop some`);
}

/** The resource `graph-execution-context`. */
export class WitContext {
  readonly #context: NNContext;
  readonly #host: Host;
  #open = true;

  /** @internal */
  constructor(context: NNContext, host: Host) {
    this.#context = context;
    this.#host = host;
    host.open++;
  }

  /** Until 2024-08-19. */
  setInput(name: string, tensor: WitTensor): void {
    this.#host.run("set-input", () => {
      const { inputs, isLazy } = this.#context.graph;
      this.#setInput(isLazy === true ? name : indexOf(inputs, name, "input"), tensor);
    });
  }

  /** Until 2024-08-19: of the inputs that were set. */
  compute(): void;
  /** Since 2024-10-28: all inputs come, and all outputs go. */
  compute(inputs: NamedTensor[]): NamedTensor[];
  compute(inputs?: NamedTensor[]): Awaitable<NamedTensor[] | void> {
    return this.#host.run("compute", () => {
      if (inputs === undefined) return this.#context.compute();
      const { graph } = this.#context;
      const names = inputs.map(([name]) => name);
      (graph.isLazy === true ? names : placesOf(graph.inputs, names)).forEach((place, i) => this.#setInput(place, (inputs[i] as NamedTensor)[1]));
      return then(this.#context.compute(), () => this.#context.graph.outputs.map((port, index): NamedTensor => [port.name, this.#output(index)]));
    });
  }

  /** Until 2024-08-19. */
  getOutput(name: string): WitTensor {
    return this.#host.run("get-output", () => this.#output(indexOf(this.#context.graph.outputs, name, "output")));
  }

  /** The guest dropped it. */
  [dispose](): void {
    this.#context.dispose();
    if (this.#open) this.#host.open--;
    this.#open = false;
  }

  #setInput(place: number | string, tensor: WitTensor): void {
    this.#context.setInput(place, WitTensor.unwrap(tensor));
  }

  #output(index: number): WitTensor {
    const { dimensions, type, data } = this.#context.output(index);
    // The guest's own: the next computation leaves it as it is.
    return new this.#host.Tensor(dimensions, expectType(type, this.#context.graph.outputs[index]), data.slice());
  }
}

/** The resource `graph`. */
export class WitGraph {
  readonly #graph: NNGraph;
  readonly #host: Host;
  #open = true;

  /** @internal */
  constructor(graph: NNGraph, host: Host) {
    this.#graph = graph;
    this.#host = host;
    host.open++;
  }

  initExecutionContext(): WitContext {
    return this.#host.run("init-execution-context", () => {
      checkRoom(this.#host);
      return new WitContext(this.#graph.createContext(), this.#host);
    });
  }

  [dispose](): void {
    this.#graph.release();
    if (this.#open) this.#host.open--;
    this.#open = false;
  }
}

/** @param guestMemory a cap on what the guest's tensors take on this side, in bytes */
export function makeComponent(store: GraphStore, onError?: ErrorListener, guestMemory?: number): NNComponent {
  const run: Host["run"] = (call, body) => {
    const fail = (thrown: unknown): never => {
      const error = toNNError(thrown);
      onError?.(error, call);
      throw new WitError(witCodes[error.code] ?? (error.code as WitErrorCode), error.message);
    };
    try {
      const value = body();
      return value instanceof Promise ? (value.catch(fail) as typeof value) : value;
    } catch (error) {
      return fail(error);
    }
  };
  const budget = new MemoryBudget(guestMemory);
  class Tensor extends WitTensor {
    constructor(dimensions: Uint32Array | readonly number[], type: TensorType, data: Uint8Array) {
      run("tensor", () => budget.take(data.length));
      super(dimensions, type, data, budget);
    }
  }
  const host: Host = { run, Tensor, open: 0 };
  const load = (call: string, find: () => Awaitable<NNGraph>) => run(call, () => {
    checkRoom(host);
    return then(find(), (loaded) => new WitGraph(loaded, host));
  });
  const graph = {
    Graph: WitGraph,
    load: (builders: readonly Uint8Array[], encoding: GraphEncoding) => load("load", () => store.load(builders, encoding)),
    loadByName: (name: string) => load("load-by-name", () => store.loadByName(name)),
  };
  return { tensor: { Tensor }, errors: { Error: WitError }, inference: { GraphExecutionContext: WitContext }, graph: graph as NNComponent["graph"] };
}
