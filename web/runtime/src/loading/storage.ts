import { SconceError } from "../shared/errors.js";
import { free } from "../shared/free.js";
import type { Version } from "./download.js";

/** Names of caches begin with this. */
export const cachePrefix = "sconce:";

/** Files are kept in pieces: what arrived before a visit ended is there at the next one, and no more than a piece of each file waits in memory. */
export const pieceBytes = 4 << 20;

/** A file that is kept, or on its way. */
export interface Entry {
  readonly url: string;
  /** Under which name its pieces are. */
  readonly object: string;
  readonly version: Version;
  /** Bytes of the file; nothing while it is on its way. */
  readonly bytes?: number;
  /** The shards that it names, and their bytes. */
  readonly shards?: readonly (readonly [digest: string, bytes: number])[];
  /** Since when, in milliseconds of the epoch. */
  readonly since?: number;
  /** Whether the server has a newer version. */
  readonly stale?: boolean;
}

type Kind = "file" | "part";

// An address that nobody has: nothing is ever fetched from it.
const key = (path: string) => `https://sconce.invalid/${path}`;
const entryKey = (kind: Kind, url: string) => key(`${kind}?${encodeURIComponent(url)}`);

/** Why nothing can be kept here, or undefined where it can. */
export function whyNoCache(): string | undefined {
  return typeof caches === "undefined" ? "there is no Cache API here: browsers have it on https and on localhost, Node has none" : undefined;
}

/** What a cache of the browser's (the Cache API) keeps of models: the files' entries by their URL, pieces of files and of shards. */
export class Store {
  readonly #cache: Cache;
  /** Why no more is kept, once that is so. */
  full: string | undefined;

  private constructor(cache: Cache) {
    this.#cache = cache;
  }

  static async open(name: string): Promise<Store> {
    return new Store(await caches.open(cachePrefix + name));
  }

  async entry(kind: Kind, url: string): Promise<Entry | undefined> {
    return (await this.#cache.match(entryKey(kind, url)))?.json() as Promise<Entry | undefined>;
  }

  async entries(): Promise<Entry[]> {
    const keys = (await this.#cache.keys()).filter(({ url }) => url.startsWith(key("file?")));
    return Promise.all(keys.map(async (request) => (await this.#cache.match(request))?.json() as Promise<Entry>));
  }

  async keep(kind: Kind, entry: Entry): Promise<void> {
    await this.#put(entryKey(kind, entry.url), JSON.stringify(entry));
  }

  async drop(kind: Kind, url: string): Promise<void> {
    await this.#cache.delete(entryKey(kind, url));
  }

  async piece(object: string, number: number): Promise<Uint8Array | undefined> {
    const response = await this.#cache.match(key(`${object}/${number}`));
    return response === undefined ? undefined : new Uint8Array(await response.arrayBuffer());
  }

  /** Where a file that is on its way can be taken up: after the pieces that are there, without a last one that is not full. */
  async held(object: string): Promise<number> {
    for (let number = 0; ; number++) {
      const piece = await this.#cache.match(key(`${object}/${number}`));
      if (piece === undefined) return number * pieceBytes;
      if ((await piece.blob()).size === pieceBytes) continue;
      await this.#cache.delete(key(`${object}/${number}`));
      return number * pieceBytes;
    }
  }

  /** Keeps a piece, whose memory is given back. */
  async keepPiece(object: string, number: number, bytes: Uint8Array): Promise<void> {
    if (this.full === undefined) await this.#put(key(`${object}/${number}`), bytes as Uint8Array<ArrayBuffer>);
    free(bytes);
  }

  async remove(object: string): Promise<void> {
    for (let number = 0; await this.#cache.delete(key(`${object}/${number}`)); number++);
  }

  /** A file has come whole, and the model runs: from now on it is what a visit begins with. */
  async complete(entry: Entry): Promise<void> {
    const before = await this.entry("file", entry.url);
    await this.keep("file", entry);
    if (this.full !== undefined) return;
    await this.drop("part", entry.url);
    if (before === undefined || before.object === entry.object) return;
    await this.#forget(before);
  }

  /** Takes away a file that is of no use. */
  async discard(entry: Entry): Promise<void> {
    await Promise.all([this.drop("file", entry.url), this.drop("part", entry.url)]);
    await this.#forget(entry);
  }

  /** A file's pieces, and the shards that no other file names. */
  async #forget({ object, shards = [] }: Entry): Promise<void> {
    const used = new Set((await this.entries()).flatMap((entry) => entry.shards ?? []).map(([digest]) => digest));
    await Promise.all([object, ...shards.map(([digest]) => digest).filter((digest) => !used.has(digest)).map(shardObject)].map((name) => this.remove(name)));
  }

  async #put(address: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#cache.put(address, new Response(body));
    } catch (error) {
      this.full ??= await whyFull(body.length, error);
    }
  }
}

export function shardObject(digest: string): string {
  return `sha256/${digest}`;
}

async function whyFull(bytes: number, error: unknown): Promise<string> {
  const megabytes = (count = 0) => `${(count / 2 ** 20).toFixed(1)} MiB`;
  const { usage, quota } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {};
  const room = quota === undefined ? "" : `: this origin has ${megabytes(quota)} of storage, of which ${megabytes(usage)} are taken`;
  return `the browser does not keep another ${megabytes(bytes)}${room} (${String(error)}); clearCache() makes room`;
}

/** What is kept of an object, then what `more` brings from there on, which is kept too. */
export async function* through(store: Store, object: string, size: number | undefined, more: (at: number) => AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let at = 0;
  let number = 0;
  while (at !== size) {
    const piece = await store.piece(object, number);
    if (piece === undefined) break;
    at += piece.length;
    number++;
    yield piece;
  }
  if (at === size) return;
  let piece = new Uint8Array(pieceBytes);
  let filled = 0;
  let written: Promise<void> = Promise.resolve();
  for await (const chunk of more(at)) {
    for (let from = 0; from < chunk.length && store.full === undefined;) {
      const part = chunk.subarray(from, from + pieceBytes - filled);
      piece.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < pieceBytes) break;
      // One at a time: a slow disk slows the download instead of filling memory.
      await written;
      written = store.keepPiece(object, number++, piece);
      piece = new Uint8Array(pieceBytes);
      filled = 0;
    }
    yield chunk;
  }
  await written;
  if (filled > 0) await store.keepPiece(object, number, piece.subarray(0, filled));
}

/** An error that tells what a name of a cache may be. */
export function noSuchCache(name: string): SconceError {
  return new SconceError("input", `there is no cache ${JSON.stringify(name)}: listCaches tells which there are`);
}
