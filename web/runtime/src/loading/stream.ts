import type { Manifest } from "../artifact/manifest.js";
import { SconceError, describe } from "../shared/errors.js";
import type { OpenShard } from "./shards.js";

/** What became of the option cache. */
export interface CacheReport {
  /** Whether the next visit finds all of the model in the cache. */
  kept: boolean;
  /** Bytes that came over the network. */
  fetched: number;
  /** Why it is not kept, where it is not. */
  reason: string | undefined;
}

/** A file as it arrives. */
export interface ByteStream {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Opens the files of weights that belong to it, where it is known where they lie. */
  readonly shard?: OpenShard | undefined;
  /** Takes how many bytes the file has; before it has said so, nothing, each time that all was read which has come. Whoever calls it does both. */
  expect?(bytes: number | undefined): void;
  /** Takes what became of it: what it says of itself, or nothing where it is damaged. */
  settle?(manifest: Manifest | undefined): Promise<void>;
  /** What became of the wish to keep it. */
  readonly cache?: CacheReport | undefined;
}

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
