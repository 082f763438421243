import { instantiate } from "./engine.js";
import { describe, toMessage } from "./errors.js";
import { Host } from "./host.js";
import type { HelpMessage, HelpReply, HostMessage, HostReply } from "./protocol.js";

/** This end of a conversation with the page: a worker's global scope, or Node's port, which has the same face. */
interface Port {
  postMessage(message: HostReply | HelpReply, transfer: Transferable[]): void;
  onmessage: ((event: { data: HostMessage | HelpMessage }) => void) | null;
}

/** What every worker of the runtime does: the first message says whether a model lives here or a helper thread. */
export function serve(): void {
  const scope = globalThis as unknown as Port;
  const port = typeof scope.postMessage === "function" ? scope : process.getBuiltinModule("node:worker_threads").parentPort as unknown as Port;
  const post = (reply: HostReply | HelpReply, transfer: Transferable[] = []) => port.postMessage(reply, transfer);
  const host = new Host(post);
  port.onmessage = ({ data }) => (data.type === "help" ? void help(data, post) : host.receive(data));
}

async function help({ module, memory, context, thread }: HelpMessage, post: (reply: HelpReply) => void): Promise<void> {
  try {
    const work = (await instantiate(module, memory)).exports["work"] as (context: number, thread: number) => void;
    post({ type: "ready" });
    work(context, thread);
  } catch (error) {
    post({ type: "error", error: { ...toMessage(error), message: `a helper thread stopped: ${describe(error)}` } });
  }
}
