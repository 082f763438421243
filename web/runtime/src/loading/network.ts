// What only models want that are large, split or kept: a page fetches this when it loads one.
import type { ShardInfo } from "../artifact/manifest.js";
import { Download, type Version, refused, request, sameVersion, versionOf } from "./download.js";
import { SconceError, describe } from "../shared/errors.js";
import { type ShardStream, weightsBeside } from "./shards.js";
import { type Entry, Store, shardObject, through, whyNoCache } from "./storage.js";
import type { ByteStream, CacheReport } from "./stream.js";

export { localFile } from "./local.js";

interface Options {
  readonly signal: AbortSignal | undefined;
  readonly cache: string | undefined;
}

/** Files over the network, resumed where they break off, and kept where that is asked for. */
export class Network {
  readonly #signal: AbortSignal | undefined;
  readonly #store: Store | undefined;
  readonly report: CacheReport = { kept: false, fetched: 0, reason: undefined };

  private constructor(signal: AbortSignal | undefined, store: Store | undefined) {
    this.#signal = signal;
    this.#store = store;
  }

  static async open({ signal, cache }: Options): Promise<Network> {
    let reason = cache === undefined ? undefined : whyNoCache();
    const store = cache === undefined || reason !== undefined ? undefined : await Store.open(cache).catch((error: unknown) => {
      reason = `the browser gives no cache: ${describe(error)}`;
      return undefined;
    });
    const network = new Network(signal, store);
    network.report.reason = reason;
    return network;
  }

  /** A file whose first answer is there. */
  resume(url: string, response: Response): ByteStream {
    const download = new Download(url, { signal: this.#signal, response, onFetched: this.#count });
    return { chunks: download, expect: (bytes) => download.expect(bytes) };
  }

  /** A file from the cache, or from the network into it. */
  async file(url: string): Promise<ByteStream> {
    const store = this.#store;
    if (store === undefined) return this.resume(url, await this.#request(url, 0));
    const kept = await store.entry("file", url);
    if (kept !== undefined && kept.stale !== true) {
      void this.#revalidate(store, kept);
      return this.#kept(store, kept);
    }
    return this.#fetched(store, url).catch((error: unknown) => {
      this.#signal?.throwIfAborted();
      // Better the version before than none.
      if (kept !== undefined && error instanceof SconceError && error.code === "network") return this.#kept(store, kept);
      throw error;
    });
  }

  async shard(url: string, shard: ShardInfo, again: boolean): Promise<ShardStream> {
    const store = this.#store;
    const more = (at: number) => new Download(url, { signal: this.#signal, at, size: shard.bytes, checked: true, told: weightsBeside, reload: again, onFetched: this.#count });
    if (store === undefined) return { chunks: more(0) };
    const object = shardObject(shard.sha256);
    if (again) await store.remove(object);
    return { chunks: through(store, object, shard.bytes, more) };
  }

  readonly #count = (bytes: number): void => void (this.report.fetched += bytes);

  async #request(url: string, at: number): Promise<Response> {
    const response = await request(url, at, "default", this.#signal).catch((error: unknown) => {
      this.#signal?.throwIfAborted();
      throw new SconceError("network", `${url} cannot be fetched: ${describe(error)}`, { cause: error });
    });
    if (!response.ok && response.status !== 416) throw refused(url, response);
    return response;
  }

  #kept(store: Store, entry: Entry): ByteStream {
    const more = (at: number) => new Download(entry.url, { signal: this.#signal, at, version: entry.version, size: entry.bytes, onFetched: this.#count });
    return {
      chunks: through(store, entry.object, entry.bytes, more),
      settle: async (manifest) => {
        if (manifest === undefined) return store.discard(entry);
        this.#settled(store);
      },
    };
  }

  async #fetched(store: Store, url: string): Promise<ByteStream> {
    let part = await store.entry("part", url);
    let at = part === undefined ? 0 : await store.held(part.object);
    let response = await this.#request(url, at);
    let version: Version = versionOf(response);
    if (part !== undefined && (response.status === 416 || !sameVersion(part.version, version))) {
      await store.remove(part.object);
      part = undefined;
      if (at > 0 && response.status !== 200) {
        void response.body?.cancel();
        response = await this.#request(url, 0);
        version = versionOf(response);
      }
      at = 0;
    }
    const entry = part ?? { url, object: `file/${crypto.randomUUID()}`, version };
    if (part === undefined) await store.keep("part", entry);
    let download: Download | undefined;
    const expected: (number | undefined)[] = [];
    const more = (from: number) => {
      download = new Download(url, { signal: this.#signal, response, at: from, version, onFetched: this.#count });
      for (const bytes of expected) download.expect(bytes);
      return download;
    };
    const chunks = through(store, entry.object, undefined, more);
    let ended: () => void = () => {};
    const whole = new Promise<void>((resolve) => (ended = resolve));
    return {
      chunks: (async function* () {
        yield* chunks;
        ended();
      })(),
      expect: (bytes) => {
        if (download === undefined) expected.push(bytes);
        else download.expect(bytes);
      },
      settle: async (manifest) => {
        if (manifest === undefined) return store.discard(entry);
        await whole;
        if (store.full === undefined) {
          const { fileBytes, shards = [] } = manifest;
          await store.complete({ ...entry, bytes: fileBytes, shards: shards.map(({ sha256, bytes }) => [sha256, bytes] as const), since: Date.now() });
        }
        this.#settled(store);
      },
    };
  }

  #settled({ full }: Store): void {
    this.report.kept = full === undefined;
    this.report.reason = full;
    if (full !== undefined) console.warn(`sconce: the model is not kept for the next visit: ${full}`);
  }

  /** Looks, while the model runs already, whether the server has a newer version: the next visit fetches it. */
  async #revalidate(store: Store, entry: Entry): Promise<void> {
    try {
      const response = await fetch(entry.url, { method: "HEAD", cache: "no-cache" });
      const version = versionOf(response);
      const known = version.etag !== undefined || version.modified !== undefined;
      if (response.ok && known && !sameVersion(entry.version, version)) await store.keep("file", { ...entry, stale: true });
    } catch {
      // Offline: what there is will do.
    }
  }
}
