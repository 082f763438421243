// The development server's answers to requests for compiled models.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Models } from "./compiled.js";

const prefix = "@sconce/";

/** Where the server has a compiled model. Its digest is in it: what has an address never changes. */
export const addressOf = (base: string, digest: string, name: string): string => `${base}${prefix}${digest}/${encodeURIComponent(name)}`;

export function answer(models: Models, base: string) {
  return (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    const { url = "" } = request;
    const start = [base, "/"].map((before) => before + prefix).find((before) => url.startsWith(before));
    const [, digest, weights] = (start && /^([0-9a-f]{16})\/(?:weights\/([0-9a-f]{64}\.bin)$)?/.exec(url.slice(start.length))) || [];
    if (digest === undefined) next();
    else void models.find(digest, weights).then((path) => send(path, request, response)).catch(next);
  };
}

async function send(path: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (path === undefined) {
    response.writeHead(404, { "Content-Type": "text/plain" }).end("This model has changed: load the page again.");
    return;
  }
  const { size } = await stat(path);
  response.writeHead(200, { "Content-Type": path.endsWith(".wasm") ? "application/wasm" : "application/octet-stream", "Content-Length": size, "Cache-Control": "max-age=31536000, immutable" });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(path), response).catch(() => response.destroy());
}
