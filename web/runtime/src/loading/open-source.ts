import { free } from "../shared/free.js";
import { type FileSource, type SourceOptions, open } from "./source.js";
import type { ByteStream } from "./stream.js";

/** Opens a model for the thread that reads it. A chunk is gone when the next one is asked for: so no more of the file is in memory than its weights and a chunk. */
export async function openSource(source: FileSource, options?: SourceOptions): Promise<ByteStream> {
  const { chunks, shard, ...rest } = await open(source, options);
  return { ...rest, chunks: spending(chunks), shard: shard && (async (...wanted) => ({ chunks: spending((await shard(...wanted)).chunks) })) };
}

async function* spending(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    // Node's may be parts of a larger pool.
    if (chunk.length === chunk.buffer.byteLength) free(chunk);
  }
}
