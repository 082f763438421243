import { SconceError, describe } from "../shared/errors.js";

/** After so many attempts in a row that brought nothing, a connection is given up: some ten seconds. */
const mostFailures = 5;
const firstPauseMs = 300;

/** A connection that brings nothing for so long is taken to be lost: after a change of networks nobody tells. */
const stallMs = 30_000;

/** What a server says of a file's version. */
export interface Version {
  readonly etag: string | undefined;
  readonly modified: string | undefined;
}

export function versionOf({ headers }: Response): Version {
  return { etag: headers.get("etag") ?? undefined, modified: headers.get("last-modified") ?? undefined };
}

/** Whether two answers are known to be of one version. A server that compresses marks the tag of what it compressed. */
export function sameVersion(one: Version, other: Version): boolean {
  const [a, b] = [one, other].map(({ etag }) => etag?.replace(/^W\//, "").replace(/-(gzip|br|zstd|deflate)"$/, '"'));
  return a !== undefined && b !== undefined ? a === b : one.modified !== undefined && one.modified === other.modified;
}

/** Asks for a file from a byte on. It is compared afterwards whether it is of the version that was meant: If-Range would make servers of other origins ask beforehand. */
export function request(url: string, at: number, cache: RequestCache, signal?: AbortSignal): Promise<Response> {
  // The browser's own cache may hold a part of the file, and answer with the whole.
  return fetch(url, { cache: at > 0 ? "no-store" : cache, ...(at > 0 ? { headers: { Range: `bytes=${at}-` } } : {}), ...(signal === undefined ? {} : { signal }) });
}

export function refused(name: string, { status, statusText }: Response): SconceError {
  return new SconceError("network", `${name} cannot be fetched: the server answers ${status} ${statusText}`.trimEnd());
}

export interface DownloadOptions {
  /** What an error says before the URL. */
  readonly told?: string;
  readonly signal?: AbortSignal | undefined;
  /** Where to begin, and of which version the bytes before are. */
  readonly at?: number;
  readonly version?: Version | undefined;
  /** A first answer, whose body is not read yet. */
  readonly response?: Response | undefined;
  /** How many bytes there are, where that is known. */
  readonly size?: number | undefined;
  /** Whether somebody checks what comes: then it need not be known that it is of one version. */
  readonly checked?: boolean;
  /** Past the browser's own cache. */
  readonly reload?: boolean;
  /** Told of bytes that came over the network. */
  readonly onFetched?: ((bytes: number) => void) | undefined;
}

/** A connection that was lost, and may be tried again. */
class Lost extends Error {}

/** The bytes of a file on a server, as they arrive. What breaks off is taken up where it was. */
export class Download implements AsyncIterable<Uint8Array> {
  readonly #url: string;
  /** What errors call it. */
  readonly #name: string;
  readonly #options: DownloadOptions;
  #response: Response | undefined;
  #version: Version | undefined;
  #at: number;
  #size: number | undefined;
  #ranges = true;
  /** Whether all that has come was read; nothing where nobody tells. */
  #isRead: Settled | undefined;

  constructor(url: string, options: DownloadOptions) {
    this.#url = url;
    this.#name = (options.told ?? "") + url;
    this.#options = options;
    this.#response = options.response;
    this.#version = options.version;
    this.#at = options.at ?? 0;
    this.#size = options.size;
  }

  /**
   * Tells how many bytes there are, or that all was read which has come, and does not say: an engine may take a connection's end for the file's. Who has
   * called this once will tell.
   */
  expect(bytes: number | undefined): void {
    this.#size ??= bytes;
    this.#isRead ??= new Settled();
    this.#isRead.settle();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let failures = 0; ;) {
      const before = this.#at;
      try {
        return yield* this.#attempt();
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        if (!(error instanceof Lost)) throw error;
        failures = this.#at > before ? 1 : failures + 1;
        if (failures > mostFailures) {
          throw new SconceError("network", this.#at === 0 ? `${this.#name} cannot be fetched: ${error.message}`
            : `${this.#name} broke off at byte ${this.#at}, and ${mostFailures} attempts to go on brought nothing: ${error.message}`, { cause: error });
        }
        await this.#pause(firstPauseMs * 2 ** (failures - 1));
      }
    }
  }

  async *#attempt(): AsyncGenerator<Uint8Array> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const { signal, onFetched } = this.#options;
    signal?.addEventListener("abort", abort, { once: true });
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const response = this.#response ?? await this.#request(controller.signal);
      this.#response = undefined;
      if (response === undefined) return;
      let skip = this.#begin(response);
      reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
      // A first answer was asked for by somebody else.
      controller.signal.addEventListener("abort", () => void reader?.cancel().catch(() => {}));
      for (;;) {
        const chunk = await next(reader, abort);
        signal?.throwIfAborted();
        if (controller.signal.aborted) throw new Lost(`nothing came for ${stallMs / 1000} s`);
        if (chunk === undefined) break;
        onFetched?.(chunk.length);
        const passed = Math.min(skip, chunk.length);
        skip -= passed;
        this.#at += chunk.length - passed;
        if (passed === chunk.length) continue;
        this.#isRead?.unsettle();
        yield passed === 0 ? chunk : chunk.subarray(passed);
      }
      if (this.#size === undefined) await this.#isRead?.settled;
      if (this.#size !== undefined && this.#at < this.#size) throw new Lost(`it ended at byte ${this.#at} of ${this.#size}`);
    } finally {
      signal?.removeEventListener("abort", abort);
      controller.abort();
    }
  }

  /** The answer; nothing where the file ends here. */
  async #request(signal: AbortSignal): Promise<Response | undefined> {
    const response = await request(this.#url, this.#ranges ? this.#at : 0, this.#options.reload ? "reload" : "default", signal).catch((error: unknown) => {
      throw new Lost(describe(error), { cause: error });
    });
    const { status } = response;
    if (status === 416) return undefined;
    if (status === 408 || status === 429 || status >= 500) throw new Lost(`the server answers ${status}`);
    if (!response.ok) throw refused(this.#name, response);
    return response;
  }

  /** Looks where an answer begins; gives how many of its bytes are there already. */
  #begin(response: Response): number {
    const version = versionOf(response);
    if (this.#at > 0 && this.#options.checked !== true && !sameVersion(this.#version ?? version, version)) {
      throw new SconceError("network", `${this.#name} broke off at byte ${this.#at} and cannot be resumed: the file changed on the server, or its answers carry neither ETag nor Last-Modified; load it again`);
    }
    this.#version ??= version;
    if (response.status !== 206) return this.#at;
    // Of another origin this header may be hidden: then it is what was asked for.
    const start = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? this.#at);
    // What is compressed has other places.
    if (start <= this.#at && !response.headers.has("content-encoding")) return this.#at - start;
    this.#ranges = false;
    throw new Lost("the server answers with another range than it was asked for");
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#options;
    await new Promise<void>((resolve) => {
      const resume = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", resume);
        resolve();
      };
      const timer = setTimeout(resume, milliseconds);
      signal?.addEventListener("abort", resume);
    });
    signal?.throwIfAborted();
  }
}

/** Something that is so, or not yet. */
class Settled {
  settled: Promise<void> = Promise.resolve();
  #settle: (() => void) | undefined;

  settle(): void {
    this.#settle?.();
    this.#settle = undefined;
  }

  unsettle(): void {
    if (this.#settle === undefined) this.settled = new Promise((resolve) => (this.#settle = resolve));
  }
}

/** The next chunk of a body; nothing at its end. */
async function next(reader: ReadableStreamDefaultReader<Uint8Array> | undefined, stalled: () => void): Promise<Uint8Array | undefined> {
  const timer = setTimeout(stalled, stallMs);
  try {
    const result = await reader?.read();
    return result?.done === false ? result.value : undefined;
  } catch (error) {
    throw new Lost(describe(error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
