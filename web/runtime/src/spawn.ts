import { SconceError } from "./errors.js";
import { Host } from "./host.js";
import type { HostMessage, HostReply, Peer } from "./protocol.js";

/** Starts a worker of the runtime: a module worker, or Node's own kind. */
export function spawn<Sent, Received>(): Peer<Sent, Received> {
  // Libraries that were ported to Node leave its own kind of worker under the same name.
  const isWeb = typeof Worker !== "undefined" && Worker.prototype instanceof EventTarget;
  return isWeb ? webWorker() : nodeWorker();
}

function webWorker<Sent, Received>(): Peer<Sent, Received> {
  let worker: Worker;
  try {
    // Bundlers know this form, and no blob means that a strict policy needs no exception.
    worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch (error) {
    throw new SconceError("engine", "the model's worker cannot be made: its script must come from the page's own origin, and worker-src of the page's policy must allow it", { cause: error });
  }
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen(receive, fail) {
      worker.onmessage = ({ data }: MessageEvent<Received>) => receive(data);
      worker.onmessageerror = () => fail(new SconceError("engine", "a message between page and worker cannot be read"));
      worker.onerror = (event) => fail(stopped(event.message || "its script worker.js is not found beside the runtime, a policy forbids it, or the page is cross-origin isolated and worker.js comes without the header Cross-Origin-Embedder-Policy"));
    },
    end: () => worker.terminate(),
    keepAlive: () => {},
  };
}

function nodeWorker<Sent, Received>(): Peer<Sent, Received> {
  const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
  // Without the process's own switches: some, such as --input-type, forbid a script from a file.
  const worker = new NodeWorker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as never),
    listen(receive, fail) {
      worker.on("message", receive);
      worker.on("messageerror", fail);
      worker.on("error", (error) => fail(stopped(error.message, error)));
    },
    end: () => void worker.terminate(),
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
  };
}

function stopped(message: string, cause?: Error): SconceError {
  return new SconceError("engine", `the model's worker stopped: ${message}`, { cause });
}

/** The same conversation without a worker: the model lives, and blocks, on this thread. */
export function sameThread(): Peer<HostMessage, HostReply> {
  let receive: (reply: HostReply) => void = () => {};
  const host = new Host((reply) => receive(reply));
  return {
    post: (message) => host.receive(message),
    listen: (listener) => (receive = listener),
    end: () => (receive = () => {}),
    keepAlive: () => {},
  };
}
