import type { Awaitable } from "../awaitable.js";
import type { GraphEncoding } from "../enums.js";
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
