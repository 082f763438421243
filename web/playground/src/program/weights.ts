import { formatBytes } from "../format.js";
import { factsOf } from "../manifest.js";

const shownNames = 4;

/** The SHA-256 in the name of a file of weights, as `sconce compile --split` writes it. */
export function digestOf(path: string): string | undefined {
  return /(?:^|\/)([0-9a-f]{64})\.bin$/.exec(path)?.[1];
}

/** The files of weights that a model wants and that were not given. */
export function missingWeights(model: Uint8Array, given: ReadonlyMap<string, unknown>): string[] {
  return factsOf(model).weights.filter(({ sha256 }) => !given.has(sha256)).map(({ sha256 }) => `weights/${sha256}.bin`);
}

/** What a visitor is told of them. */
export function sayMissing(name: string, missing: readonly string[], model: Uint8Array): string {
  const { weights } = factsOf(model);
  const shown = missing.slice(0, shownNames).map((path) => `\n  ${path}`).join("");
  const more = missing.length > shownNames ? `\n  and ${missing.length - shownNames} more` : "";
  return `${name} keeps its weights in files of their own, and ${missing.length} of ${weights.length} are missing: drop the folder weights/ that lies beside it${shown}${more}`;
}

/** How large a model is, with the files of its weights. */
export function sizeOf(model: Uint8Array): string {
  const { weights } = factsOf(model);
  const bytes = formatBytes(model.length);
  return weights.length === 0 ? bytes : `${bytes} + ${formatBytes(weights.reduce((sum, shard) => sum + shard.bytes, 0))}`;
}
