import type { Report } from "sconce";
import { element } from "../dom.js";
import { formatBytes, formatMilliseconds } from "../format.js";

export type FactName = "run" | "threads" | "memory" | "file";

/** What a run took, and on what. */
export function showFact(name: FactName, value: string, detail = ""): void {
  element(`fact-${name}`, HTMLElement).textContent = value;
  element(`fact-${name}-detail`, HTMLElement).textContent = detail;
}

export function showReport({ threads, relaxedSimd, bytes, steps, parameters }: Report): void {
  showFact("threads", String(threads.used), `${threads.used < threads.available ? `of ${threads.available}: ${threads.reason}` : `all of the processor’s`}; ${relaxedSimd.used ? "relaxed SIMD" : `no relaxed SIMD: ${relaxedSimd.reason ?? ""}`}`);
  showFact("memory", formatBytes(bytes.memory), `${formatBytes(bytes.weights)} of weights, ${formatBytes(bytes.context)} for a run`);
  showFact("file", formatBytes(bytes.file), `${steps} steps, ${parameters.toLocaleString("en")} parameters, ${formatBytes(bytes.code)} of code`);
}

/** @param times of the runs, in milliseconds */
export function showTimes(times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  if (median === undefined) showFact("run", "–");
  else showFact("run", formatMilliseconds(median), times.length === 1 ? "one run" : `median of ${times.length}; ${formatMilliseconds(sorted[0] ?? 0)} to ${formatMilliseconds(sorted.at(-1) ?? 0)}`);
}
