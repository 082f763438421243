/** The name of the workers that the runtime starts: their script is part of the page's too, and of programs' own workers, where it must not serve. */
export const workerName = "sconce-worker";

export function isOurWorker(): boolean {
  const { name, document, process } = globalThis as { name?: string; document?: object; process?: Partial<NodeJS.Process> };
  if (document !== undefined) return false;
  return name === workerName || process?.getBuiltinModule?.("node:worker_threads")?.workerData === workerName;
}
