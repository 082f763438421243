import { announceRun, header, wakeHelpers } from "../graph/context-header.js";
import { type ErrorMessage, SconceError, describe } from "../shared/errors.js";
import type { CodeMessage, HelpMessage, HelpReply, HostMessage, HostOptions, HostReply, MemoryState, Peer, RunResult } from "../worker/protocol.js";
import type { ShardInfo } from "../artifact/manifest.js";
import { type ShardStream, elsewhere } from "../loading/shards.js";
import type { ByteStream } from "../loading/stream.js";
import { type WorkerUrl, sameThread, spawn } from "../worker/spawn.js";

/** How far the loading of a file is. */
export interface Progress {
  /** Bytes read. */
  readonly loaded: number;
  /** Bytes of the whole file and of all files of weights that it names, decompressed: it says them at its beginning. */
  readonly total: number;
}

export interface SessionOptions {
  readonly inWorker: boolean;
  readonly threads: number;
  readonly workerUrl: WorkerUrl;
  readonly onProgress: ((progress: Progress) => unknown) | undefined;
}

type Reply = Extract<HostReply, { type: "ready" | "done" }>;

// So much of the file may be under way to the worker; a slow worker slows the download instead of filling memory.
const windowBytes = 8 << 20;

/** The worker a model lives in and its helper threads, seen from the page: one request at a time. */
export class Session {
  readonly #host: Peer<HostMessage, HostReply>;
  readonly #helpers: Peer<HelpMessage, HelpReply>[] = [];
  readonly #options: SessionOptions;
  #code: CodeMessage | undefined;
  #helpersReady: Promise<void> = Promise.resolve();
  #state: MemoryState = { contextBytes: 0, memoryBytes: 0 };
  #pending: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;
  #ended: Error | undefined;
  #file: ByteStream | undefined;
  /** Bytes that were sent and not yet read. */
  #underWay = 0;
  /** Bytes that were read of the file, and of each shard. */
  readonly #read = new Map<string | undefined, number>();
  /** Shards that were not what they should be, and are fetched anew. */
  readonly #dropped = new Set<string | undefined>();
  #size: number | undefined;
  readonly #waiting: (() => void)[] = [];
  /** Threads that compute. */
  threads = 1;
  /** Why helper threads are missing, where they did not start. */
  helperFailure: string | undefined;

