import type { Report } from "sconce";
import type { Answer } from "./recogniser.js";

/** An element of the page by its id. */
export function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

const bars = Array.from(document.querySelectorAll<HTMLElement>("#bars li"));
const guess = element("guess", HTMLElement);
const sureness = element("sureness", HTMLElement);
const spoken = element("spoken", HTMLElement);
const latency = element("latency", HTMLElement);

let shown: { digit: number; percent: string } | undefined;

/** The ten bars, the digit, and how sure the model is. */
export function showAnswer({ probabilities, milliseconds }: Answer): void {
  const digit = probabilities.indexOf(Math.max(...probabilities));
  bars.forEach((bar, i) => setBar(bar, probabilities[i] ?? 0, i === digit));
  const percent = formatPercent(probabilities[digit] ?? 0);
  guess.textContent = String(digit);
  sureness.textContent = `${percent} sure`;
  if (milliseconds !== undefined) latency.textContent = formatMilliseconds(milliseconds);
  shown = { digit, percent };
}

export function showNothing(): void {
  bars.forEach((bar) => setBar(bar, 0, false));
  guess.textContent = "?";
  sureness.textContent = "draw a digit";
  shown = undefined;
}

/** Says the answer to those who hear the page: at the end of a stroke only, for while drawing it changes all the time. */
export function speakAnswer(): void {
  spoken.textContent = shown === undefined ? "" : `The model reads a ${shown.digit}, ${shown.percent} sure.`;
}

export function showStatus(text: string, isError = false): void {
  const status = element("status", HTMLElement);
  status.textContent = text;
  status.hidden = text === "";
  status.classList.toggle("error", isError);
}

/** What runs here, and what it took to ship it. */
export function showReport({ threads, relaxedSimd, bytes, milliseconds, parameters }: Report): void {
  set("threads", threads.used === 1 ? "1 thread" : `${threads.used} threads`, threads.reason);
  set("simd", relaxedSimd.used ? "Relaxed SIMD" : "SIMD", relaxedSimd.used ? "128 bits wide, with fused multiply-add" : `128 bits wide; not relaxed: ${relaxedSimd.reason ?? ""}`);
  set("bytes", formatBytes(bytes.file), `code and weights; beside it ${formatBytes(pageBytes())} of page and runtime`);
  set("ready", formatMilliseconds(milliseconds.load), `${parameters.toLocaleString("en")} parameters`);
}

/** All that came but the model and the samples, as `sconce demo` counts it in the terminal; each file once, the worker's script too. */
function pageBytes(): number {
  const sizes = new Map<string, number>();
  for (const entry of [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]) {
    if (!(entry instanceof PerformanceResourceTiming) || /\.(wasm|json)$/.test(entry.name)) continue;
    sizes.set(entry.name, Math.max(sizes.get(entry.name) ?? 0, entry.encodedBodySize));
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function set(id: string, value: string, detail: string): void {
  element(id, HTMLElement).textContent = value;
  element(`${id}-detail`, HTMLElement).textContent = detail;
}

function setBar(bar: HTMLElement, probability: number, best: boolean): void {
  bar.style.setProperty("--part", String(probability));
  bar.classList.toggle("best", best);
  const value = bar.querySelector(".value");
  if (value !== null) value.textContent = probability >= 0.005 ? formatPercent(probability) : "";
}

function formatPercent(part: number): string {
  return part > 0.995 && part < 0.9995 ? `${(part * 100).toFixed(1)} %` : `${Math.round(part * 100)} %`;
}

function formatMilliseconds(ms: number): string {
  // Some engines' clocks tick in whole milliseconds.
  if (ms === 0) return "under 1 ms";
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${Math.round(ms)} ms`;
}

function formatBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Number((bytes / 1000).toPrecision(3))} kB` : `${Number((bytes / 1_000_000).toPrecision(3))} MB`;
}
