import type { Manifest } from "../artifact/manifest.js";
import { meets, namesIn } from "../shared/conditions.js";
import type { SymbolValues } from "../shared/dims.js";
import { SconceError } from "../shared/errors.js";

/** Throws where the sizes break a condition of the model. */
export function checkSizes(manifest: Manifest, symbols: SymbolValues): void {
  for (const { condition, text, why, source } of manifest.checks) {
    if (meets(condition, symbols)) continue;
    const met = manifest.symbols.filter(({ name }) => namesIn(condition).has(name)).map(({ name, input, dim, scale, offset }) =>
      `dim ${dim} of ${JSON.stringify(manifest.inputs[input]?.name)} is ${(symbols.get(name) ?? 0) * scale + offset}`);
    throw new SconceError("input", `the inputs' sizes break a condition of the model, ${text}, for ${met.join(" and ")}: ${why}`
      + `${source === undefined ? "" : ` (${source})`}; give inputs whose sizes meet it, or export the model for these`);
  }
}
