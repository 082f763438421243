import { builtin } from "./builtin.js";
import { SconceError, describe } from "./errors.js";

/** A compiled model's file. A string is a URL, relative to the page; in Node it may be a path. */
export type FileSource = string | URL | Response | Blob | ArrayBuffer | Uint8Array;

/** Where a compiled model comes from. */
export type Source = FileSource | WebAssembly.Module;

/** A file as it arrives. */
export interface ByteStream {
  readonly chunks: AsyncIterable<Uint8Array>;
}

const pieceBytes = 1 << 20;

export async function open(source: FileSource, signal?: AbortSignal): Promise<ByteStream> {
  if (source instanceof ArrayBuffer) return pieces(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return pieces(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (typeof Blob !== "undefined" && source instanceof Blob) return { chunks: reading(source.stream(), "the blob", signal) };
  if (typeof Response !== "undefined" && source instanceof Response) return body(source, source.url || "the response", signal);
  if (typeof source === "string" || source instanceof URL) return atAddress(source, signal);
  throw new SconceError("network", `load takes a URL, Response, Blob, bytes or WebAssembly.Module, got ${describe(source)}`);
}

async function atAddress(address: string | URL, signal: AbortSignal | undefined): Promise<ByteStream> {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  const base = document?.baseURI ?? location?.href;
  const text = String(address);
  if (base === undefined && !/^(https?|data|blob):/i.test(text)) return localFile(address, text);
  try {
    return body(await fetch(base === undefined ? text : new URL(text, base), signal === undefined ? {} : { signal }), text, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof SconceError) throw error;
    throw new SconceError("network", `${text} cannot be fetched: ${describe(error)}`, { cause: error });
  }
}

function body(response: Response, name: string, signal: AbortSignal | undefined): ByteStream {
  if (!response.ok) throw new SconceError("network", `${name} cannot be fetched: the server answers ${response.status} ${response.statusText}`.trimEnd());
  if (response.bodyUsed || response.body === null) throw new SconceError("network", `${name} has no body left to read`);
  // What is read leaves this thread; of a response that was made by hand the chunks may be somebody's.
  return { chunks: reading(response.body, name, signal, response.type === "default") };
}

// Not every engine's ReadableStream can be iterated.
async function* reading(stream: ReadableStream<Uint8Array>, name: string, signal?: AbortSignal, copies = false): AsyncGenerator<Uint8Array> {
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

function pieces(bytes: Uint8Array): ByteStream {
  async function* cut(): AsyncGenerator<Uint8Array> {
    // Copies: what is sent to the worker leaves this thread, and the caller's bytes are to stay.
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
  }
  return { chunks: cut() };
}

async function localFile(address: string | URL, text: string): Promise<ByteStream> {
  if (builtin === undefined) throw new SconceError("network", `${text} is no whole URL, and there is no page here that it could be relative to`);
  const { open: openFile } = builtin("node:fs/promises");
  const failed = (what: string, error?: unknown) => new SconceError("network", `${text} cannot be read: ${what}`, { cause: error });
  const file = await openFile(text.startsWith("file:") ? new URL(address) : text).catch((error: unknown) => { throw failed(describe(error), error); });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if ((await file.stat()).isDirectory()) throw failed("it is a folder; load takes the .wasm that `sconce compile` wrote");
      for await (const chunk of file.createReadStream({ highWaterMark: pieceBytes })) yield chunk as Uint8Array;
    } catch (error) {
      throw error instanceof SconceError ? error : failed(describe(error), error);
    } finally {
      await file.close();
    }
  }
  return { chunks: chunks() };
}
