import type { Awaitable } from "../awaitable.js";
import type { GraphEncoding } from "../enums.js";
import { invalid } from "../errors.js";
import type { NNGraph } from "./backend.js";

/** Where graphs come from: by the bytes that a guest gives, or by a name that the host knows. */
export interface GraphStore {
  /** How many threads compute. */
  readonly threads: number;
  /** @param parts the guest's own bytes, good until this returns */
  load(parts: readonly Uint8Array[], encoding: GraphEncoding): Awaitable<NNGraph>;
  loadByName(name: string): Awaitable<NNGraph>;
  /** Ends the store's threads. */
  dispose(): void;
}

/** The bytes of a graph that comes in parts: all formats here have one. */
export function onlyPart(parts: readonly Uint8Array[]): Uint8Array {
  const [bytes] = parts;
  if (bytes === undefined || parts.length > 1) throw invalid(`a compiled model, or PyTorch's file, is one part; got ${parts.length}`);
  return bytes;
}
