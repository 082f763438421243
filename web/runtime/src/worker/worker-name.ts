import { builtin } from "../shared/builtin.js";

/** The name of the workers that the runtime starts: their script is part of the page's too, and of programs' own workers, where it must not serve. */
export const workerName = "sconce-worker";

export function isOurWorker(): boolean {
  const { name, document } = globalThis as { name?: string; document?: object };
  if (document !== undefined) return false;
  return name === workerName || builtin?.("node:worker_threads")?.workerData === workerName;
}
