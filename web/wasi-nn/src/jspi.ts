import type { HostCall } from "./abi/calls.js";

/** JavaScript's promises for WebAssembly, which TypeScript does not know yet. */
interface Jspi {
  readonly Suspending?: new (call: HostCall) => HostCall;
  readonly promising?: (call: () => unknown) => () => Promise<unknown>;
}

const { Suspending, promising: promisingExport } = WebAssembly as unknown as Jspi;

/** Whether this engine can suspend a guest that waits for a promise. */
export function hasJspi(): boolean {
  return Suspending !== undefined && promisingExport !== undefined;
}

/** An import that suspends the guest until the promise that it returns is settled. */
export function suspending(call: HostCall): HostCall {
  return Suspending === undefined ? call : new Suspending(call);
}

/** An export within which the guest may be suspended. */
export function promising(call: () => unknown): () => Promise<unknown> {
  return promisingExport === undefined ? async () => call() : promisingExport(call);
}
