import { SconceError, describe } from "../shared/errors.js";
import type { ShardInfo } from "../artifact/manifest.js";
import type { Network } from "./network.js";
import { type OpenShard, shardName, weightsBeside } from "./shards.js";
import { type ByteStream, reading } from "./stream.js";

/** A compiled model's file. A string is a URL, relative to the page; in Node it may be a path. */
export type FileSource = string | URL | Response | Blob | ArrayBuffer | Uint8Array;

/** Where a compiled model comes from. */
export type Source = FileSource | WebAssembly.Module;

export interface SourceOptions {
  readonly signal?: AbortSignal | undefined;
  /** The name of the cache to keep it in. */
  readonly cache?: string | undefined;
  /** The folder of its weights, where it is not `weights/` beside the file. */
  readonly weights?: string | URL | undefined;
}

const pieceBytes = 1 << 20;

/** What is smaller is not worth the code that resumes it. */
const largeBytes = 1 << 20;

export async function open(source: FileSource, options: SourceOptions = {}): Promise<ByteStream> {
  const address = typeof source === "string" || source instanceof URL ? resolve(source)
    : typeof Response !== "undefined" && source instanceof Response ? source.url : "";
  const network = lazily(options);
  const stream = await openFile(source, address, options, network);
  const { cache, weights } = options;
  const report = cache === undefined ? undefined
    : stream.settle !== undefined || isRemote(address) && !(source instanceof Response) ? (await network()).report
    : { kept: false, fetched: 0, reason: "only what is fetched by its URL is kept" };
  return { ...stream, cache: report, shard: shardOpener(address, weights === undefined ? undefined : resolve(weights), network) };
}

async function openFile(source: FileSource, address: string, options: SourceOptions, network: () => Promise<Network>): Promise<ByteStream> {
  const { signal, cache } = options;
  if (source instanceof ArrayBuffer) return pieces(new Uint8Array(source));
  if (ArrayBuffer.isView(source)) return pieces(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
  if (typeof Blob !== "undefined" && source instanceof Blob) return { chunks: reading(source.stream(), "the blob", signal) };
  if (typeof Response !== "undefined" && source instanceof Response) return body(source, source.url || "the response", signal);
  if (typeof source !== "string" && !(source instanceof URL)) throw new SconceError("network", `load takes a URL, Response, Blob, bytes or WebAssembly.Module, got ${describe(source)}`);
  const name = String(source);
  if (isLocal(address)) return (await more()).localFile(address, name);
  if (cache !== undefined && isRemote(address)) return (await network()).file(address);
  let response: Response;
  try {
    response = await fetch(address, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw new SconceError("network", `${name} cannot be fetched: ${describe(error)}`, { cause: error });
  }
  const stream = body(response, name, signal);
  const { headers } = response;
  if (!isRemote(address) || (Number(headers.get("content-length") ?? Infinity) < largeBytes && !headers.has("content-encoding"))) return stream;
  // Where its script is not to be had, the file is read all the same.
  const resuming = await network().catch(() => undefined);
  return resuming?.resume(address, response) ?? stream;
}

const isRemote = (address: string) => /^https?:/i.test(address);

/** What addresses are relative to; nothing in Node, where they are paths. An extension's has a scheme of its own. */
function baseAddress(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}

const isLocal = (address: string) => baseAddress() === undefined && !/^(https?|data|blob):/i.test(address);

/** A whole URL, where it is relative to a page; else, in Node, a path. */
function resolve(address: string | URL): string {
  const base = baseAddress();
  const text = String(address);
  try {
    return base === undefined ? text : new URL(text, base).href;
  } catch (error) {
    throw new SconceError("network", `${text} cannot be fetched: ${describe(error)}`, { cause: error });
  }
}

/** The part of the runtime that pages with small models do without, fetched when it is wanted. */
const more = () => import("./network.js").catch((error: unknown) => {
  throw new SconceError("network", `network.js cannot be loaded: ${describe(error)}`, { cause: error });
});

function lazily({ signal, cache }: SourceOptions): () => Promise<Network> {
  let network: Promise<Network> | undefined;
  return () => (network ??= more().then(({ Network }) => Network.open({ signal, cache })));
}

function shardOpener(address: string, weights: string | undefined, network: () => Promise<Network>): OpenShard | undefined {
  // Beside bytes in memory there lies nothing.
  if (weights === undefined && (address === "" || /^(data|blob):/i.test(address))) return undefined;
  return async (shard, again) => {
    const url = weights === undefined ? shardAddress(address, shard) : `${weights.replace(/\/?$/, "/")}${shardName(shard).replace(/^.*\//, "")}`;
    return isLocal(url) ? (await more()).localFile(url, weightsBeside + url) : (await network()).shard(url, shard, again);
  };
}

/** Where a shard lies of a model at this address: a URL, or in Node a path. */
export function shardAddress(model: string | URL, shard: ShardInfo): string {
  const address = resolve(model);
  return /^\w\w+:/.test(address) ? new URL(shardName(shard), address).href : address.replace(/[^/\\]*$/, shardName(shard));
}

function body(response: Response, name: string, signal: AbortSignal | undefined): ByteStream {
  if (!response.ok) throw new SconceError("network", `${name} cannot be fetched: the server answers ${response.status} ${response.statusText}`.trimEnd());
  if (response.bodyUsed || response.body === null) throw new SconceError("network", `${name} has no body left to read`);
  // What is read leaves this thread; of a response that was made by hand the chunks may be somebody's.
  return { chunks: reading(response.body, name, signal, response.type === "default") };
}

function pieces(bytes: Uint8Array): ByteStream {
  async function* cut(): AsyncGenerator<Uint8Array> {
    // Copies: what is sent to the worker leaves this thread, and the caller's bytes are to stay.
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
  }
  return { chunks: cut() };
}
