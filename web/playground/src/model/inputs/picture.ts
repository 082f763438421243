import { type TensorInput } from "sconce/core";
import { type Fit, type PictureDType, type PictureOptions, type PictureSource, fromTensor, toTensor } from "sconce/image";
import { concatenate } from "sconce/tensor";
import { make } from "../../dom.js";
import { readGreyMap } from "../../grey-map.js";
import type { PictureForm } from "../shapes.js";
import { Camera } from "./camera.js";
import type { InputCode, InputPort, InputSource } from "./source.js";

/** What the numbers of bytes become. */
const ranges: Readonly<Record<string, { readonly text: string; readonly options: Pick<PictureOptions, "scale" | "mean" | "std"> }>> = {
  unit: { text: "0 to 1", options: {} },
  imagenet: { text: "ImageNet’s", options: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } },
  signed: { text: "-1 to 1", options: { mean: 0.5, std: 0.5 } },
  bytes: { text: "0 to 255", options: { scale: 1 } },
  own: { text: "by mean, deviation", options: {} },
};

const fits: Readonly<Record<Fit, string>> = { cover: "cropped", contain: "bordered", stretch: "stretched" };

/** A picture: a file, or what a camera sees, as the model takes it. */
export class Picture implements InputSource {
  readonly element: HTMLElement;
  readonly decidesSizes: boolean;
  readonly #port: InputPort;
  readonly #form: PictureForm;
  readonly #canvas = make("canvas", { className: "preview", width: 1, height: 1 });
  readonly #said = make("p", { className: "note" }, "No picture yet: choose one, or drop it here.");
  readonly #fit = make("select", {}, ...Object.entries(fits).map(([value, text]) => make("option", { value }, text)));
  readonly #range = make("select", {}, ...Object.entries(ranges).map(([value, { text }]) => make("option", { value }, text)));
  readonly #order = make("select", {}, make("option", { value: "rgb" }, "red, green, blue"), make("option", { value: "bgr" }, "blue, green, red"));
  readonly #mean = make("input", { value: "0.5", ariaLabel: "Mean, of all channels or one by one" });
  readonly #deviation = make("input", { value: "0.5", ariaLabel: "Deviation, of all channels or one by one" });
  readonly #width: HTMLInputElement;
  readonly #height: HTMLInputElement;
  #picture: PictureSource | undefined;

  constructor(port: InputPort, form: PictureForm) {
    [this.#port, this.#form] = [port, form];
    this.decidesSizes = port.port.shape.some((dim) => typeof dim !== "number");
    const chooser = make("input", { type: "file", accept: "image/*,.pgm", hidden: true });
    const choose = make("button", { type: "button" }, "Choose a picture");
    choose.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      const [file] = chooser.files ?? [];
      if (file !== undefined) void this.take(file).catch((error: unknown) => this.#say(error));
    });
    const camera = new Camera((frame) => void this.#show(frame, "from the camera"));
    [this.#width, this.#height] = ([["Width", form.width], ["Height", form.height]] as const)
      .map(([what, size]) => make("input", { type: "number", min: "1", step: "1", value: size === undefined ? "" : String(size), placeholder: "as it is", disabled: size !== undefined, ariaLabel: what })) as [HTMLInputElement, HTMLInputElement];
    const own = make("span", { className: "pair", hidden: true }, this.#mean, this.#deviation);
    this.#range.value = /uint8/.test(port.port.dtype) ? "bytes" : "unit";
    this.#range.addEventListener("change", () => (own.hidden = this.#range.value !== "own"));
    for (const control of [this.#fit, this.#range, this.#order, this.#width, this.#height, this.#mean, this.#deviation]) control.addEventListener("change", () => void this.#preview());
    this.element = make("div", { className: "controls picture" },
      make("div", { className: "row" }, choose, camera.button, chooser), camera.element,
      make("div", { className: "shown" }, this.#canvas, this.#said),
      make("div", { className: "options" },
        make("label", {}, "Size", make("span", { className: "pair" }, this.#width, this.#height)),
        make("label", {}, "Fitted", this.#fit),
        make("label", {}, "Numbers", this.#range, own),
        make("label", { hidden: form.channels === 1 }, "Channels", this.#order)));
    this.#canvas.hidden = true;
  }

  async take(file: File): Promise<void> {
    const grey = readGreyMap(new Uint8Array(await file.arrayBuffer()));
    await this.#show(grey ?? (await createImageBitmap(file)), file.name);
  }

  async read(): Promise<TensorInput> {
    if (this.#picture === undefined) throw new Error(`${this.#port.port.name} waits for a picture: choose one, or drop it on the page`);
    const one = await toTensor(this.#picture, this.#options());
    const { batch } = this.#form;
    // A fixed batch is the same picture so many times.
    return batch === undefined || batch <= 1 ? one : concatenate(Array.from({ length: batch }, () => one));
  }

  code(): InputCode {
    const options = Object.entries(this.#options()).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${JSON.stringify(value).replaceAll(",", ", ")}`);
    return { imports: { "sconce/image": "toTensor" }, expression: `await toTensor(document.querySelector("img"), { ${options.join(", ")} })` };
  }

  #options(): PictureOptions {
    const { layout, channels } = this.#form;
    const { dtype } = this.#port.port;
    const [width, height] = [this.#width, this.#height].map(({ value }) => (value === "" ? undefined : Number(value)));
    const range = this.#range.value;
    const numbers = range === "own" ? { mean: numbersOf(this.#mean, "the mean"), std: numbersOf(this.#deviation, "the deviation") } : ranges[range]?.options ?? {};
    const perChannel = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Array.isArray(value) && channels === 1 ? (value[0] as number) : value]));
    return {
      ...(width === undefined && height === undefined ? {} : { width: width ?? (height as number), height: height ?? (width as number), fit: this.#fit.value as Fit }),
      ...(layout === "nchw" ? {} : { layout }),
      ...(channels === 1 ? { channels: "gray" } : this.#order.value === "bgr" ? { channels: "bgr" } : {}),
      ...(dtype === "float32" ? {} : { dtype: dtype as PictureDType }),
      ...perChannel,
    };
  }

  async #show(picture: PictureSource, from: string): Promise<void> {
    this.#picture = picture;
    this.#said.textContent = from;
    await this.#preview();
    this.element.dispatchEvent(new Event("given", { bubbles: true }));
  }

  /** The picture as the model sees it. */
  async #preview(): Promise<void> {
    if (this.#picture === undefined) return;
    try {
      const options = this.#options();
      const { layout, channels, scale, mean, std } = options;
      const seen = fromTensor(await toTensor(this.#picture, options), { layout, channels, scale, mean, std });
      [this.#canvas.width, this.#canvas.height, this.#canvas.hidden] = [seen.width, seen.height, false];
      this.#canvas.getContext("2d")?.putImageData(seen, 0, 0);
      this.#said.textContent = `${this.#said.textContent?.split(", as the model")[0]}, as the model sees it: ${seen.width} × ${seen.height}`;
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error: unknown): void {
    this.#said.textContent = error instanceof Error ? error.message : String(error);
  }
}

function numbersOf({ value }: HTMLInputElement, what: string): number | number[] {
  const numbers = value.split(/[\s,]+/).filter((part) => part !== "").map(Number);
  if (numbers.length === 0 || numbers.some(Number.isNaN)) throw new Error(`${what} is a number, or one for each channel, not ${JSON.stringify(value)}`);
  return numbers.length === 1 ? (numbers[0] as number) : numbers;
}
