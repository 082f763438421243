import { type Entry, Store, cachePrefix, noSuchCache, whyNoCache } from "./loading/storage.js";
import { SconceError } from "./shared/errors.js";

/** A cache that the option cache of load has filled. */
export interface CacheInfo {
  /** The option's name; "default" for `true`. */
  readonly name: string;
  /** Bytes of all models, those that they share once. */
  readonly bytes: number;
  readonly models: readonly CachedModel[];
}

export interface CachedModel {
  readonly url: string;
  /** Its file and the files of weights that it names. */
  readonly bytes: number;
  readonly since: Date;
  /** Whether the server has a newer version, which the next visit fetches. */
  readonly stale: boolean;
}

/** What is kept of models for this origin. */
export async function listCaches(): Promise<CacheInfo[]> {
  if (whyNoCache() !== undefined) return [];
  return Promise.all((await namesOfCaches()).map(async (name) => {
    const entries = await (await Store.open(name)).entries();
    const shared = new Map(entries.flatMap(({ shards = [] }) => shards));
    return { name, bytes: sum(entries.map(({ bytes = 0 }) => bytes)) + sum(shared.values()), models: entries.map(model) };
  }));
}

/** Deletes what is kept: the cache of this name, or all of them. */
export async function clearCache(name?: string): Promise<void> {
  const reason = whyNoCache();
  if (reason !== undefined) throw new SconceError("engine", reason);
  const names = await namesOfCaches();
  if (name !== undefined && !names.includes(name)) throw noSuchCache(name);
  await Promise.all((name === undefined ? names : [name]).map((each) => caches.delete(cachePrefix + each)));
}

async function namesOfCaches(): Promise<string[]> {
  return (await caches.keys()).filter((name) => name.startsWith(cachePrefix)).map((name) => name.slice(cachePrefix.length));
}

function model({ url, bytes = 0, shards = [], since = 0, stale = false }: Entry): CachedModel {
  return { url, bytes: bytes + sum(shards.map(([, size]) => size)), since: new Date(since), stale };
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((total, number) => total + number, 0);
}
