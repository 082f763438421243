import { builtin } from "../shared/builtin.js";
import { header, lost } from "../graph/context-header.js";
import { instantiate } from "../graph/engine.js";
import { describe, toMessage } from "../shared/errors.js";
import { Host } from "./host.js";
import { attendance } from "./attendance.js";
import { workerName } from "./worker-name.js";
import type { HelpMessage, HelpReply, HelpRequest, HostMessage, HostReply } from "./protocol.js";

/** This end of a conversation with the page: a worker's global scope, or Node's port, which has the same face. */
interface Port {
  postMessage(message: HostReply | HelpReply, transfer: Transferable[]): void;
  onmessage: ((event: { data: HostMessage | HelpMessage }) => void) | null;
}

/** What every worker of the runtime does: the first message says whether a model lives here or a helper thread. */
export function serve(): void {
  const scope = globalThis as unknown as Port;
  // Bun's workers of Node's kind have the face of the other kind too, at which nothing arrives.
  const threads = builtin?.("node:worker_threads");
  const port = threads?.workerData === workerName ? threads.parentPort as unknown as Port : scope;
  const post = (reply: HostReply | HelpReply, transfer: Transferable[] = []) => port.postMessage(reply, transfer);
  const host = new Host(post);
  let attended: Int32Array | undefined;
  port.onmessage = ({ data }) => {
    if (data.type === "help") return void help(data, attended, post);
    if (data.type !== "attend") return host.receive(data);
    attended = data.attendance;
    post({ type: "ready" });
  };
}

async function help({ module, memory, context, thread, turn }: HelpRequest, attended: Int32Array | undefined, post: (reply: HelpReply) => void): Promise<void> {
  try {
    const { exports } = await instantiate(module, memory);
    const work = (): void => {
      try {
        (exports["work"] as (context: number, thread: number) => void)(context, thread);
      } catch (error) {
        // The tile that it took is never done: the run must not wait for it.
        const words = new Int32Array(memory.buffer, context, header.words);
        Atomics.store(words, header.abort, lost);
        Atomics.store(words, header.pending, 0);
        Atomics.notify(words, header.pending);
        throw error;
      }
    };
    if (attended === undefined) {
      post({ type: "ready" });
      return work();
    }
    // Marked before it looks: who calls the helpers away either sees this one, or is seen by it.
    Atomics.store(attended, thread, 1);
    try {
      if (Atomics.load(attended, attendance.turn) === turn) work();
    } finally {
      // Also where it stopped: who calls the helpers away waits for all.
      Atomics.store(attended, thread, 0);
      Atomics.notify(attended, thread);
    }
  } catch (error) {
    post({ type: "error", error: { ...toMessage(error), message: `a helper thread stopped: ${describe(error)}` } });
  }
}
