// The AudioWorklet's script: sends the sound that reaches its node to the page, one channel, in pieces. It stands for itself.

// What the scope of an AudioWorklet has, which TypeScript's library leaves out.
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: readonly (readonly Float32Array[])[]): boolean;
}
declare function registerProcessor(name: string, processor: new (options: { readonly processorOptions: { readonly piece: number } }) => AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  readonly #size: number;
  #piece: Float32Array<ArrayBuffer>;
  #filled = 0;
  #listening = true;

  constructor({ processorOptions: { piece } }: { readonly processorOptions: { readonly piece: number } }) {
    super();
    this.#size = piece;
    this.#piece = new Float32Array(piece);
    this.port.onmessage = () => (this.#listening = false);
  }

  process([channels = []]: readonly (readonly Float32Array[])[]): boolean {
    const [first] = channels;
    if (!this.#listening || first === undefined) return this.#listening;
    for (let i = 0; i < first.length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i] as number;
      this.#piece[this.#filled++] = sum / channels.length;
      if (this.#filled < this.#size) continue;
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      [this.#piece, this.#filled] = [new Float32Array(this.#size), 0];
    }
    return true;
  }
}

registerProcessor("sconce-capture", Capture);
