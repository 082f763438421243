import { NNError } from "../errors.js";
import type { GraphSource } from "./catalogue.js";

/** All bytes of a file, now: what a guest asks for while it runs cannot be waited for. */
export function readNow(source: GraphSource): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  // Workers of a page can; Node has nothing like it.
  const { FileReaderSync: Reader } = globalThis as { FileReaderSync?: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer } };
  if (source instanceof Blob && Reader !== undefined) return new Uint8Array(new Reader().readAsArrayBuffer(source));
  if (typeof source !== "string" && !(source instanceof URL)) {
    throw new NNError("unsupported-operation", "a Blob or Response cannot be read while the guest waits: name it in the option graphs, which are loaded before");
  }
  return typeof XMLHttpRequest === "undefined" ? readFile(source) : fetchNow(String(source));
}

/** In a worker this is allowed, and the browser's cache serves it. */
function fetchNow(address: string): Uint8Array {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch (error) {
    throw new NNError("not-found", `${address} cannot be fetched: ${(error as Error).message}`);
  }
  if (request.status >= 400) throw new NNError("not-found", `${address} cannot be fetched: the server answers ${request.status}`);
  return new Uint8Array(request.response as ArrayBuffer);
}

function readFile(address: string | URL): Uint8Array {
  const text = String(address);
  if (/^https?:/i.test(text)) {
    throw new NNError("unsupported-operation", `${text} cannot be fetched while the guest waits: name it in the option graphs, which are loaded before`);
  }
  try {
    return process.getBuiltinModule("node:fs").readFileSync(text.startsWith("file:") ? new URL(text) : text);
  } catch (error) {
    throw new NNError("not-found", `${text} cannot be read: ${(error as Error).message}`);
  }
}
