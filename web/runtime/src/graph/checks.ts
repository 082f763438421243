import type { Manifest } from "../artifact/manifest.js";
import { sources } from "./inputs.js";
import { meets, namesIn } from "../shared/conditions.js";
import type { SymbolValues } from "../shared/dims.js";
import { SconceError } from "../shared/errors.js";

/** Throws where the sizes break a condition of the model. */
export function checkSizes(manifest: Manifest, symbols: SymbolValues): void {
  for (const { condition, text, why, source } of manifest.checks) {
    if (meets(condition, symbols)) continue;
    const met = sources(manifest, namesIn(condition), ({ name, scale, offset }, source) => `${source} is ${(symbols.get(name) ?? 0) * scale + offset}`);
    throw new SconceError("input", `the inputs' sizes break a condition of the model, ${text}, for ${met}: ${why}`
      + `${source === undefined ? "" : ` (${source})`}; give inputs whose sizes meet it, or export the model for these`);
  }
}
