// What every worker of the runtime runs: the first message says whether a model lives here or a helper thread.
import { instantiate } from "./engine.js";
import { describe, toMessage } from "./errors.js";
import { Host } from "./host.js";
import type { HelpMessage, HelpReply, HostMessage, HostReply } from "./protocol.js";

type Post = (reply: HostReply | HelpReply, transfer?: Transferable[]) => void;

function listener(post: Post): (message: HostMessage | HelpMessage) => void {
  const host = new Host(post);
  return (message) => {
    if (message.type === "help") void help(message, post);
    else host.receive(message);
  };
}

async function help({ module, memory, context, thread }: HelpMessage, post: Post): Promise<void> {
  try {
    const { exports } = await instantiate(module, memory);
    const { work } = exports;
    if (typeof work !== "function") throw new Error("its code does not export work");
    post({ type: "ready" });
    (work as (context: number, thread: number) => void)(context, thread);
  } catch (error) {
    post({ type: "error", error: { ...toMessage(error), message: `a helper thread stopped: ${describe(error)}` } });
  }
}

interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: { data: HostMessage | HelpMessage }) => void) | null;
}

const { self: scope } = globalThis as { self?: Partial<WorkerScope> };
if (typeof scope?.postMessage === "function") {
  const browser = scope as WorkerScope;
  const receive = listener((reply, transfer = []) => browser.postMessage(reply, transfer));
  browser.onmessage = ({ data }) => receive(data);
} else {
  const { parentPort } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:worker_threads");
  if (parentPort !== null) {
    const receive = listener((reply, transfer = []) => parentPort.postMessage(reply, transfer as never));
    parentPort.on("message", receive);
  }
}
