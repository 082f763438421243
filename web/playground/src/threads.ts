import { make } from "./dom.js";

const most = 8;

/** Fills a list of how many threads there may be: one, where the page's server does not allow more. */
export function offerThreads(list: HTMLSelectElement): void {
  const count = globalThis.crossOriginIsolated ? Math.min(most, navigator.hardwareConcurrency) : 1;
  for (let threads = 1; threads <= count; threads++) list.append(make("option", { value: String(threads) }, threads === 1 ? "1 thread" : `${threads} threads`));
  list.value = String(count <= 4 ? count : Math.ceil(count / 2));
  if (!globalThis.crossOriginIsolated) list.title = "The page is not cross-origin isolated: its server must send Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy";
}
