import { type TensorInput, elementCount, elementSize, viewOf } from "sconce/core";
import { convert, type TensorOf } from "sconce/tensor";
import { make } from "../../dom.js";
import { isInteger } from "../shapes.js";
import { type InputCode, type InputPort, type InputSource, shapeOf } from "./source.js";

export type Filling = "random" | "zeros" | "ones" | "counting";

const fillings: Readonly<Record<Filling, string>> = { random: "random numbers", zeros: "zeros", ones: "ones", counting: "0, 1, 2, …" };

/** Numbers that nobody chose. */
export class Filled implements InputSource {
  readonly element: HTMLElement;
  readonly decidesSizes = false;
  readonly #port: InputPort;
  readonly #choice: HTMLSelectElement;

  constructor(port: InputPort) {
    this.#port = port;
    this.#choice = make("select", {}, ...Object.entries(fillings).map(([value, text]) => make("option", { value }, text)));
    this.#choice.value = likelyFilling(port.port.name);
    this.element = make("div", { className: "controls" }, make("label", {}, "with", this.#choice));
  }

  async read(): Promise<TensorInput> {
    const { dtype, name } = this.#port.port;
    const shape = shapeOf(this.#port);
    const elements = elementCount(shape, name);
    // Complex numbers and floats of 8 bits have no numbers of their own here.
    if (/complex|float8/.test(dtype)) return { dtype, shape, data: viewOf(dtype, new ArrayBuffer(elements * elementSize(dtype)), 0, elements) };
    const numbers: TensorOf<"float64"> = { dtype: "float64", shape, data: filled(elements, this.#choice.value as Filling, isInteger(dtype) || dtype === "bool") };
    return convert(numbers, dtype);
  }

  code(): InputCode {
    return { imports: { "sconce/tensor": "zeros" }, expression: `zeros([${shapeOf(this.#port).join(", ")}], ${JSON.stringify(this.#port.port.dtype)})` };
  }
}

/** A mask of nothing but zeros would leave nothing to look at. */
export const likelyFilling = (name: string): Filling => (/mask/i.test(name) ? "ones" : /position/i.test(name) ? "counting" : "random");

/** Random numbers from -1 to 1; whole ones 0 or 1, which are indices of whatever is not empty. */
export function filled(count: number, filling: Filling, whole: boolean): ReturnType<typeof Float64Array.of> {
  const data = new Float64Array(count);
  if (filling === "ones") data.fill(1);
  else if (filling === "counting") for (let i = 0; i < count; i++) data[i] = i;
  else if (filling === "random") for (let i = 0; i < count; i++) data[i] = whole ? Number(Math.random() < 0.5) : 2 * Math.random() - 1;
  return data;
}
