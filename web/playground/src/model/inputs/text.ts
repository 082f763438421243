import type { TensorInput } from "sconce/core";
import { convert, tensor } from "sconce/tensor";
import { make } from "../../dom.js";
import type { TextTokenizer } from "../tokenizer.js";
import { type InputCode, type InputPort, type InputSource, shapeOf } from "./source.js";

/** Text, as the ids of its tokens. */
export class WrittenText implements InputSource {
  readonly element: HTMLElement;
  readonly decidesSizes: boolean;
  readonly #port: InputPort;
  readonly #tokenizer: () => TextTokenizer | undefined;
  readonly #text = make("textarea", { rows: 3, value: "Once upon a time" });
  readonly #said = make("p", { className: "note" });

  /** @param tokenizer what was dropped beside the model, by now */
  constructor(port: InputPort, tokenizer: () => TextTokenizer | undefined) {
    [this.#port, this.#tokenizer] = [port, tokenizer];
    this.decidesSizes = typeof port.port.shape.at(-1) !== "number";
    this.#text.ariaLabel = `${port.port.name}: text`;
    this.#text.addEventListener("input", () => this.show());
    this.element = make("div", { className: "controls" }, this.#text, this.#said);
    this.show();
  }

  /** Tells of the tokens; to be called when there is another tokenizer. */
  show(): void {
    let ids: number[] | undefined;
    try {
      ids = this.#tokenizer()?.encode(this.#text.value);
    } catch (error) {
      this.#said.textContent = error instanceof Error ? error.message : String(error);
      return;
    }
    this.#said.textContent = ids === undefined ? "Drop the model’s tokenizer.json on the page." : `${ids.length} token${ids.length === 1 ? "" : "s"}: ${ids.slice(0, 12).join(" ")}${ids.length > 12 ? " …" : ""}`;
  }

  async read(): Promise<TensorInput> {
    const { port, index, sizes } = this.#port;
    const ids = this.#tokenizer()?.encode(this.#text.value);
    if (ids === undefined) throw new Error(`${port.name} waits for a tokenizer: drop the model's tokenizer.json on the page, or choose numbers instead`);
    if (ids.length === 0) throw new Error(`${port.name}: there is no text`);
    if (this.decidesSizes) sizes.learn(index, [...port.shape.slice(0, -1).map((dim) => (typeof dim === "number" ? dim : 1)), ids.length]);
    const shape = shapeOf(this.#port);
    const length = shape.at(-1) ?? 0;
    if (ids.length > length) throw new Error(`${port.name} takes ${length} tokens, and the text has ${ids.length}`);
    // A model of a fixed length is given zeros behind the text.
    const padded = new Float64Array(shape.reduce((a, b) => a * b, 1));
    padded.set(ids);
    return convert(tensor(padded, { shape }), port.dtype);
  }

  code(): InputCode {
    const { dtype } = this.#port.port;
    return {
      imports: { "@huggingface/tokenizers": "Tokenizer", "sconce/tensor": "tensor" },
      before: ['const tokenizer = new Tokenizer(await (await fetch("tokenizer.json")).json(), {});'],
      expression: `tensor([tokenizer.encode("Once upon a time").ids], { dtype: ${JSON.stringify(dtype)} })`,
    };
  }
}
