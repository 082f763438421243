// Sampling rates, as torchaudio.functional.resample changes them: each new sample is a sum over its neighbourhood, by a sinc in a Hann window.
import { checkOptions, type OptionCheck } from "../shared/options.js";
import { typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";

export interface ResampleOptions {
  /** How many zero crossings of the sinc there are on each side: 6 without it. More is sharper, and slower. */
  readonly lowpassFilterWidth?: number | undefined;
  /** Where the filter ends, as a part of the lower rate's half: 0.99 without it. */
  readonly rolloff?: number | undefined;
}

const checks: Readonly<Record<string, OptionCheck>> = {
  lowpassFilterWidth: ["a whole number from 1 up", (value) => Number.isInteger(value) && (value as number) >= 1],
  rolloff: ["a number above 0, and at most 1", (value) => typeof value === "number" && value > 0 && value <= 1],
};

/** Samples at one rate as samples at another, to be had at once. */
export function resample(samples: Float32Array, from: number, to: number, options: ResampleOptions = {}): ReturnType<typeof Float32Array.of> {
  const resampler = new Resampler(from, to, options);
  const [body, end] = [resampler.push(samples), resampler.flush()];
  const all = new Float32Array(body.length + end.length);
  all.set(body);
  all.set(end, body.length);
  return all;
}

/** Resamples what comes piece by piece: `push` gives what can be told already, `flush` the rest. Together they are what `resample` gives of all pieces at once. */
export class Resampler {
  /** Samples that later ones are made of. Before the first there is silence. */
  #kept: Float32Array;
  /** How many came in, and went out. */
  #came = 0;
  #gone = 0;
  readonly #step: number;
  readonly #phases: number;
  readonly #reach: number;
  /** For each phase of the new rate the first sample that it takes, from that of its turn, and by which weights. */
  readonly #taps: readonly { readonly start: number; readonly weights: Float64Array }[];

  constructor(from: number, to: number, options: ResampleOptions = {}) {
    checkOptions("resample", options, checks);
    for (const rate of [from, to]) if (!Number.isInteger(rate) || rate < 1) throw wrong(`a sampling rate is a whole number of Hz from 1 up, got ${String(rate)}`);
    const { lowpassFilterWidth: width = 6, rolloff = 0.99 } = options;
    const common = greatestCommonDivisor(from, to);
    [this.#step, this.#phases] = [from / common, to / common];
    const base = Math.min(this.#step, this.#phases) * rolloff;
    this.#reach = from === to ? 0 : Math.ceil((width * this.#step) / base);
    this.#taps = Array.from({ length: this.#phases }, (_, phase) => {
      if (from === to) return { start: 0, weights: Float64Array.of(1) };
      const weights: number[] = [];
      let start = 0;
      for (let i = -this.#reach; i < this.#reach + this.#step; i++) {
        const time = (i / this.#step - phase / this.#phases) * base;
        // The window ends here.
        if (Math.abs(time) >= width) continue;
        if (weights.length === 0) start = i;
        const angle = time * Math.PI;
        weights.push((angle === 0 ? 1 : Math.sin(angle) / angle) * Math.cos(angle / width / 2) ** 2 * (base / this.#step));
      }
      return { start, weights: Float64Array.from(weights) };
    });
    this.#kept = new Float32Array(this.#reach);
  }

  /** The new samples that are known once these have come. */
  push(samples: Float32Array): ReturnType<typeof Float32Array.of> {
    if (typeName(samples) !== "Float32Array") throw wrong(`samples come in a Float32Array, got ${typeName(samples)}`);
    this.#came += samples.length;
    return this.#make(samples, Infinity);
  }

  /** The last samples; after them there is silence. The next push begins anew. */
  flush(): ReturnType<typeof Float32Array.of> {
    const end = this.#make(new Float32Array(this.#reach + this.#step), Math.ceil((this.#phases * this.#came) / this.#step));
    this.#kept = new Float32Array(this.#reach);
    [this.#came, this.#gone] = [0, 0];
    return end;
  }

  #make(samples: Float32Array, most: number): ReturnType<typeof Float32Array.of> {
    const all = new Float32Array(this.#kept.length + samples.length);
    all.set(this.#kept);
    all.set(samples, this.#kept.length);
    // A turn is so many samples in, so many out; where the kept ones begin was settled by the turns before.
    const done = Math.floor(this.#gone / this.#phases);
    let [turn, phase, count] = [0, this.#gone % this.#phases, 0];
    const made = new Float32Array((Math.ceil(all.length / this.#step) + 1) * this.#phases);
    for (; this.#gone < most; this.#gone++) {
      const { start, weights } = this.#taps[phase] as { start: number; weights: Float64Array };
      const first = turn * this.#step + this.#reach + start;
      if (first + weights.length > all.length) break;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (all[first + k] as number);
      made[count++] = sum;
      if (++phase === this.#phases) [turn, phase] = [turn + 1, 0];
    }
    this.#kept = all.slice((Math.floor(this.#gone / this.#phases) - done) * this.#step);
    return made.slice(0, count);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
