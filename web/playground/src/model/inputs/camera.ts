import { make } from "../../dom.js";

/** A camera that is on while somebody looks through it; a second press takes the picture. */
export class Camera {
  readonly button = make("button", { type: "button" }, "Camera");
  readonly element = make("div", { className: "camera", hidden: true });
  readonly #video = make("video", { muted: true, playsInline: true });
  readonly #said = make("p", { className: "note" });
  readonly #taken: (frame: ImageBitmap) => void;
  #stream: MediaStream | undefined;

  constructor(taken: (frame: ImageBitmap) => void) {
    this.#taken = taken;
    this.element.append(this.#video, this.#said);
    this.button.hidden = navigator.mediaDevices === undefined;
    this.button.addEventListener("click", () => void (this.#stream === undefined ? this.#open() : this.#take()));
  }

  async #open(): Promise<void> {
    this.element.hidden = false;
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
      this.#said.textContent = "";
      this.button.textContent = "Take the picture";
    } catch (error) {
      this.#close();
      this.element.hidden = false;
      this.#said.textContent = `no camera can be had: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #take(): Promise<void> {
    this.#taken(await createImageBitmap(this.#video));
    this.#close();
  }

  #close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.#video.srcObject = null;
    this.element.hidden = true;
    this.button.textContent = "Camera";
  }
}
