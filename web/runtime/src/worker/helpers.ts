import { attendance } from "./attendance.js";
import { bind } from "../shared/bound.js";
import { header, wakeHelpers } from "../graph/context-header.js";
import { SconceError } from "../shared/errors.js";
import type { ExecutionContext } from "../graph/execution-context.js";
import type { HelpMessage, HelpReply, Peer } from "./protocol.js";
import { spawn } from "./spawn.js";

/**
 * Helper threads for a thread that runs graphs synchronously. All of them help one context at a time; a step is never kept waiting for one that
 * has not come yet. The graph's memory must be shared, and this thread one that may wait: not a page's own.
 */
export class Helpers {
  readonly #peers: (Peer<HelpMessage, HelpReply> | undefined)[];
  readonly #attendance: Int32Array;
  #helped: ExecutionContext | undefined;

  private constructor(peers: Peer<HelpMessage, HelpReply>[]) {
    this.#peers = peers;
    this.#attendance = new Int32Array(new SharedArrayBuffer(4 * (peers.length + 1)));
    bind(this);
  }

  /**
   * Starts so many, and is there when they are: afterwards this thread may block as long as it likes.
   * @param workerUrl where the runtime's worker.js is, if not beside the runtime
   */
  static async start(count: number, workerUrl?: string | URL): Promise<Helpers> {
    const peers = Array.from({ length: count }, () => spawn<HelpMessage, HelpReply>(workerUrl));
    const helpers = new Helpers(peers);
    try {
      await Promise.all(peers.map((peer, index) => new Promise<void>((resolve, reject) => {
        peer.listen((reply) => (reply.type === "ready" ? resolve() : reject(new SconceError("engine", reply.error.message))), (error) => {
          reject(error);
          helpers.#gone(index);
        });
        peer.post({ type: "attend", attendance: helpers.#attendance });
      })));
    } catch (error) {
      helpers.end();
      throw error;
    }
    for (const peer of peers) peer.keepAlive(false);
    return helpers;
  }

  get count(): number {
    return this.#peers.length;
  }

  /** Sends them to this context, which the calling thread is about to compute. */
  help(context: ExecutionContext): void {
    if (this.#helped === context) return;
    this.leave();
    this.#helped = context;
    const { module, memory } = context.graph.code;
    const turn = Atomics.load(this.#attendance, attendance.turn);
    this.#peers.forEach((peer, index) => peer?.post({ type: "help", module, memory, context: context.address, thread: index + 1, turn }));
  }

  /** Calls them away, from this context or from whichever they help, and returns when none is left in its memory. */
  leave(context = this.#helped): void {
    if (context === undefined || context !== this.#helped) return;
    this.#helped = undefined;
    // Who has not come yet finds that the turn has passed.
    Atomics.add(this.#attendance, attendance.turn, 1);
    const words = new Int32Array(context.graph.memory.buffer, context.address, header.words);
    Atomics.store(words, header.exit, 1);
    wakeHelpers(words);
    for (let thread = this.#peers.length; thread > 0; thread--) {
      while (Atomics.load(this.#attendance, thread) !== 0) Atomics.wait(this.#attendance, thread, 1);
    }
    Atomics.store(words, header.exit, 0);
  }

  /** One that ended from outside is not waited for: the others go on. */
  #gone(index: number): void {
    this.#peers[index] = undefined;
    Atomics.store(this.#attendance, index + 1, 0);
  }

  end(): void {
    this.leave();
    for (const peer of this.#peers) peer?.end();
  }
}
