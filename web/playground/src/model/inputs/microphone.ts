import { make } from "../../dom.js";

/** Records between two presses. */
export class Microphone {
  readonly button = make("button", { type: "button" }, "Microphone");
  readonly #recorded: (sound: Blob) => void;
  readonly #tell: (text: string) => void;
  #recorder: MediaRecorder | undefined;

  constructor(recorded: (sound: Blob) => void, tell: (text: string) => void) {
    [this.#recorded, this.#tell] = [recorded, tell];
    this.button.hidden = navigator.mediaDevices === undefined || typeof MediaRecorder !== "function";
    this.button.addEventListener("click", () => void (this.#recorder === undefined ? this.#open() : this.#recorder.stop()));
  }

  async #open(): Promise<void> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = new MediaRecorder(stream);
      const parts: Blob[] = [];
      recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
      recorder.addEventListener("stop", () => {
        for (const track of stream.getTracks()) track.stop();
        this.#recorder = undefined;
        this.button.textContent = "Microphone";
        this.#recorded(new Blob(parts, { type: recorder.mimeType }));
      });
      recorder.start();
      this.#recorder = recorder;
      this.button.textContent = "Stop recording";
      this.#tell("listening …");
    } catch (error) {
      this.#tell(`no microphone can be had: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
