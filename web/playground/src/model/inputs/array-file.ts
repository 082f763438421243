import type { Tensor, TensorInput } from "sconce/core";
import { readNpy } from "sconce/tensor";
import { make } from "../../dom.js";
import type { InputCode, InputPort, InputSource } from "./source.js";

/** An array that NumPy wrote. */
export class ArrayFile implements InputSource {
  readonly element: HTMLElement;
  readonly decidesSizes = true;
  readonly #port: InputPort;
  readonly #said = make("p", { className: "note" }, "No array yet: choose a .npy, or drop a .npy or .npz.");
  #tensor: Tensor | undefined;

  constructor(port: InputPort) {
    this.#port = port;
    const chooser = make("input", { type: "file", accept: ".npy", hidden: true });
    const choose = make("button", { type: "button" }, "Choose a .npy");
    choose.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      const [file] = chooser.files ?? [];
      if (file !== undefined) void this.take(file).catch((error: unknown) => (this.#said.textContent = error instanceof Error ? error.message : String(error)));
    });
    this.element = make("div", { className: "controls" }, make("div", { className: "row" }, choose, chooser), this.#said);
  }

  async take(file: File): Promise<void> {
    this.set(readNpy(new Uint8Array(await file.arrayBuffer()), file.name), file.name);
  }

  /** An array of a .npz. */
  set(tensor: Tensor, from: string): void {
    this.#tensor = tensor;
    this.#said.textContent = `${from}: ${tensor.dtype} [${tensor.shape.join(", ")}]`;
    this.element.dispatchEvent(new Event("given", { bubbles: true }));
  }

  async read(): Promise<TensorInput> {
    const { port, index, sizes } = this.#port;
    if (this.#tensor === undefined) throw new Error(`${port.name} waits for an array: choose a .npy, or drop a .npz whose arrays are called in0, in1, … or as the inputs`);
    sizes.learn(index, this.#tensor.shape, Number(this.#tensor.data[0]));
    return this.#tensor;
  }

  code(): InputCode {
    return { imports: { "sconce/tensor": "readNpy" }, expression: `readNpy(await (await fetch("${this.#port.port.name}.npy")).arrayBuffer())` };
  }
}
