import { SconceError, describe } from "./errors.js";

/** A stream's chunks. Not every engine's ReadableStream can be iterated. */
export async function* reading(stream: ReadableStream<Uint8Array>, name: string, signal?: AbortSignal, copies = false): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  // A source that stalls would else hold the connection until its next byte.
  const cancel = () => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new SconceError("network", `${name} broke off: ${describe(error)}`, { cause: error });
      });
      if (done) return;
      if (!ArrayBuffer.isView(value)) throw new SconceError("network", `${name} gives ${describe(value)} where bytes should be: a stream for load consists of Uint8Arrays`);
      yield copies ? value.slice() : value;
    }
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel();
  }
}
