import type { Outputs, Tensor } from "sconce/core";
import { writeNpz } from "sconce/tensor";
import { make } from "../../dom.js";
import { type Beside, viewsOf } from "./views.js";

/** The outputs of the last run, each in the way that fits it best, or that was chosen for it. */
export class OutputPanel {
  readonly #root: HTMLElement;
  /** By the outputs' names. */
  readonly #chosen = new Map<string, string>();
  #outputs: Outputs = {};
  #address = "";

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  async show(outputs: Outputs, beside: Beside): Promise<void> {
    this.#outputs = outputs;
    URL.revokeObjectURL(this.#address);
    const saved = Object.entries(outputs).filter(([, { dtype }]) => !/float8|bfloat16|complex32/.test(dtype));
    const link = saved.length === 0 ? [] : [await this.#link(Object.fromEntries(saved))];
    this.#root.replaceChildren(...Object.entries(outputs).map(([name, tensor]) => this.#output(name, tensor, beside)), ...link);
  }

  /** The same once more: there are labels now. */
  async again(beside: Beside): Promise<void> {
    if (Object.keys(this.#outputs).length > 0) await this.show(this.#outputs, beside);
  }

  clear(): void {
    this.#outputs = {};
    this.#root.replaceChildren();
  }

  #output(name: string, tensor: Tensor, beside: Beside): HTMLElement {
    const views = viewsOf(tensor, beside);
    const choice = make("select", { ariaLabel: `How ${name} is shown` }, ...views.map(({ title }) => make("option", { value: title }, title)));
    const place = make("div", { className: "seen" });
    const chosen = this.#chosen.get(name);
    if (views.some(({ title }) => title === chosen)) choice.value = chosen as string;
    const show = () => {
      try {
        place.replaceChildren(views.find(({ title }) => title === choice.value)?.show(tensor, beside) ?? "");
      } catch (error) {
        place.replaceChildren(make("p", { className: "note" }, error instanceof Error ? error.message : String(error)));
      }
    };
    choice.addEventListener("change", () => {
      this.#chosen.set(name, choice.value);
      show();
    });
    show();
    return make("section", { className: "port", ariaLabel: `Output ${name}` },
      make("header", {}, make("h3", {}, make("code", {}, name), make("span", { className: "form" }, `${tensor.dtype} [${tensor.shape.join(", ")}]`)), choice), place);
  }

  async #link(outputs: Outputs): Promise<HTMLElement> {
    this.#address = URL.createObjectURL(new Blob([await writeNpz(outputs)]));
    return make("a", { href: this.#address, download: "outputs.npz", className: "save-outputs" }, "Save as .npz");
  }
}
