import { builtin } from "../shared/builtin.js";
import { SconceError } from "../shared/errors.js";
import { Host } from "./host.js";
import type { HostMessage, HostReply, Peer } from "./protocol.js";
import { workerName } from "./worker-name.js";

/** Where the worker's script is, if not beside the runtime. */
export type WorkerUrl = string | URL | undefined;

// Libraries that were ported to Node leave its own kind of worker under the same name, and Bun's do not tell their script the name by which it knows what it is: there Node's kind serves.
const hasWebWorkers = () => typeof Worker !== "undefined" && Worker.prototype instanceof EventTarget && !("Bun" in globalThis);

const conditions = "its script must come from the page's own origin (else a copy of worker.js there, named by the option workerUrl), worker-src of the page's policy must allow it";

/** Why no worker can be started here, or undefined where one can. */
export function whyNoWorker(): string | undefined {
  if (hasWebWorkers() || builtin !== undefined) return undefined;
  const { process } = globalThis as { process?: NodeJS.Process };
  return "registration" in globalThis ? "a service worker cannot start workers" : process?.version ? `Node 20.16 or newer is wanted for it, and this is ${process.version}` : "there is no Worker here";
}

/** Starts a worker of the runtime: a module worker, or Node's own kind. */
export function spawn<Sent, Received>(url?: WorkerUrl): Peer<Sent, Received> {
  return hasWebWorkers() || builtin === undefined ? webWorker(url) : nodeWorker(url, builtin("node:worker_threads"));
}

function webWorker<Sent, Received>(url: WorkerUrl): Peer<Sent, Received> {
  let worker: Worker;
  try {
    // Bundlers know this form, and no blob means that a strict policy needs no exception.
    worker = url === undefined
      ? new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "sconce-worker" })
      : new Worker(url, { type: "module", name: workerName });
  } catch (error) {
    throw new SconceError("engine", `the model's worker cannot be made: ${conditions}`, { cause: error });
  }
  const end = () => Worker.prototype.terminate.call(worker);
  const failure = new Failure();
  worker.onmessageerror = () => failure.set(new SconceError("engine", "a message of the worker cannot be read"));
  worker.onerror = (event) => {
    event.preventDefault();
    failure.set(stopped(event.message ||
      `its script worker.js is not found ${url === undefined ? "beside the runtime" : `at ${String(url)}`}, or refused: ${conditions}, and on a cross-origin isolated page it needs the header Cross-Origin-Embedder-Policy`));
  };
  // A worker does not tell its end, so whoever ends it from outside is made to.
  worker.terminate = () => {
    end();
    failure.set(stopped("it was terminated"));
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    listen(receive, fail) {
      worker.onmessage = ({ data }: MessageEvent<Received>) => receive(data);
      failure.listen(fail);
    },
    end,
    keepAlive: () => {},
  };
}

function nodeWorker<Sent, Received>(url: WorkerUrl, { Worker: NodeWorker }: typeof import("node:worker_threads")): Peer<Sent, Received> {
  // Not in the form that bundlers know: they would bring the script along twice, and Parcel mistakes one for the other.
  const script = url ?? new URL(import.meta.url.replace(/[^/]*$/, "worker.js"));
  // Without the process's own switches: some, such as --input-type, forbid a script from a file.
  const worker = new NodeWorker(script, { execArgv: [], name: workerName, workerData: workerName });
  const failure = new Failure();
  worker.on("messageerror", (error) => failure.set(stopped(error.message, error)));
  worker.on("error", (error) => failure.set(stopped(error.message + (url === undefined ? "" : " (the option workerUrl)"), error)));
  worker.on("exit", (code) => failure.set(stopped(`it ended with code ${code}`)));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer as never),
    listen(receive, fail) {
      worker.on("message", receive);
      failure.listen(fail);
    },
    end() {
      failure.listen(() => {});
      void worker.terminate();
    },
    keepAlive: (keep) => (keep ? worker.ref() : worker.unref()),
  };
}

/** What became of a worker, which may be before anybody listens: the helpers' scripts start while the file arrives. */
class Failure {
  #error: Error | undefined;
  #listener: ((error: Error) => void) | undefined;

  set(error: Error): void {
    this.#error ??= error;
    this.#listener?.(error);
  }

  listen(listener: (error: Error) => void): void {
    this.#listener = listener;
    if (this.#error !== undefined) listener(this.#error);
  }
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
