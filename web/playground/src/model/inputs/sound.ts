import type { TensorInput } from "sconce/core";
import { type SoundTensor, toTensor } from "sconce/audio";
import { convert } from "sconce/tensor";
import { make } from "../../dom.js";
import { paintWave } from "../outputs/wave.js";
import { Microphone } from "./microphone.js";
import { type InputCode, type InputPort, type InputSource, shapeOf } from "./source.js";

const rates = [8000, 16000, 22050, 24000, 32000, 44100, 48000];

/** Sound: a file, or what a microphone hears, at the rate that the model was trained at. */
export class Sound implements InputSource {
  readonly element: HTMLElement;
  readonly decidesSizes: boolean;
  readonly #port: InputPort;
  readonly #samples: number | undefined;
  readonly #rate = make("select", {}, ...rates.map((rate) => make("option", { value: String(rate) }, `${rate} Hz`)));
  readonly #canvas = make("canvas", { className: "wave", width: 600, height: 96, hidden: true });
  readonly #said = make("p", { className: "note" }, "No sound yet: choose a file, or drop it here.");
  #sound: Blob | undefined;
  #name = "";

  constructor(port: InputPort, samples: number | undefined) {
    [this.#port, this.#samples] = [port, samples];
    this.decidesSizes = samples === undefined;
    this.#rate.value = "16000";
    this.#rate.addEventListener("change", () => void this.#preview());
    const chooser = make("input", { type: "file", accept: "audio/*", hidden: true });
    const choose = make("button", { type: "button" }, "Choose a sound");
    choose.addEventListener("click", () => chooser.click());
    chooser.addEventListener("change", () => {
      const [file] = chooser.files ?? [];
      if (file !== undefined) void this.take(file);
    });
    const microphone = new Microphone((recorded) => void this.#show(recorded, "from the microphone"), (text) => (this.#said.textContent = text));
    this.element = make("div", { className: "controls" },
      make("div", { className: "row" }, choose, microphone.button, chooser),
      this.#canvas, this.#said, make("div", { className: "options" }, make("label", {}, "Rate", this.#rate)));
  }

  async take(file: File): Promise<void> {
    await this.#show(file, file.name);
  }

  async read(): Promise<TensorInput> {
    if (this.#sound === undefined) throw new Error(`${this.#port.port.name} waits for a sound: choose one, or drop it on the page`);
    const { data } = await this.#tensor(this.#sound);
    const samples = this.#samples ?? data.length;
    const one = data.slice(0, samples);
    const { port, index, sizes } = this.#port;
    if (this.#samples === undefined) sizes.learn(index, [...port.shape.slice(0, -1).map((dim) => (typeof dim === "number" ? dim : 1)), samples]);
    const shape = shapeOf(this.#port);
    const whole = new Float32Array(shape.reduce((a, b) => a * b, 1));
    // Silence behind what is too short; each channel the same.
    for (let at = 0; at < whole.length; at += samples) whole.set(one, at);
    return convert({ dtype: "float32", shape, data: whole }, port.dtype);
  }

  code(): InputCode {
    return { imports: { "sconce/audio": "toTensor as toSound" }, expression: `await toSound(file, { sampleRate: ${this.#rate.value} })` };
  }

  #tensor(sound: Blob): Promise<SoundTensor<1>> {
    return toTensor(sound, { sampleRate: Number(this.#rate.value) });
  }

  async #show(sound: Blob, name: string): Promise<void> {
    [this.#sound, this.#name] = [sound, name];
    await this.#preview();
    this.element.dispatchEvent(new Event("given", { bubbles: true }));
  }

  async #preview(): Promise<void> {
    if (this.#sound === undefined) return;
    try {
      const { data } = await this.#tensor(this.#sound);
      const rate = Number(this.#rate.value);
      const used = this.#samples === undefined || this.#samples === data.length ? ""
        : this.#samples < data.length ? `; the model takes the first ${(this.#samples / rate).toFixed(2)} s` : `; silence follows up to ${(this.#samples / rate).toFixed(2)} s`;
      this.#canvas.hidden = false;
      paintWave(this.#canvas, data.subarray(0, this.#samples ?? data.length));
      this.#said.textContent = `${this.#name}, ${(data.length / rate).toFixed(2)} s${used}`;
    } catch (error) {
      this.#said.textContent = error instanceof Error ? error.message : String(error);
    }
  }
}
