// A server of static files, and what servers do wrong: the first part of a path says which. Page tests in tests/browser use it too.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

export interface Asked {
  readonly manner: string;
  readonly method: string;
  readonly path: string;
  /** The byte from which on it was asked for. */
  readonly from: number;
  /** Bytes of the body that were sent. */
  sent: number;
}

interface Manner {
  /** Bytes after which a connection breaks off. */
  readonly cut?: number;
  /** Only the first connection for each file breaks off. */
  readonly cutOnce?: boolean;
  /** Answers ranges with the whole. */
  readonly noRanges?: boolean;
  readonly gzip?: boolean;
  /** Changes a byte of shards: in the first answer alone, or in all. */
  readonly flip?: "once" | "always";
  /** Bytes of a shard that are missing, or too many. */
  readonly missing?: number;
  readonly status?: { readonly code: number; readonly times: number };
  readonly html?: boolean;
  /** Milliseconds between pieces of 64 KiB. */
  readonly pause?: number;
  /** A new version with each answer. */
  readonly changing?: boolean;
  /** Neither ETag nor Last-Modified. */
  readonly nameless?: boolean;
  /** Says no length. */
  readonly chunked?: boolean;
}

export const manners = {
  good: {},
  cutting: { cut: 150_000 },
  "cutting-whole": { cut: 700_000, cutOnce: true, noRanges: true },
  gzip: { gzip: true },
  "gzip-cutting": { gzip: true, cut: 20_000, cutOnce: true },
  flipping: { flip: "once" },
  damaged: { flip: "always" },
  short: { missing: 10 },
  long: { missing: -10 },
  gone: { status: { code: 404, times: Infinity } },
  busy: { status: { code: 503, times: 2 } },
  html: { html: true },
  slow: { pause: 30 },
  changing: { cut: 150_000, changing: true },
  nameless: { cut: 150_000, nameless: true },
  chunked: { cut: 150_000, chunked: true },
} as const satisfies Readonly<Record<string, Manner>>;

export type MannerName = keyof typeof manners;

const types: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".wasm": "application/wasm" };

/** @param files by their paths below a manner's; shards are misbehaved with more than the model's own file */
export async function startMisbehaving(files: ReadonlyMap<string, Uint8Array>, folders: Readonly<Record<string, string>> = {}) {
  const asked: Asked[] = [];
  const answered = new Map<string, number>();
  let version = 1;
  let up = true;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const [, first = "", ...rest] = new URL(request.url ?? "", "http://localhost").pathname.split("/");
    const name = rest.join("/");
    if (first === "control") return control(name, response);
    const folder = folders[first];
    if (folder !== undefined) return sendFile(join(folder, normalize(`/${name}`)), response);
    const whole = files.get(name);
    const manner: Manner | undefined = Object.hasOwn(manners, first) ? manners[first as MannerName] : undefined;
    if (whole === undefined || manner === undefined) return response.writeHead(404).end();
    if (!up) return request.destroy();
    // A look at its version is no download.
    const times = answered.get(`${first}/${name}`) ?? 0;
    if (request.method === "GET") answered.set(`${first}/${name}`, times + 1);
    const from = manner.noRanges || manner.gzip ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const entry: Asked = { manner: first, method: request.method ?? "", path: name, from: Number(/\d+/.exec(request.headers.range ?? "0")), sent: 0 };
    asked.push(entry);
    const isShard = name.includes("weights/");
    if (isShard && manner.status !== undefined && times < manner.status.times) return response.writeHead(manner.status.code).end();
    if (isShard && manner.html) return response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>Not here</title>");
    let body = isShard ? changed(whole, manner, times) : whole;
    const headers: Record<string, string> = { "Content-Type": types[extname(name)] ?? "application/octet-stream", "Cache-Control": "no-cache" };
    if (!manner.nameless) headers["ETag"] = `"${name.length}-${manner.changing ? times : version}"`;
    if (manner.gzip && /gzip/.test(String(request.headers["accept-encoding"]))) {
      body = gzipSync(body, { level: 1 });
      headers["Content-Encoding"] = "gzip";
      headers["ETag"] = `W/${headers["ETag"]}`;
    }
    if (from >= body.length && from > 0) return response.writeHead(416, { "Content-Range": `bytes */${body.length}` }).end();
    const part = body.subarray(from);
    if (!manner.chunked) headers["Content-Length"] = String(part.length);
    if (from > 0) headers["Content-Range"] = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (request.method === "HEAD") return response.end();
    const cut = manner.cut !== undefined && !(manner.cutOnce && times > 0) ? manner.cut : Infinity;
    await send(response, part.subarray(0, cut), entry, manner.pause);
    if (cut >= part.length) return response.end();
    // A body that ends in an error loses what nobody has read of it yet: an engine that is told of the error at once would never get on.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return response.destroy();
  }

  /** What a page asks of its server: to go down and up again, to deploy, to forget, and what was asked of it. */
  function control(command: string, response: ServerResponse): void {
    if (command === "down" || command === "up") up = command === "up";
    else if (command === "deploy") version++;
    else if (command === "forget") forget();
    response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" }).end(JSON.stringify(asked));
  }

  function forget(): void {
    asked.length = 0;
    answered.clear();
  }

  const server = createServer((request, response) => void answer(request, response).catch((error: unknown) => response.destroy(error as Error)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    asked,
    /** Bytes that were sent of files whose names have this in them. */
    sent: (what = ""): number => asked.filter(({ path }) => path.includes(what)).reduce((sum, { sent }) => sum + sent, 0),
    forget,
    close: (): Promise<void> => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

function changed(whole: Uint8Array, { flip, missing = 0 }: Manner, times: number): Uint8Array {
  if (flip !== undefined && (flip === "always" || times === 0)) return whole.map((byte, i) => (i === whole.length >> 1 ? byte ^ 1 : byte));
  if (missing > 0) return whole.subarray(0, whole.length - missing);
  return missing < 0 ? Buffer.concat([whole, new Uint8Array(-missing)]) : whole;
}

async function send(response: ServerResponse, bytes: Uint8Array, entry: Asked, pause: number | undefined): Promise<void> {
  const pieceBytes = 1 << 16;
  for (let at = 0; at < bytes.length && !response.destroyed; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    await new Promise<void>((resolve) => response.write(piece, () => resolve()));
    entry.sent += piece.length;
    if (pause !== undefined) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) return void response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Content-Length": found.size, "Cache-Control": "max-age=3600" });
  createReadStream(path).pipe(response);
}