  private constructor(host: Peer<HostMessage, HostReply>, options: SessionOptions) {
    this.#host = host;
    this.#options = options;
    host.listen((reply) => this.#receive(reply), (error) => this.end(error));
  }

  static start(options: SessionOptions): Session {
    return new Session(options.inWorker ? spawn(options.workerUrl) : sameThread(), options);
  }

  get code(): CodeMessage {
    if (this.#code === undefined) throw this.#ended ?? new Error("not loaded");
    return this.#code;
  }

  get state(): MemoryState {
    return this.#state;
  }

  /** Loads the model: from a file as it arrives, or from the module in the options. */
  async load(options: HostOptions, file: ByteStream | undefined): Promise<void> {
    const ready = this.#request({ type: "load", options });
    // Their scripts start while the file arrives; what they are to help with comes later.
    while (this.#helpers.length < this.#options.threads - 1) this.#helpers.push(spawn(this.#options.workerUrl));
    this.#file = file;
    file?.expect?.(undefined);
    if (file !== undefined) this.#pump(file).catch((error: Error) => this.end(error));
    await ready;
    await this.#helpersReady;
    if (this.#ended !== undefined) throw this.#ended;
    this.#host.keepAlive(false);
  }

  /** Sends a request and gives its answer. The process stays alive for it. */
  async request(message: Extract<HostMessage, { type: "run" | "reset" }>, transfer: Transferable[] = []): Promise<RunResult | undefined> {
    const words = this.#shared();
    if (words !== undefined) Atomics.store(words, header.abort, 0);
    this.#host.keepAlive(true);
    try {
      const answer = this.#request(message, transfer);
      // From here, and after the worker was woken: helpers that the worker wakes itself may be left to wait on its core.
      if (words !== undefined && message.type === "run") announceRun(words);
      const reply = await answer;
      return reply.type === "done" ? reply.result : undefined;
    } finally {
      this.#host.keepAlive(false);
    }
  }

  /** Stops the request under way between two steps. */
  abort(): void {
    const words = this.#shared();
    if (words !== undefined) Atomics.store(words, header.abort, 1);
    this.#host.post({ type: "abort" });
  }

  /** Ends all threads, and lets their memory go. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    const words = this.#shared();
    if (words !== undefined) {
      Atomics.store(words, header.abort, 1);
      Atomics.store(words, header.exit, 1);
      wakeHelpers(words);
    }
    this.#host.end();
    for (const helper of this.#helpers.splice(0)) helper.end();
    this.#code = undefined;
    this.#wake();
    this.#pending?.reject(reason);
    this.#pending = undefined;
  }

  #request(message: HostMessage, transfer: Transferable[] = []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) throw this.#ended;
      this.#pending = { resolve, reject };
      this.#host.post(message, transfer);
    });
  }

  #receive(reply: HostReply): void {
    switch (reply.type) {
      case "read":
        this.#underWay -= reply.bytes;
        this.#read.set(reply.shard, (this.#read.get(reply.shard) ?? 0) + reply.bytes);
        if (this.#underWay === 0 && this.#size === undefined) this.#file?.expect?.(undefined);
        this.#wake();
        this.#tellProgress();
        return;
      case "size":
        this.#file?.expect?.(reply.file);
        this.#size = reply.bytes;
        this.#tellProgress();
        return;
      case "shard":
        this.#sendShard(reply.shard, reply.again, reply.key);
        return;
      case "code":
        this.#code = reply.code;
        this.#helpersReady = this.#startHelpers(reply.code);
        return;
      case "ready":
      case "done":
        this.#state = reply.state;
        this.#pending?.resolve(reply);
        return;
      case "error":
        this.#pending?.reject(new SconceError(reply.error.code, reply.error.message));
        return;
    }
  }

  async #tellProgress(): Promise<void> {
    if (this.#size === undefined || this.#ended !== undefined) return;
    try {
      // What an asynchronous one throws while the file arrives counts too.
      const loaded = [...this.#read].reduce((sum, [key, bytes]) => sum + (this.#dropped.has(key) ? 0 : bytes), 0);
      await this.#options.onProgress?.({ loaded, total: this.#size });
    } catch (error) {
      this.end(error as Error);
    }
  }

  async #sendShard(shard: ShardInfo, again: boolean, key: string): Promise<void> {
    if (again) this.#dropped.add(shard.sha256);
    try {
      const { shard: open } = this.#file ?? {};
      if (open === undefined) throw elsewhere();
      await this.#pump(await open(shard, again), key);
    } catch (error) {
      this.end(error as Error);
    }
  }

  /** Sends a file to the worker as it arrives. */
  async #pump({ chunks }: ShardStream, shard?: string): Promise<void> {
    for await (const chunk of chunks) {
      // Node's chunks may be parts of a larger pool.
      const whole = chunk.byteLength === chunk.buffer.byteLength && chunk.buffer instanceof ArrayBuffer;
      const bytes = new Uint8Array(whole ? chunk.buffer : chunk.slice().buffer);
      this.#underWay += bytes.length;
      this.#host.post({ type: "chunk", bytes, shard }, [bytes.buffer as ArrayBuffer]);
      while (this.#underWay > windowBytes && this.#ended === undefined) await new Promise<void>((wake) => this.#waiting.push(wake));
      if (this.#ended !== undefined || this.#dropped.has(shard)) return;
    }
    this.#host.post({ type: "end", shard });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #startHelpers({ shared, context }: CodeMessage): Promise<void> {
    if (shared === undefined) return;
    try {
      await Promise.all(this.#helpers.map(async (helper, index) => {
        await this.#ready(helper, { type: "help", ...shared, context, thread: index + 1 });
        helper.keepAlive(false);
      }));
    } catch (error) {
      for (const helper of this.#helpers.splice(0)) helper.end();
      this.helperFailure = describe(error);
    }
    if (this.#ended !== undefined) return;
    this.threads = this.#helpers.length + 1;
    this.#host.post({ type: "threads", count: this.threads });
  }

  #ready(helper: Peer<HelpMessage, HelpReply>, message: HelpMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      let isReady = false;
      // One that stops later leaves the others waiting for it: then the model is lost.
      const fail = (error: Error) => (isReady ? this.end(error) : reject(error));
      const stopped = (error: ErrorMessage) => fail(new SconceError("run", error.message));
      helper.listen((reply) => {
        if (reply.type === "error") return stopped(reply.error);
        isReady = true;
        resolve();
      }, fail);
      helper.post(message);
    });
  }

  /** The header of the context, where threads share it. */
  #shared(): Int32Array | undefined {
    const { shared, context } = this.#code ?? {};
    return shared && new Int32Array(shared.memory.buffer, context, header.words);
  }
}
