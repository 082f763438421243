import { toMessage } from "../shared/errors.js";
import type { ExecutionContext } from "../graph/execution-context.js";
import { Graph } from "../graph/graph.js";
import type { BoundInputs } from "../graph/inputs.js";
import type { CompiledCode } from "../graph/program.js";
import type { HostMessage, HostOptions, HostReply, MemoryState } from "./protocol.js";
import type { ShardInfo } from "../artifact/manifest.js";
import type { ShardStream } from "../loading/shards.js";
import { free } from "../shared/free.js";
import type { TensorInput } from "../shared/tensor.js";

const yieldAfterMs = 12;

/** The side on which the model lives: holds graph and context, and answers messages. The page sends one request at a time. */
export class Host {
  readonly #post: (reply: HostReply, transfer?: Transferable[]) => void;
  readonly #file: ChunkQueue;
  readonly #shards = new Map<string, ChunkQueue>();
  #context: ExecutionContext | undefined;
  #threads = 1;
  #aborted = false;

  constructor(post: (reply: HostReply, transfer?: Transferable[]) => void) {
    this.#post = post;
    this.#file = this.#queue(undefined);
  }

  receive(message: HostMessage): void {
    switch (message.type) {
      case "load": return this.#answer(() => this.#load(message.options));
      case "chunk": return this.#arriving(message.shard).push(message.bytes);
      case "end": return this.#arriving(message.shard).push(undefined);
      case "threads": return this.#setThreads(message.count);
      case "run": return this.#answer(() => this.#run(message.inputs, message.stepwise));
      case "reset": return this.#answer(() => this.#reset());
      case "abort":
        this.#aborted = true;
        return;
    }
  }

  #answer(action: () => Promise<void> | void): void {
    Promise.resolve().then(action).catch((error: unknown) => this.#post({ type: "error", error: toMessage(error) }));
  }

  #queue(shard: string | undefined): ChunkQueue {
    return new ChunkQueue((bytes) => this.#post({ type: "read", bytes, shard }));
  }

  #arriving(shard: string | undefined): ChunkQueue {
    return shard === undefined ? this.#file : this.#shards.get(shard) ?? this.#file;
  }

  async #load({ threads, memory, relaxed, integrity, module }: HostOptions): Promise<void> {
    const shared = threads > 1;
    const onCode = ({ module, memory, ...code }: CompiledCode) =>
      this.#post({ type: "code", code: { ...code, shared: shared ? { module, memory } : undefined } });
    const onSize = (bytes: number, file: number) => this.#post({ type: "size", bytes, file });
    const shard = (shard: ShardInfo, again: boolean): ShardStream => {
      // What still comes of a first attempt must not be taken for the second's.
      const key = `${shard.sha256}${again ? " again" : ""}`;
      const chunks = this.#queue(key);
      this.#shards.set(key, chunks);
      this.#post({ type: "shard", key, shard, again });
      return { chunks };
    };
    const options = { shared, threads, memory, relaxed, integrity, shard, onSize, onCode };
    const graph = module === undefined ? await Graph.load(this.#file, options) : await Graph.fromModule(module, options);
    this.#context = graph.createContext();
    this.#context.threads = this.#threads;
    this.#post({ type: "ready", state: stateOf(this.#context) });
  }

  #setThreads(count: number): void {
    this.#threads = count;
    if (this.#context !== undefined) this.#context.threads = count;
  }

  async #run(inputs: BoundInputs, stepwise: boolean): Promise<void> {
    const context = this.#loaded();
    this.#aborted = false;
    const started = performance.now();
    context.take(inputs);
    const steps = stepwise ? await this.#stepwise(context) : void context.compute();
    const outputs = context.outputs();
    const milliseconds = performance.now() - started;
    const spare = buffersOf(inputs.tensors);
    this.#post(
      { type: "done", result: { outputs, spare, milliseconds, steps, symbols: context.sizes() }, state: stateOf(context) },
      [...buffersOf(Object.values(outputs)), ...spare],
    );
  }

  /** Looks for messages now and then, between turns of loops too; gives each step's milliseconds. */
  async #stepwise(context: ExecutionContext): Promise<number[]> {
    const times = context.manifest.steps.map(() => 0);
    let breath = performance.now();
    let turns = 1;
    for (let step = 0; step < times.length; ) {
      if (performance.now() - breath > yieldAfterMs) {
        await nextTask();
        breath = performance.now();
      }
      if (this.#aborted) context.fail(1);
      const begun = performance.now();
      const next = context.compute(step, step + 1, turns);
      const time = performance.now() - begun;
      times[step]! += time;
      // Back where it began, too, in memory that has grown: what is found there may be more each time.
      turns = next <= step && time < yieldAfterMs ? turns * 2 : 1;
      step = next;
    }
    return times;
  }

  #reset(): void {
    const context = this.#loaded();
    context.reset();
    this.#post({ type: "done", result: undefined, state: stateOf(context) });
  }

  #loaded(): ExecutionContext {
    if (this.#context === undefined) throw new Error("not loaded");
    return this.#context;
  }
}

function buffersOf(tensors: readonly TensorInput[]): ArrayBuffer[] {
  return tensors.map(({ data }) => data.buffer as ArrayBuffer);
}

function stateOf(context: ExecutionContext): MemoryState {
  return { contextBytes: context.byteLength, memoryBytes: context.graph.memory.buffer.byteLength };
}

/** A file's chunks, in the order in which messages bring them; says when each is read. */
class ChunkQueue implements AsyncIterable<Uint8Array> {
  readonly #taken: (bytes: number) => void;
  readonly #chunks: (Uint8Array | undefined)[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(taken: (bytes: number) => void) {
    this.#taken = taken;
  }

  push(chunk: Uint8Array | undefined): void {
    // What comes when nobody reads on is gone, and must not count as on its way.
    if (this.#closed) return this.#taken(chunk?.length ?? 0);
    this.#chunks.push(chunk);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        while (this.#chunks.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
        const chunk = this.#chunks.shift();
        if (chunk === undefined) return;
        const { length } = chunk;
        try {
          yield chunk;
        } finally {
          // Whoever read it is through.
          free(chunk);
          this.#taken(length);
        }
      }
    } finally {
      this.#closed = true;
      for (const chunk of this.#chunks.splice(0)) this.push(chunk);
    }
  }
}

/** Lets messages in. (A timer would wait for 4 ms.) */
function nextTask(): Promise<void> {
  return new Promise((resume) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resume();
    };
    port2.postMessage(undefined);
  });
}
