import type { Manifest } from "sconce/core";
import { kindOf } from "./kinds.js";

/** What the page wants to know of a model before it runs. */
export interface ModelFacts {
  /** Names of the sizes that it leaves open. */
  readonly sizes: readonly string[];
  /** The files that its weights are in, where they are not in its own. */
  readonly weights: readonly { readonly sha256: string; readonly bytes: number }[];
}

/** The first section of a compiled model, as it stands there: whoever loads the model checks it. Undefined where there is none. */
export function manifestOf(model: Uint8Array): Partial<Manifest> | undefined {
  if (kindOf(model) !== "model") return undefined;
  let at = 9;
  const number = () => {
    for (let value = 0, shift = 1; ; shift *= 128) {
      const byte = model[at++] ?? 0;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const section = number();
  const end = at + section;
  const name = number();
  try {
    return JSON.parse(new TextDecoder().decode(model.subarray(at + name, end))) as Partial<Manifest>;
  } catch {
    return undefined;
  }
}

/** What is not as it should be is said when it runs. */
export function factsOf(model: Uint8Array): ModelFacts {
  const { symbols = [], shards = [] } = manifestOf(model) ?? {};
  return { sizes: symbols.map(({ name }) => name), weights: shards };
}
