import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Graph, type GraphOptions, Helpers, SconceError, type ShardInfo, loadGraphSync, openSource, shardAddress } from "sconce/core";
import { type Awaitable, then } from "../awaitable.js";
import type { GraphEncoding } from "../enums.js";
import { NNError, invalid } from "../errors.js";
import { MemoryBudget } from "./budget.js";
import type { Catalogue, GraphSource } from "./catalogue.js";
import { isTorchScript, kindOf } from "./file-kind.js";
import { type InputLike, LazyGraph } from "./lazy.js";
import { LocalGraph } from "./local.js";
import { readNow } from "./reading.js";
import { type GraphStore, onlyPart } from "./store.js";
import { type Weights, openWeights, readWeights } from "./weights.js";

/** Room that shared memory has for a graph's contexts: set aside as addresses only. */
const sharedContexts = 64;

/** Compiles a PyTorch file's bytes to an artifact: of TorchScript, which records none of it, for inputs of these dtypes and shapes, in their order. */
export type Compile = (model: Uint8Array, inputs?: readonly InputLike[]) => Awaitable<Uint8Array>;

export interface LocalStoreOptions {
  readonly catalogue: Catalogue;
  readonly weights?: Weights | undefined;
  /** Keeps graphs that come by a URL as they arrive, in the browser's cache of this name or in "default". */
  readonly cache?: boolean | string | undefined;
  /** Threads that compute, this one among them. */
  readonly threads: number;
  readonly compile?: Compile | undefined;
  /** Milliseconds after which a promise of `compile` is waited for no more. */
  readonly compileTimeout?: number | undefined;
  /** A cap on the memory of a graph and its contexts, in bytes. */
  readonly memory?: number | undefined;
  /** A cap on the memory of all graphs that the guest gives and of all contexts, in bytes. */
  readonly guestMemory?: number | undefined;
  readonly relaxed?: boolean | undefined;
  /** Whether who asks for a graph can wait: then files come as streams, and what is found may be a promise. */
  readonly mayWait?: boolean | undefined;
}

/** Graphs that live on this thread, which may block. */
export class LocalStore implements GraphStore {
  readonly #catalogue: Catalogue;
  readonly #weights: Weights | undefined;
  readonly #cache: string | undefined;
  readonly #compile: Compile | undefined;
  readonly #compileTimeout: number;
  readonly #options: GraphOptions;
  readonly #helpers: Helpers | undefined;
  readonly #mayWait: boolean;
  readonly #budget: MemoryBudget;
  readonly #named = new Map<string, LocalGraph>();
  /** Graphs by the digest of the PyTorch file that they come from. */
  readonly #digests = new Map<string, LocalGraph | LazyGraph>();

  private constructor({ catalogue, weights, cache, compile, compileTimeout = 60_000, memory, guestMemory, relaxed, mayWait = false }: LocalStoreOptions, helpers: Helpers | undefined) {
    this.#mayWait = mayWait;
    this.#budget = new MemoryBudget(guestMemory);
    this.#catalogue = catalogue;
    this.#weights = weights;
    this.#cache = cache === true ? "default" : cache || undefined;
    this.#compile = compile;
    this.#compileTimeout = compileTimeout;
    this.#helpers = helpers;
    this.#options = { shared: helpers !== undefined, threads: (helpers?.count ?? 0) + 1, memory, relaxed, contexts: sharedContexts };
  }

  /** Starts the helper threads and loads what the catalogue wants ahead, as it arrives. */
  static async start(options: LocalStoreOptions): Promise<LocalStore> {
    const store = new LocalStore(options, options.threads > 1 ? await Helpers.start(options.threads - 1) : undefined);
    try {
      await Promise.all([...options.catalogue.ahead].map(([name, source]) => store.loadAhead(name, source)));
    } catch (error) {
      store.dispose();
      throw error;
    }
    return store;
  }

