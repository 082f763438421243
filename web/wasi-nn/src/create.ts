import { type OptionCheck, any, cacheName, callback, checkOptions, count, flag } from "sconce/core";
import { then } from "./awaitable.js";
import { type ErrorListener, type HostCall, hostCall } from "./abi/calls.js";
import type { Calls } from "./abi/common.js";
import { ephemeralCalls } from "./abi/ephemeral.js";
import { GuestSession } from "./abi/session.js";
import { wamrCalls } from "./abi/wamr.js";
import { type NNComponent, makeComponent } from "./component.js";
import { type NNComponentImports, importsOf } from "./component-imports.js";
import { NNError } from "./errors.js";
import { type Graphs, type Resolve, openCatalogue } from "./graphs/catalogue.js";
import type { Compile } from "./graphs/local-store.js";
import type { Weights } from "./graphs/weights.js";
import { startLocalStore } from "./graphs/start.js";
import type { GraphStore } from "./graphs/store.js";
import { hasJspi, suspending } from "./jspi.js";
import { RemoteStore } from "./remote/remote-store.js";

export interface WasiNNOptions {
  /** Graphs by name. */
  readonly graphs?: Graphs | undefined;
  /** Finds graphs that `graphs` does not name. */
  readonly resolve?: Resolve | undefined;
  /** Files of weights by their SHA-256 in hexadecimal, for split models that come as bytes: beside those there lies nothing. */
  readonly weights?: Weights | undefined;
  /**
   * Keeps graphs that come by a URL for the next visit, under this name or under "default", as the runtime's `load` does: those of a map, and on a page all others. What a guest
   * on its own thread asks for by name is read at once, from the browser's own cache.
   */
  readonly cache?: boolean | string | undefined;
  /** How many threads compute; without it as many as the processor has cores, at most eight. One where they cannot be had. */
  readonly threads?: number | undefined;
  /**
   * Compiles PyTorch's own files, which guests may load by their bytes. TorchScript, which records nothing of its inputs, is compiled when a context first computes, for the inputs
   * that it has then, and once for inputs of the same dtypes and shapes.
   */
  readonly compile?: Compile | undefined;
  /** Milliseconds that a promise of `compile` is waited for; a minute without it. What compiles at once ends when it will. */
  readonly compileTimeout?: number | undefined;
  /** A cap on the memory of a graph and its contexts, in bytes. */
  readonly memory?: number | undefined;
  /** A cap on the memory that the guest may cause to be taken, by graphs whose bytes it gives, by contexts and by tensors, in bytes; without it 4 GiB. */
  readonly guestMemory?: number | undefined;
  /** Relaxed SIMD where engine and file have it (the default); `false` gives the same numbers on every machine. */
  readonly relaxed?: boolean | undefined;
  /** Told of every error that the guest learns: a core guest as a number, a component as the resource `error`. */
  readonly onError?: ErrorListener | undefined;
  /** Told of every call that the guest made, and how long it waited for it. */
  readonly onCall?: CallListener | undefined;
}

export const optionChecks: Readonly<Record<string, OptionCheck>> = {
  graphs: any, resolve: callback, weights: any, cache: cacheName, threads: count("threads"), compile: callback, compileTimeout: any, memory: count("bytes"), guestMemory: any, relaxed: flag,
  onError: callback, onCall: callback,
};

/** What is called after each call of a guest. */
export type CallListener = (call: string, milliseconds: number) => void;

/** The two import modules of core guests. */
export interface WasiNNImports {
  readonly wasi_ephemeral_nn: Readonly<Record<string, HostCall>>;
  readonly wasi_nn: Readonly<Record<string, HostCall>>;
  readonly [module: string]: Readonly<Record<string, HostCall>>;
}

/** WASI-NN for one guest. */
export class WasiNN {
  /** What a core guest imports, to be spread into the import object. */
  readonly imports: WasiNNImports;
  /** What a component imports, by the names of the interfaces: tensor, errors, inference, graph. */
  readonly component: NNComponent;
  /** The same by the names under which a component that jco transpiled with `--instantiation` asks for them, to be spread into its imports. */
  readonly componentImports: NNComponentImports;
  readonly #session: GuestSession;

  /** @internal Made by `createWasiNN`. */
  constructor(store: GraphStore, { onError, onCall, guestMemory }: WasiNNOptions, wrap: (name: string, call: HostCall) => HostCall) {
    this.#session = new GuestSession(store);
    const module = (calls: Calls) =>
      Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, wrap(name, timed(name, hostCall(name, call, onError), onCall))]));
    this.imports = { wasi_ephemeral_nn: module(ephemeralCalls(this.#session)), wasi_nn: module(wamrCalls(this.#session)) };
    this.component = makeComponent(store, onError, guestMemory);
    this.componentImports = importsOf(this.component);
  }

  /** How many threads compute. */
  get threads(): number {
    return this.#session.store.threads;
  }

  /** Tells which memory the guest's addresses mean: after it is instantiated, before it runs. */
  attach(guest: WebAssembly.Instance | WebAssembly.Memory): void {
    this.#session.memory.attach(guest);
  }

  /** Ends the threads. Graphs and contexts are of no more use. */
  dispose(): void {
    this.#session.store.dispose();
  }
}

/** The calls for whose end a guest on a page's own thread is suspended. */
const waiting: ReadonlySet<string> = new Set(["load", "load_by_name", "load_by_name_with_config", "compute", "compute_single"]);

/**
 * Makes WASI-NN for a guest that runs on this thread. All graphs of the map are there when it resolves. On a page's own thread, which must not
 * block, graphs live in a worker, and the guest is suspended while it waits for them: call its exports by `WebAssembly.promising`.
 */
export async function createWasiNN(options: WasiNNOptions = {}): Promise<WasiNN> {
  checkOptions("createWasiNN", options, optionChecks);
  const { graphs, resolve, weights, cache, threads, compile, compileTimeout, memory, guestMemory, relaxed } = options;
  const onPage = "document" in globalThis;
  if (onPage && !hasJspi()) {
    throw new NNError("unsupported-operation", "on a page's own thread a guest would block the page, and this engine cannot suspend it (WebAssembly.Suspending): start it in a worker, new Worker(url, { type: \"module\" }), and call createWasiNN there");
  }
  const catalogue = await openCatalogue(graphs, resolve);
  const settings = { catalogue, weights, cache, threads, compile, compileTimeout, memory, guestMemory, relaxed };
  if (!onPage) return new WasiNN(await startLocalStore(settings), options, (_, call) => call);
  return new WasiNN(await RemoteStore.start(settings), options, (name, call) => (waiting.has(name) ? suspending(call) : call));
}

function timed(name: string, call: HostCall, onCall: CallListener | undefined): HostCall {
  if (onCall === undefined) return call;
  return (...parameters) => {
    const started = performance.now();
    return then(call(...parameters), (number) => {
      onCall(name, performance.now() - started);
      return number;
    });
  };
}
