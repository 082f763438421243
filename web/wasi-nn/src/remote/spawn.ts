import { NNError } from "../errors.js";

/** Starts the worker in which a page's graphs live. */
export function spawnWorker(): Worker {
  try {
    // Bundlers know this form, and no blob means that a strict policy needs no exception.
    return new Worker(new URL("./nn-worker.js", import.meta.url), { type: "module" });
  } catch (error) {
    throw new NNError("runtime-error", "the worker of the graphs cannot be made: its script nn-worker.js must come from the page's own origin, and worker-src of the page's policy must allow it", { cause: error });
  }
}
