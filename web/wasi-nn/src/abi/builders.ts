import { type GraphEncoding, executionTargets } from "../enums.js";
import { NNError, invalid } from "../errors.js";
import type { GuestMemory } from "./guest-memory.js";

/** A graph's parts as a guest gives them: pairs of address and size. */
export function builderList(memory: GuestMemory, address: number, count: number): Uint8Array[] {
  const pairs = memory.u32s(address, 2 * (count >>> 0));
  return Array.from({ length: count >>> 0 }, (_, i) => memory.bytes(pairs[2 * i] ?? 0, pairs[2 * i + 1] ?? 0));
}

export function encodingOf(encodings: readonly GraphEncoding[], number: number): GraphEncoding {
  const encoding = encodings[number >>> 0];
  if (encoding === undefined) throw new NNError("invalid-encoding", `there is no graph encoding ${number >>> 0}`);
  return encoding;
}

export function checkTarget(number: number): void {
  if (executionTargets[number >>> 0] === undefined) throw invalid(`there is no execution target ${number >>> 0}`);
}
