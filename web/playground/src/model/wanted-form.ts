import type { WantedInput } from "../compiling.js";
import { element, make } from "../dom.js";

const dtypes = ["float32", "int64", "int32", "bool", "uint8", "float16", "float64"];

/** Asks what TorchScript's inputs are like, which the file does not say. */
export class WantedForm {
  readonly #form = element("wanted", HTMLFormElement);
  readonly #fields = element("wanted-fields", HTMLElement);
  #answer: (forms: string[]) => void = () => {};
  #read: () => string[] = () => [];

  constructor() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.hide();
      this.#answer(this.#read());
    });
  }

  /** @param answer given the forms, each as `x=float32:1x3x224x224` */
  ask(wanted: readonly WantedInput[], answer: (forms: string[]) => void): void {
    this.#answer = answer;
    const rows = wanted.map(({ name, isNumber }) => {
      const dtype = make("select", { ariaLabel: `${name}: dtype` }, ...dtypes.map((value) => make("option", { value }, value)));
      const sizes = make("input", {
        required: true, spellcheck: false, autocomplete: "off", ariaLabel: isNumber ? `${name}: number` : `${name}: sizes`,
        placeholder: isNumber ? "16000" : "1x3x224x224", pattern: isNumber ? "-?[0-9.e+\\-]+|true|false" : "[0-9A-Za-z_?.:]+",
      });
      const row = make("div", { className: "wanted-input" }, make("code", {}, name), ...(isNumber ? [] : [dtype]), sizes);
      return { row, read: () => (isNumber ? `${name}=${sizes.value.trim()}` : `${name}=${dtype.value}:${sizes.value.trim()}`) };
    });
    this.#fields.replaceChildren(...rows.map(({ row }) => row));
    this.#read = () => rows.map(({ read }) => read());
    this.#form.hidden = false;
    this.#fields.querySelector("input")?.focus();
  }

  hide(): void {
    this.#form.hidden = true;
  }
}
