import { type Awaitable, then } from "./awaitable.js";
import type { ExecutionTarget, GraphEncoding, TensorType } from "./enums.js";
import { type NNErrorCode, toNNError } from "./errors.js";
import type { NNContext, NNGraph, NNTensor } from "./graphs/backend.js";
import { expectType, indexOf } from "./graphs/ports.js";
import type { GraphStore } from "./graphs/store.js";

/** WIT's `error-code`. */
export type WitErrorCode =
  | "invalid-argument" | "invalid-encoding" | "timeout" | "runtime-error" | "unsupported-operation" | "too-large" | "not-found" | "security" | "unknown";

/** A tensor and the name of the input or output that it is for. */
export type NamedTensor = [string, WitTensor];

/** The resource `tensor`. */
export class WitTensor {
  readonly #tensor: NNTensor;

  constructor(dimensions: Uint32Array | readonly number[], type: TensorType, data: Uint8Array) {
    this.#tensor = { dimensions: [...dimensions], type, data };
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

  /** Guests of 2024-06-25 make errors of their own. */
  constructor(code: WitErrorCode, data: string) {
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

/** The interfaces of `wasi:nn` as jco wants them, for all of 2024-06-25, 2024-08-19 and 2024-10-28. */
export interface NNComponent {
  readonly tensor: { readonly Tensor: typeof WitTensor };
  readonly errors: { readonly Error: typeof WitError };
  readonly inference: { readonly GraphExecutionContext: typeof WitContext };
  readonly graph: {
    readonly Graph: typeof WitGraph;
    load(builders: readonly Uint8Array[], encoding: GraphEncoding, target: ExecutionTarget): Awaitable<WitGraph>;
    loadByName(name: string): Awaitable<WitGraph>;
  };
}

/** The resource `graph-execution-context`. */
export class WitContext {
  readonly #context: NNContext;

  /** @internal */
  constructor(context: NNContext) {
    this.#context = context;
  }

  /** Until 2024-08-19. */
  setInput(name: string, tensor: WitTensor): void {
    return thrown(() => this.#setInput(indexOf(this.#context.graph.inputs, name, "input"), tensor));
  }

  /** Until 2024-08-19 without inputs and outputs; in 2024-10-28 it takes the ones and gives the others. */
  compute(inputs?: readonly NamedTensor[]): Awaitable<NamedTensor[] | undefined> {
    return thrown(() => {
      if (inputs === undefined) return then(this.#context.compute(), () => undefined);
      const ports = this.#context.graph.inputs;
      // A list in which no name is known is taken in its order: hosts of PyTorch look at nothing else.
      const positional = inputs.length === ports.length && !inputs.some(([name]) => ports.some((port) => port.name === name) || /^\d+$/.test(name));
      inputs.forEach(([name, tensor], position) => this.#setInput(positional ? position : indexOf(ports, name, "input"), tensor));
      return then(this.#context.compute(), () => this.#context.graph.outputs.map((port, index): NamedTensor => [port.name, this.#output(index)]));
    });
  }

  /** Until 2024-08-19. */
  getOutput(name: string): WitTensor {
    return thrown(() => this.#output(indexOf(this.#context.graph.outputs, name, "output")));
  }

  [Symbol.dispose](): void {
    this.#context.dispose();
  }

  #setInput(index: number, tensor: WitTensor): void {
    this.#context.setInput(index, WitTensor.unwrap(tensor));
  }

  #output(index: number): WitTensor {
    const { dimensions, type, data } = this.#context.output(index);
    // The guest's own: the next computation leaves it as it is.
    return new WitTensor(dimensions, expectType(type, this.#context.graph.outputs[index]), data.slice());
  }
}

/** The resource `graph`. */
export class WitGraph {
  readonly #graph: NNGraph;

  /** @internal */
  constructor(graph: NNGraph) {
    this.#graph = graph;
  }

  initExecutionContext(): WitContext {
    return thrown(() => new WitContext(this.#graph.createContext()));
  }
}

export function makeComponent(store: GraphStore): NNComponent {
  return {
    tensor: { Tensor: WitTensor },
    errors: { Error: WitError },
    inference: { GraphExecutionContext: WitContext },
    graph: {
      Graph: WitGraph,
      load: (builders, encoding) => thrown(() => then(store.load(builders, encoding), (graph) => new WitGraph(graph))),
      loadByName: (name) => thrown(() => then(store.loadByName(name), (graph) => new WitGraph(graph))),
    },
  };
}

/** Runs it, and throws what it throws as the resource `error`. */
function thrown<T>(call: () => T): T {
  const fail = (error: unknown): never => {
    const { code, message } = toNNError(error);
    throw new WitError(witCodes[code] ?? (code as WitErrorCode), message);
  };
  try {
    const value = call();
    return value instanceof Promise ? (value.catch(fail) as T) : value;
  } catch (error) {
    return fail(error);
  }
}
