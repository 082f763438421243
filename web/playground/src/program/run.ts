import type { RunReply, RunRequest } from "./protocol.js";

/** A guest that runs in a worker of its own. */
export class Run {
  readonly #worker: Worker;
  readonly #listener: (reply: RunReply) => void;

  /** @param listener told of all that comes from the guest; "done" and "failed" are the last */
  constructor(request: RunRequest, listener: (reply: RunReply) => void) {
    this.#listener = listener;
    this.#worker = new Worker(new URL("./runner.js", import.meta.url), { type: "module" });
    this.#worker.onmessage = ({ data }: MessageEvent<RunReply>) => {
      if (data.type !== "said") this.#worker.terminate();
      listener(data);
    };
    this.#worker.onerror = ({ message }) => this.stop(`the worker of the guest stopped: ${message || "its script runner.js cannot be loaded"}`);
    this.#worker.postMessage(request);
  }

  /** Ends the guest where it stands, its threads too. */
  stop(message: string): void {
    this.#worker.terminate();
    this.#worker.onmessage = null;
    this.#listener({ type: "failed", message });
  }
}
