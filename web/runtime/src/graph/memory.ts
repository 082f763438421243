import { type SymbolValues, evaluate } from "../shared/dims.js";
import { SconceError } from "../shared/errors.js";
import type { Manifest, Method } from "../artifact/manifest.js";

export const pageSize = 65536;
const maximumPages = 65536;

export interface MemoryOptions {
  /** Shared among threads. */
  readonly shared: boolean;
  /** A cap in bytes. */
  readonly limit?: number | undefined;
  /** Shared memory has room for so many contexts, and for more where they are small. */
  readonly contexts?: number | undefined;
  /** How many threads will run a context: each has memory of its own in it. */
  readonly threads?: number | undefined;
}

// A cache line: the compiler places a context's buffers at multiples of it from the context's start.
const alignment = 64;

/** Where the first execution context begins: after the constants. */
export function firstContext(manifest: Manifest): number {
  return align(manifest.memory.constantsEnd);
}

export function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

/** What a context comes to. */
export function contextBytes({ arena, threadArena }: Method, symbols: SymbolValues, threads: number): number {
  return evaluate(arena, symbols) + (threads - 1) * evaluate(threadArena, symbols);
}

/** Makes the memory of a graph, large enough for its constants and one context's tables, and for its arena where that is fixed. */
export function createMemory(manifest: Manifest, { shared, limit, contexts = 2, threads = 1 }: MemoryOptions): WebAssembly.Memory {
  const base = firstContext(manifest) + manifest.context.header;
  const fixed = manifest.symbols.length === 0 ? evaluate(manifest.arena, new Map()) : 0;
  const needed = Math.max(pages(base + fixed), manifest.memory.minPages);
  const cap = limit === undefined ? maximumPages : Math.min(maximumPages, Math.floor(limit / pageSize));
  if (needed > cap) throw tooMuch(needed * pageSize, limit);
  // An engine sets a shared memory's maximum aside at once, and small devices have little to set aside.
  for (let maximum = shared ? Math.min(cap, sharedMaximum(manifest, base, contexts, threads)) : cap; ; maximum = Math.max(needed, maximum >> 1)) {
    try {
      return new WebAssembly.Memory({ initial: needed, maximum: Math.max(needed, maximum), shared });
    } catch {
      if (!shared || maximum <= needed) throw noMore(needed * pageSize);
    }
  }
}

/** Grows the memory where it ends before `end`. */
export function growTo(memory: WebAssembly.Memory, end: number, limit?: number): void {
  const missing = pages(end) - memory.buffer.byteLength / pageSize;
  if (missing <= 0) return;
  if (end > maximumPages * pageSize || (limit !== undefined && pages(end) * pageSize > limit)) throw tooMuch(end, limit);
  try {
    memory.grow(missing);
  } catch {
    throw noMore(end);
  }
}

/** What so many contexts can come to, whichever method runs; all of WebAssembly's memory where a size has no bound. */
function sharedMaximum(manifest: Manifest, base: number, contexts: number, threads: number): number {
  const largest = [manifest, ...(manifest.methods ?? [])].map((method) => (method.context.tail !== undefined || method.symbols.some(({ max }) => max === null) ? Infinity
    : contextBytes(method, new Map(method.symbols.map(({ name, max }) => [name, max ?? 0])), threads)));
  return Math.min(maximumPages, pages(base + contexts * Math.max(...largest)) + 256);
}

function pages(bytes: number): number {
  return Math.ceil(bytes / pageSize);
}

function formatBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

export function tooMuch(bytes: number, limit?: number): SconceError {
  const against = limit === undefined ? "WebAssembly's memory ends at 4096 MiB" : `the option memory allows ${formatBytes(limit)}`;
  return new SconceError("memory", `the model needs ${formatBytes(bytes)} of memory for these shapes, but ${against}`);
}

export function tooMany(): SconceError {
  return new SconceError("memory", "for these shapes a tensor has more than 2147483647 elements, which the model's code cannot count");
}

function noMore(bytes: number): SconceError {
  return new SconceError("memory", `the engine has no ${formatBytes(bytes)} of memory for the model: close tabs, dispose models, or give smaller inputs`);
}
