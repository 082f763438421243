import type { Tensor, TensorInput } from "sconce/core";
import { formatShape } from "sconce/core";
import { make } from "../../dom.js";
import { isText, pictureForm, sizesOf, soundForm } from "../shapes.js";
import type { TextTokenizer } from "../tokenizer.js";
import { ArrayFile } from "./array-file.js";
import { Filled } from "./filled.js";
import { Numbers } from "./numbers.js";
import { Picture } from "./picture.js";
import { Sound } from "./sound.js";
import type { InputPort, InputSource } from "./source.js";
import { WrittenText } from "./text.js";

type Kind = "picture" | "sound" | "text" | "filled" | "numbers" | "array";

const titles: Readonly<Record<Kind, string>> = { picture: "Picture", sound: "Sound", text: "Text", filled: "Filled", numbers: "Numbers", array: "Array of NumPy" };

/** One input of the model: what it is, in one of the ways that fit its dtype and shape. */
export class InputForm {
  readonly element: HTMLElement;
  readonly port: InputPort;
  readonly #sources: ReadonlyMap<Kind, InputSource>;
  readonly #choice: HTMLSelectElement;

  constructor(port: InputPort, tokenizer: () => TextTokenizer | undefined) {
    this.port = port;
    const { name, dtype, shape } = port.port;
    const sizes = sizesOf(shape);
    const [picture, sound] = [pictureForm(dtype, sizes), soundForm(dtype, sizes)];
    const sources = new Map<Kind, InputSource>();
    if (picture !== undefined) sources.set("picture", new Picture(port, picture));
    if (sound !== undefined) sources.set("sound", new Sound(port, sound.samples));
    if (isText(dtype, sizes)) sources.set("text", new WrittenText(port, tokenizer));
    sources.set("filled", new Filled(port));
    if (!/complex|float8/.test(dtype)) sources.set("numbers", new Numbers(port));
    sources.set("array", new ArrayFile(port));
    this.#sources = sources;
    this.#choice = make("select", { ariaLabel: `What ${name} is` }, ...[...sources.keys()].map((kind) => make("option", { value: kind }, titles[kind])));
    this.#choice.value = "filled";
    this.#choice.addEventListener("change", () => this.#show());
    this.element = make("fieldset", { className: "port" },
      make("legend", {}, make("code", {}, name), make("span", { className: "form" }, `${dtype} ${formatShape(shape)}`)),
      this.#choice, ...[...sources.values()].map(({ element }) => element));
    this.element.dataset["input"] = name;
    // What a visitor gave is what is meant.
    for (const [kind, { element }] of sources) element.addEventListener("given", () => this.#choose(kind));
    this.#show();
  }

  get decidesSizes(): boolean {
    return this.#source.decidesSizes;
  }

  get kinds(): Iterable<Kind> {
    return this.#sources.keys();
  }

  read(): Promise<TensorInput> {
    return this.#source.read();
  }

  get code() {
    return this.#source.code();
  }

  /** Gives a file to the way that takes such ones; false where there is none. */
  async take(kind: "picture" | "sound" | "array", file: File): Promise<boolean> {
    const source = this.#sources.get(kind);
    if (source?.take === undefined) return false;
    await source.take(file);
    this.#choose(kind);
    return true;
  }

  set(tensor: Tensor, from: string): void {
    (this.#sources.get("array") as ArrayFile).set(tensor, from);
  }

  /** There is a tokenizer now. */
  tokenize(): boolean {
    const text = this.#sources.get("text");
    if (!(text instanceof WrittenText)) return false;
    text.show();
    this.#choose("text");
    return true;
  }

  get #source(): InputSource {
    return this.#sources.get(this.#choice.value as Kind) as InputSource;
  }

  #choose(kind: Kind): void {
    this.#choice.value = kind;
    this.#show();
  }

  #show(): void {
    for (const [kind, { element }] of this.#sources) element.hidden = kind !== this.#choice.value;
  }
}
