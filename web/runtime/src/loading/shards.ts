import type { ShardInfo } from "../artifact/manifest.js";
import { SconceError } from "../shared/errors.js";
import { sha256, sha256Sync, toHex } from "./sha256.js";

/** A shard as it arrives. */
export interface ShardStream {
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Opens a shard: `again` where what came before was not it, so that no cache may give it. */
export type OpenShard = (shard: ShardInfo, again: boolean) => Promise<ShardStream> | ShardStream;

/** Where shards lie, beside the model's file. */
export const shardFolder = "weights";

/** What somebody is told of a file of weights that is not to be had. */
export const weightsBeside = `the model's weights lie in files of their own, in ${shardFolder}/ beside it, and `;

/** Browsers open six connections to a server of HTTP/1.1: two are left to the page. */
const parallel = 4;

export function shardName({ sha256: digest }: ShardInfo): string {
  return `${shardFolder}/${digest}.bin`;
}

export function totalBytes(shards: readonly ShardInfo[]): number {
  return shards.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Brings all weights to where they belong, a few files at a time; each is checked. */
export async function loadShards(shards: readonly ShardInfo[], memory: WebAssembly.Memory, open: OpenShard | undefined): Promise<void> {
  if (open === undefined) throw elsewhere();
  const waiting = shards.values();
  let failed = false;
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (const shard of waiting) {
      await loadShard(shard, memory, open, () => failed).catch((error: unknown) => {
        failed = true;
        throw error;
      });
      if (failed) return;
    }
  }));
}

async function loadShard(shard: ShardInfo, memory: WebAssembly.Memory, open: OpenShard, stopped: () => boolean): Promise<void> {
  for (let again = false; ; again = true) {
    const { chunks } = await open(shard, again);
    let at = 0;
    for await (const chunk of chunks) {
      if (stopped()) return;
      if (at + chunk.length <= shard.bytes) place(shard, memory, at, chunk);
      at += chunk.length;
      if (at > shard.bytes) break;
    }
    const found = at === shard.bytes ? await sha256(held(shard, memory)) : undefined;
    if (found === shard.sha256) return;
    if (again) throw damaged(shard, found ?? (at > shard.bytes ? "more" : at));
  }
}

/** The same at once, for a thread that blocks. */
export function loadShardsSync(shards: readonly ShardInfo[], memory: WebAssembly.Memory, read: ((shard: ShardInfo) => Uint8Array) | undefined): void {
  if (read === undefined) throw elsewhere();
  for (const shard of shards) {
    const bytes = read(shard);
    const found = bytes.length === shard.bytes ? toHex(sha256Sync(bytes)) : bytes.length;
    if (found !== shard.sha256) throw damaged(shard, found);
    place(shard, memory, 0, bytes);
  }
}

function place({ addresses }: ShardInfo, memory: WebAssembly.Memory, at: number, bytes: Uint8Array): void {
  for (const address of addresses) new Uint8Array(memory.buffer, address + at, bytes.length).set(bytes);
}

function held({ addresses: [address = 0], bytes }: ShardInfo, memory: WebAssembly.Memory): Uint8Array {
  return new Uint8Array(memory.buffer, address, bytes);
}

function damaged(shard: ShardInfo, found: string | number): SconceError {
  const came = typeof found === "number" || found === "more" ? `${found} bytes where ${shard.bytes} belong` : `bytes whose SHA-256 is ${found}`;
  return new SconceError("artifact", `the file of weights ${shardName(shard)} is damaged: it has ${came}, also when fetched anew; put there what \`sconce compile --split\` wrote`);
}

/** What is wrong where nobody knows where the shards lie. */
export function elsewhere(): SconceError {
  return new SconceError("artifact", `${weightsBeside}what was given does not say where: give load its URL or path, or the option weights; or compile it without --split`);
}