  get threads(): number {
    return (this.#helpers?.count ?? 0) + 1;
  }

  /** Loads a file as it arrives, under a name. */
  async loadAhead(name: string, source: GraphSource): Promise<LocalGraph> {
    const file = await openSource(source, { cache: this.#cache });
    const options = { ...this.#options, shard: openWeights(this.#weights, file.shard), onSize: (_: number, bytes: number) => file.expect?.(bytes) };
    const { settle } = file;
    if (settle === undefined) return this.#keep(name, new LocalGraph(await Graph.load(file.chunks, options), this.#helpers, this.#budget));
    // Read to its end, which the graph does not ask for: what is kept is the whole file.
    const chunks = file.chunks[Symbol.asyncIterator]();
    try {
      const graph = await Graph.load({ [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }, options);
      while ((await chunks.next()).done !== true);
      await settle(graph.manifest);
      return this.#keep(name, new LocalGraph(graph, this.#helpers, this.#budget));
    } catch (error) {
      void chunks.return?.();
      if (error instanceof SconceError && error.code === "artifact") await settle(undefined);
      throw error;
    }
  }

  load(parts: readonly Uint8Array[], encoding: GraphEncoding): Awaitable<LocalGraph | LazyGraph> {
    return this.#open(onlyPart(parts), encoding);
  }

  loadByName(name: string): Awaitable<LocalGraph | LazyGraph> {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const found = this.#catalogue.find(name);
    if (this.#mayWait) return Promise.resolve(found).then((source) => this.loadAhead(name, source ?? this.#unknown(name)));
    if (found instanceof Promise) {
      found.catch(() => {});
      throw new NNError("unsupported-operation", `graph ${JSON.stringify(name)} is resolved by a promise, for which a guest on this thread cannot wait: name it in the option graphs`);
    }
    const source = found ?? this.#unknown(name);
    // Its files of weights lie beside it; beside bytes that a guest gives lies nothing.
    const readShard = typeof source === "string" || source instanceof URL ? (shard: ShardInfo) => readNow(shardAddress(source, shard)) : undefined;
    return then(this.#open(readNow(source), "autodetect", readShard), (graph) => (graph instanceof LazyGraph ? graph : this.#keep(name, graph)));
  }

  dispose(): void {
    this.#helpers?.end();
    this.#named.clear();
    this.#digests.clear();
  }

  #unknown(name: string): never {
    throw new NNError("not-found", `there is no graph ${JSON.stringify(name)}: the host knows ${[...this.#named.keys()].map((key) => JSON.stringify(key)).join(", ") || "none"}`);
  }

  /** An artifact is an artifact, whatever the guest calls it. */
  #open(bytes: Uint8Array, encoding: GraphEncoding, readShard?: (shard: ShardInfo) => Uint8Array): Awaitable<LocalGraph | LazyGraph> {
    const kind = kindOf(bytes);
    if (kind === "wasm") return this.#given(bytes, readShard);
    if (encoding !== "pytorch" && encoding !== "autodetect") throw new NNError("invalid-encoding", `there is no backend for ${encoding}: graphs are PyTorch models, or what sconce compiled from them`);
    if (kind !== "pytorch") throw invalid("the bytes are neither a compiled model nor a file of PyTorch's");
    return this.#openSource(bytes);
  }

  #openSource(bytes: Uint8Array): Awaitable<LocalGraph | LazyGraph> {
    const digest = bytesToHex(sha256(bytes));
    const known = this.#digests.get(digest);
    if (known !== undefined) return known;
    const name = this.#catalogue.digests.get(digest);
    if (name !== undefined) return this.loadByName(name);
    if (this.#compile === undefined) {
      throw invalid(`PyTorch's own file (SHA-256 ${digest}) was not compiled ahead, and there is no option compile: give the guest the file that \`sconce compile\` makes of it`);
    }
    if (!isTorchScript(bytes)) {
      return then(this.#compiled(this.#compile, bytes), (graph) => {
        this.#digests.set(digest, graph);
        return graph;
      });
    }
    const compile = this.#compile;
    this.#budget.check(bytes.length);
    // The guest's memory, where it lies, is the guest's to change.
    const model = bytes.slice();
    const graph = new LazyGraph(model.length, (inputs) => this.#compiled(compile, model, inputs), this.#budget);
    this.#budget.addGiven(graph);
    this.#digests.set(digest, graph);
    return graph;
  }

  /** The graph that the hook makes of a file of PyTorch's. */
  #compiled(compile: Compile, model: Uint8Array, inputs?: readonly InputLike[]): Awaitable<LocalGraph> {
    const compiled = limited(inputs === undefined ? compile(model) : compile(model, inputs), this.#compileTimeout);
    if (compiled instanceof Promise && !this.#mayWait) {
      compiled.catch(() => {});
      throw new NNError("unsupported-operation", "the option compile gave a promise, for which a guest on this thread cannot wait: compile the model ahead, or at once");
    }
    return then(compiled, (artifact) => {
      const graph = this.#given(artifact);
      graph.isKept = true;
      return graph;
    });
  }

  #given(artifact: Uint8Array, readShard?: (shard: ShardInfo) => Uint8Array): LocalGraph {
    this.#budget.check(artifact.length);
    // Its memory ends where the guest's share does, for its code may make it grow.
    const memory = Math.min(this.#options.memory ?? Infinity, this.#budget.left);
    const graph = new LocalGraph(loadGraphSync(artifact, { ...this.#options, memory, readShard: readWeights(this.#weights, readShard) }), this.#helpers, this.#budget);
    this.#budget.addGiven(graph);
    return graph;
  }

  #keep(name: string, graph: LocalGraph): LocalGraph {
    graph.isKept = true;
    this.#budget.addKnown(graph);
    this.#named.set(name, graph);
    this.#digests.set(graph.sourceDigest, graph);
    return graph;
  }
}

/** The same, but an error where it takes longer. */
function limited<T>(value: Awaitable<T>, milliseconds: number): Awaitable<T> {
  if (!(value instanceof Promise)) return value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NNError("runtime-error", `the model was not compiled within ${milliseconds / 1000} s (the option compileTimeout)`)), milliseconds);
  });
  return Promise.race([value, late]).finally(() => clearTimeout(timer));
}
