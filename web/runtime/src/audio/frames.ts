import type { DataOf, TensorOf } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";

export interface FrameOptions {
  /** Samples of a frame. */
  readonly size: number;
  /** Samples from a frame's beginning to the next one's: `size` without it, so without overlap. */
  readonly hop?: number | undefined;
  /** Whether a last frame that is not full is filled with silence; without it such samples are left out, as Tensor.unfold does. */
  readonly pad?: boolean | undefined;
}

/** Sound cut into frames, which may overlap: [frames, size]. */
export function frames(samples: Float32Array, options: FrameOptions): TensorOf<"float32", DataOf["float32"], readonly [frames: number, size: number]> {
  const { size, hop } = checkFrames(options);
  const left = Math.max(0, samples.length - size);
  const count = options.pad === true ? (samples.length === 0 ? 0 : Math.ceil(left / hop) + 1) : samples.length < size ? 0 : Math.floor(left / hop) + 1;
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; i++) data.set(samples.subarray(i * hop, i * hop + size), i * size);
  return { dtype: "float32", shape: [count, size], data };
}

/** Cuts what comes piece by piece into frames. */
export class Framer {
  readonly #size: number;
  readonly #hop: number;
  #kept = new Float32Array(0);
  /** Samples between two frames that do not touch. */
  #skip = 0;

  constructor(options: FrameOptions) {
    ({ size: this.#size, hop: this.#hop } = checkFrames(options));
  }

  /** The frames that are full once these samples have come. */
  push(samples: Float32Array): ReturnType<typeof Float32Array.of>[] {
    const passed = Math.min(this.#skip, samples.length);
    this.#skip -= passed;
    const all = new Float32Array(this.#kept.length + samples.length - passed);
    all.set(this.#kept);
    all.set(samples.subarray(passed), this.#kept.length);
    const full: ReturnType<typeof Float32Array.of>[] = [];
    let at = 0;
    for (; at + this.#size <= all.length; at += this.#hop) full.push(all.slice(at, at + this.#size));
    this.#skip += Math.max(0, at - all.length);
    this.#kept = all.slice(Math.min(at, all.length));
    return full;
  }
}

function checkFrames({ size, hop = size }: FrameOptions): { readonly size: number; readonly hop: number } {
  for (const value of [size, hop]) if (!Number.isInteger(value) || value < 1) throw wrong(`a frame's size and hop are whole numbers of samples from 1 up, got { size: ${String(size)}, hop: ${String(hop)} }`);
  return { size, hop };
}
