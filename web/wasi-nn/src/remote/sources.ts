import { NNError } from "../errors.js";
import type { GraphSource } from "../graphs/catalogue.js";
import type { Sent } from "./line.js";
import type { SentSource } from "./protocol.js";

/** Makes a file ready for another thread, in which a relative address would mean something else. */
export function sendSource(source: GraphSource): Sent<SentSource> {
  if (source instanceof Blob) return { value: source, transfer: [] };
  if (source instanceof Response) {
    if (!source.ok) throw new NNError("not-found", `${source.url || "the response"} cannot be fetched: the server answers ${source.status}`);
    if (source.bodyUsed || source.body === null) throw new NNError("invalid-argument", `${source.url || "the response"} has no body left to read`);
    return { value: source.body, transfer: [source.body] };
  }
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    // A copy that leaves: the giver's bytes stay, and of a view no more goes than it shows.
    const bytes = new Uint8Array(source as ArrayBuffer).slice();
    return { value: bytes, transfer: [bytes.buffer] };
  }
  return { value: new URL(source, document.baseURI).href, transfer: [] };
}

export function receiveSource(source: SentSource): GraphSource {
  return source instanceof ReadableStream ? new Response(source) : source;
}
