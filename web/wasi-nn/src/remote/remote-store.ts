import type { Port } from "sconce/core";
import type { GraphEncoding } from "../enums.js";
import { NNError, invalid } from "../errors.js";
import type { NNContext, NNGraph, NNOutput, NNPorts, NNTensor } from "../graphs/backend.js";
import { checkInput } from "../graphs/ports.js";
import type { StoreSettings } from "../graphs/start.js";
import { type GraphStore, onlyPart } from "../graphs/store.js";
import { type Envelope, Line } from "./line.js";
import type { GraphFacts, HookRequest, Outputs, StoreRequest } from "./protocol.js";
import { sendSource } from "./sources.js";
import { spawnWorker } from "./spawn.js";

type StoreLine = Line<StoreRequest, HookRequest>;

/** Graphs that live in a worker: for a page's own thread, which must not block. */
export class RemoteStore implements GraphStore {
  readonly #worker: Worker;
  readonly #line: StoreLine;
  #threads = 1;

  private constructor({ catalogue, compile }: StoreSettings) {
    const worker = spawnWorker();
    this.#worker = worker;
    this.#line = new Line<StoreRequest, HookRequest>((envelope, transfer) => worker.postMessage(envelope, transfer), async (request) => {
      if (request.type === "find") {
        const source = await catalogue.find(request.name);
        return source === undefined ? undefined : sendSource(source);
      }
      if (compile === undefined) throw invalid("there is no option compile");
      return sendSource(await (request.inputs === undefined ? compile(request.model) : compile(request.model, request.inputs)));
    });
    worker.onmessage = ({ data }: MessageEvent<Envelope>) => this.#line.receive(data);
    worker.onmessageerror = () => this.#end("a message between page and worker cannot be read");
    worker.onerror = (event) => this.#end(event.message || "its script nn-worker.js is not found beside the page's, a policy forbids it, or the page is cross-origin isolated and the script comes without the header Cross-Origin-Embedder-Policy");
  }

  /** Starts the worker, and is there when it has loaded what the catalogue wants ahead. */
  static async start(settings: StoreSettings): Promise<RemoteStore> {
    const { catalogue, weights, cache, threads, memory, guestMemory, relaxed, compile } = settings;
    const sent = [...catalogue.ahead].map(([name, source]) => [name, sendSource(source)] as const);
    const store = new RemoteStore(settings);
    try {
      store.#threads = await store.#line.ask<number>({
        type: "start", ahead: sent.map(([name, { value }]) => [name, value]), digests: catalogue.digests, weights, cache, threads, memory, guestMemory, relaxed, compiles: compile !== undefined,
      }, sent.flatMap(([, { transfer }]) => transfer));
    } catch (error) {
      store.dispose();
      throw error;
    }
    return store;
  }

  get threads(): number {
    return this.#threads;
  }

  load(parts: readonly Uint8Array[], encoding: GraphEncoding): Promise<NNGraph> {
    const copy = onlyPart(parts).slice();
    return this.#loaded(this.#line.ask<GraphFacts>({ type: "load", bytes: copy, encoding }, [copy.buffer]));
  }

  loadByName(name: string): Promise<NNGraph> {
    return this.#loaded(this.#line.ask<GraphFacts>({ type: "load-by-name", name }));
  }

  dispose(): void {
    this.#end("it was disposed");
  }

  async #loaded(facts: Promise<GraphFacts>): Promise<NNGraph> {
    return new RemoteGraph(this.#line, await facts);
  }

  /** Its helper threads end with the worker. */
  #end(reason: string): void {
    this.#worker.terminate();
    this.#line.break(new NNError("runtime-error", `the worker of the graphs stopped: ${reason}`));
  }
}

class RemoteGraph implements NNGraph {
  readonly id: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly isLazy: boolean;
  readonly #line: StoreLine;

  constructor(line: StoreLine, { graph, inputs, outputs, isLazy = false }: GraphFacts) {
    this.#line = line;
    this.id = graph;
    this.inputs = inputs;
    this.outputs = outputs;
    this.isLazy = isLazy;
  }

  createContext(): NNContext {
    return new RemoteContext(this, this.#line);
  }

  release(): void {
    if (!this.#line.isBroken) this.#line.tell({ type: "drop", what: "graph", id: this.id });
  }
}

let contexts = 0;

/** An input is copied once, and goes; the outputs come with the end of the computation. */
class RemoteContext implements NNContext {
  readonly #line: StoreLine;
  readonly #id = contexts++;
  /** Then other inputs may come than those that it was compiled for. */
  readonly #isLazy: boolean;
  #graph: NNPorts;
  #outputs: readonly NNOutput[] | undefined;

  constructor(graph: RemoteGraph, line: StoreLine) {
    this.#graph = graph;
    this.#line = line;
    this.#isLazy = graph.isLazy;
    line.tell({ type: "context", graph: graph.id, context: this.#id });
  }

  get graph(): NNPorts {
    return this.#graph;
  }

  setInput(place: number | string, { dimensions, type, data }: NNTensor): void {
    if (typeof place === "number" && !this.#isLazy) checkInput(this.graph.inputs, place, { dimensions, type, data });
    const copy = data.slice();
    this.#line.tell({ type: "input", context: this.#id, place, tensor: { dimensions, type, data: copy } }, [copy.buffer]);
  }

  async compute(): Promise<void> {
    this.#outputs = undefined;
    const { outputs, ports } = await this.#line.ask<Outputs>({ type: "compute", context: this.#id });
    this.#outputs = outputs;
    this.#graph = ports ?? this.#graph;
  }

  output(index: number): NNOutput {
    if (this.#outputs === undefined) throw invalid("nothing was computed yet, or the last computation failed: there are no outputs");
    const output = this.#outputs[index];
    if (output === undefined) throw invalid(`the graph has ${this.#outputs.length} outputs, there is no output ${index}`);
    return output;
  }

  dispose(): void {
    if (!this.#line.isBroken) this.#line.tell({ type: "drop", what: "context", id: this.#id });
  }
}
