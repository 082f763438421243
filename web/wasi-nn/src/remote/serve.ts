import { NNError, invalid } from "../errors.js";
import type { NNContext, NNGraph, NNPorts } from "../graphs/backend.js";
import type { Compile, LocalStore } from "../graphs/local-store.js";
import { startLocalStore } from "../graphs/start.js";
import { type Envelope, Line, type Sent } from "./line.js";
import type { GraphFacts, HookRequest, Outputs, SentSource, StartRequest, StoreRequest } from "./protocol.js";
import { receiveSource } from "./sources.js";

/** A context, or why there is none. What went wrong before a computation its page learns when it asks for that. */
interface Entry {
  readonly context: NNContext | undefined;
  readonly error: unknown;
  /** What is wrong with inputs, by their places. */
  readonly inputs: Map<number | string, unknown>;
}

/** Keeps a page's graphs on this thread. */
export function serveStore(): void {
  const scope = globalThis as unknown as { postMessage(message: Envelope, transfer: Transferable[]): void; onmessage: ((event: { data: Envelope }) => void) | null };
  const graphs = new Map<number, NNGraph>();
  const contexts = new Map<number, Entry>();
  let store: LocalStore | undefined;
  let loaded = 0;

  const line = new Line<HookRequest, StoreRequest>((envelope, transfer) => scope.postMessage(envelope, transfer), async (request): Promise<Sent<unknown> | undefined> => {
    switch (request.type) {
      case "start":
        store = await start(request);
        return { value: store.threads, transfer: [] };
      case "load":
        return keep(await started().load([request.bytes], request.encoding));
      case "load-by-name":
        return keep(await started().loadByName(request.name));
      case "context":
        contexts.set(request.context, makeContext(request.graph));
        return;
      case "input":
        return setInput(request);
      case "compute":
        return compute(request.context);
      case "drop":
        if (request.what === "graph") dropGraph(request.id);
        else dropContext(request.id);
        return;
    }
  });
  scope.onmessage = ({ data }) => line.receive(data);

  function start({ ahead, digests, weights, cache, threads, memory, guestMemory, relaxed, compiles }: StartRequest): Promise<LocalStore> {
    const catalogue = {
      ahead: new Map(ahead.map(([name, source]) => [name, receiveSource(source)])),
      digests,
      find: (name: string) => line.ask<SentSource | undefined>({ type: "find", name }).then((source) => (source === undefined ? source : receiveSource(source))),
    };
    const compile: Compile | undefined = compiles ? (model, inputs) => line.ask<Uint8Array>({ type: "compile", model, inputs }) : undefined;
    return startLocalStore({ catalogue, weights, cache, threads, memory, guestMemory, relaxed, compile, mayWait: true });
  }

  function started(): LocalStore {
    if (store === undefined) throw new NNError("runtime-error", "the worker of the graphs was not started");
    return store;
  }

  function keep(graph: NNGraph): Sent<GraphFacts> {
    const id = loaded++;
    graphs.set(id, graph);
    return { value: { graph: id, ...portsOf(graph) }, transfer: [] };
  }

  function makeContext(graph: number): Entry {
    try {
      return { context: graphs.get(graph)?.createContext(), error: invalid("the graph is gone"), inputs: new Map() };
    } catch (error) {
      return { context: undefined, error, inputs: new Map() };
    }
  }

  function setInput({ context: id, place, tensor }: StoreRequest & { type: "input" }): undefined {
    const entry = contexts.get(id);
    try {
      entry?.context?.setInput(place, tensor);
      entry?.inputs.delete(place);
    } catch (error) {
      entry?.inputs.set(place, error);
    }
  }

  async function compute(id: number): Promise<Sent<Outputs>> {
    const entry = contexts.get(id);
    const context = entry?.context;
    if (context === undefined) throw entry?.error ?? invalid("the context is gone");
    for (const error of entry?.inputs.values() ?? []) throw error;
    const before = context.graph;
    await context.compute();
    const outputs = context.graph.outputs.map((_, index) => {
      const { dimensions, type, data } = context.output(index);
      return { dimensions, type, data: data.slice() };
    });
    return { value: { outputs, ports: context.graph === before ? undefined : portsOf(context.graph) }, transfer: outputs.map(({ data }) => data.buffer) };
  }

  function portsOf({ inputs, outputs, isLazy = false }: NNPorts): NNPorts {
    return { inputs, outputs, isLazy };
  }

  function dropGraph(id: number): void {
    graphs.get(id)?.release();
    graphs.delete(id);
  }

  function dropContext(id: number): void {
    contexts.get(id)?.context?.dispose();
    contexts.delete(id);
  }
}
