import { type TensorInput, elementCount } from "sconce/core";
import { convert, tensor } from "sconce/tensor";
import { make } from "../../dom.js";
import { type InputCode, type InputPort, type InputSource, shapeOf } from "./source.js";

/** So many numbers have a field each. */
const mostFields = 64;

/** Numbers that a visitor writes: in a table where they are few, else as text. */
export class Numbers implements InputSource {
  readonly element = make("div", { className: "controls" });
  readonly decidesSizes = false;
  readonly #port: InputPort;
  #shape: readonly number[] = [];
  #fields: readonly HTMLInputElement[] = [];
  #text: HTMLTextAreaElement | undefined;

  constructor(port: InputPort) {
    this.#port = port;
    this.#build();
    // Open sizes change how many there are.
    port.sizes.element.addEventListener("change", () => this.#build());
  }

  async read(): Promise<TensorInput> {
    this.#build();
    const { name, dtype } = this.#port.port;
    const numbers = Float64Array.from(this.#text === undefined ? this.#fields.map((field) => numberIn(field.value, name)) : numbersIn(this.#text.value, name));
    const wanted = elementCount(this.#shape, name);
    if (numbers.length !== wanted) throw new Error(`${name} takes ${wanted} numbers, for [${this.#shape.join(", ")}], and ${numbers.length} are written`);
    return convert(tensor(numbers, { shape: this.#shape }), dtype);
  }

  code(): InputCode {
    const few = this.#text === undefined ? this.#fields.map(({ value }) => Number(value)).join(", ") : "/* numbers */";
    const options = `{ shape: [${this.#shape.join(", ")}], dtype: ${JSON.stringify(this.#port.port.dtype)} }`;
    return { imports: { "sconce/tensor": "tensor" }, expression: `tensor([${few}], ${options})` };
  }

  #build(): void {
    let shape: number[];
    try {
      shape = shapeOf(this.#port);
    } catch {
      // A size is being written.
      return;
    }
    if (this.element.childElementCount > 0 && shape.join() === this.#shape.join()) return;
    this.#shape = shape;
    const { name } = this.#port.port;
    const count = elementCount(shape, name);
    if (count > mostFields) {
      this.#fields = [];
      this.#text ??= make("textarea", { rows: 4, spellcheck: false, placeholder: "0.5 -1 2.25 …", ariaLabel: `${name}: numbers` });
      this.element.replaceChildren(this.#text, make("p", { className: "note" }, `${count.toLocaleString("en")} numbers, row by row, with blanks or commas between`));
      return;
    }
    this.#text = undefined;
    const columns = shape.at(-1) ?? 1;
    this.#fields = Array.from({ length: count }, (_, i) => make("input", { type: "number", step: "any", value: "0", ariaLabel: `${name}[${placeOf(i, shape).join(", ")}]` }));
    const rows = Array.from({ length: columns === 0 ? 0 : count / columns }, (_, row) =>
      make("tr", {}, ...this.#fields.slice(row * columns, (row + 1) * columns).map((field) => make("td", {}, field))));
    this.element.replaceChildren(make("div", { className: "scrolls" }, make("table", { className: "fields" }, make("tbody", {}, ...rows))));
  }
}

function placeOf(index: number, shape: readonly number[]): number[] {
  const place: number[] = [];
  for (let dim = shape.length - 1, rest = index; dim >= 0; dim--) {
    const size = shape[dim] ?? 1;
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return place;
}

/** The numbers of a text, whatever stands between them. */
export const numbersIn = (text: string, name: string): number[] => text.split(/[\s,;[\]]+/).filter((part) => part !== "").map((part) => numberIn(part, name));

function numberIn(text: string, name: string): number {
  const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity, true: 1, false: 0 };
  const value = special[text.toLowerCase()] ?? (text === "" ? NaN : Number(text));
  if (Number.isNaN(value) && text.toLowerCase() !== "nan") throw new Error(`${name}: expected a number, but ${text === "" ? "a field is empty" : `got ${JSON.stringify(text)}`}`);
  return value;
}
