import type { SymbolInfo } from "sconce/core";
import { make } from "../dom.js";

/** Sizes that a model leaves open, each a field: what the inputs that are made here have. Inputs that are given say their own. */
export class OpenSizes {
  readonly element: HTMLElement;
  readonly #symbols: readonly SymbolInfo[];
  readonly #fields: readonly HTMLInputElement[];

  constructor(symbols: readonly SymbolInfo[]) {
    this.#symbols = symbols;
    this.#fields = symbols.map(({ name, min, max }) => make("input", {
      type: "number", id: `size-${name}`, min: String(min), max: max === null ? "" : String(max), step: "1", value: String(firstSize(min, max)), required: true,
    }));
    this.element = make("div", { className: "sizes", hidden: symbols.length === 0 }, ...symbols.map(({ name, min, max }, i) =>
      make("label", {}, make("span", {}, make("code", {}, name), `, ${max === null ? `${min} or more` : `${min} to ${max}`}`), this.#fields[i] as HTMLInputElement)));
  }

  /** As they are now. Throws where one is out of its range. */
  values(): Map<string, number> {
    return new Map(this.#symbols.map(({ name, min, max }, i) => {
      const value = Number(this.#fields[i]?.value);
      if (!Number.isInteger(value) || value < min || value > (max ?? Infinity)) throw new Error(`${name} can be ${min} to ${max ?? "any size"}, not ${this.#fields[i]?.value || "nothing"}`);
      return [name, value];
    }));
  }

  /**
   * Takes over the sizes that a given input has.
   * @param value of an input without dimensions, which may be a size itself
   */
  learn(input: number, shape: readonly number[], value?: number): void {
    this.#symbols.forEach((symbol, i) => {
      const size = shape.length === 0 ? value : shape[symbol.dim];
      const field = this.#fields[i];
      if (symbol.input === input && size !== undefined && field !== undefined) field.value = String((size - symbol.offset) / symbol.scale);
    });
  }
}

/** One; where there must be more, the least. */
const firstSize = (min: number, max: number | null): number => Math.min(Math.max(1, min), max ?? Infinity);
