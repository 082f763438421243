// Mel spectrograms, by the arithmetic of torchaudio.transforms.MelSpectrogram and of librosa.
import { type OptionCheck, checkOptions, flag } from "../shared/options.js";
import { type DataOf, type TensorOf, typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";
import { makeFft } from "./fft.js";

/** How frequencies become mels: "htk", which is one logarithm, or "slaney", which is linear below 1000 Hz. */
export type MelScale = "htk" | "slaney";

/** The defaults are those of torchaudio.transforms.MelSpectrogram; beside each option its name there. */
export interface MelOptions {
  /** sample_rate: 16000 without it. */
  readonly sampleRate?: number | undefined;
  /** n_fft: 400 without it. */
  readonly fftSize?: number | undefined;
  /** win_length: fftSize without it. A Hann window of so many samples, in the middle of fftSize. */
  readonly windowSize?: number | undefined;
  /** hop_length: half of windowSize without it. */
  readonly hop?: number | undefined;
  /** n_mels: 128 without it. */
  readonly mels?: number | undefined;
  /** f_min, in Hz: 0 without it. */
  readonly minFrequency?: number | undefined;
  /** f_max, in Hz: half of sampleRate without it. */
  readonly maxFrequency?: number | undefined;
  /** power: 2 without it (energy); 1 is magnitude. */
  readonly power?: number | undefined;
  /** mel_scale: "htk" without it. librosa's is "slaney". */
  readonly scale?: MelScale | undefined;
  /** norm: "slaney" divides each mel by its width, as librosa does; without it nothing does. */
  readonly norm?: "slaney" | undefined;
  /** center: whether the first frame has its middle on the first sample, by reflecting the sound at both ends; true without it. */
  readonly center?: boolean | undefined;
  /** Whether logarithms are taken of what came out: "db" as AmplitudeToDB with top_db, "ln" and "log10" of numbers not below 1e-10. Without it none. */
  readonly log?: "db" | "ln" | "log10" | undefined;
  /** top_db, with log: "db": how far below the greatest numbers may lie. 80 as in librosa without it. */
  readonly range?: number | undefined;
}

const whole: OptionCheck = ["a whole number from 1 up", (value) => Number.isInteger(value) && (value as number) >= 1];
const notNegative: OptionCheck = ["a number from 0 up", (value) => typeof value === "number" && value >= 0];
const checks: Readonly<Record<string, OptionCheck>> = {
  sampleRate: whole, fftSize: whole, windowSize: whole, hop: whole, mels: whole, minFrequency: notNegative, maxFrequency: notNegative, power: notNegative,
  scale: ['"htk" or "slaney"', (value) => value === "htk" || value === "slaney"], norm: ['"slaney"', (value) => value === "slaney"], center: flag,
  log: ['"db", "ln" or "log10"', (value) => ["db", "ln", "log10"].includes(value as string)], range: notNegative,
};

/** The least of which a logarithm is taken. */
const floor = 1e-10;

/** A mel spectrogram of mono sound: [1, mels, frames]. */
export function melSpectrogram(samples: Float32Array, options: MelOptions = {}): TensorOf<"float32", DataOf["float32"], readonly [1, number, number]> {
  checkOptions("melSpectrogram", options, checks);
  const { frames, mels, values } = melPowers(samples, options);
  const { log, range = 80, power = 2 } = options;
  if (log === undefined) return { dtype: "float32", shape: [1, mels, frames], data: Float32Array.from(values) };
  // Of magnitudes a decibel is 20 logarithms.
  const factor = log === "db" ? (power === 1 ? 20 : 10) : 1;
  const of = log === "ln" ? Math.log : Math.log10;
  const data = Float32Array.from(values, (value) => factor * of(Math.max(value, floor)));
  const least = log === "db" ? data.reduce((a, b) => Math.max(a, b), -Infinity) - range : -Infinity;
  return { dtype: "float32", shape: [1, mels, frames], data: data.map((value) => Math.max(value, least)) };
}

/** The same in double precision, for logarithms to be taken of. */
export function melPowers(samples: Float32Array, options: MelOptions): { readonly mels: number; readonly frames: number; readonly values: Float64Array } {
  if (typeName(samples) !== "Float32Array") throw wrong(`a spectrogram is made of samples in a Float32Array, got ${typeName(samples)}${"data" in samples ? ": of a tensor give its data" : ""}`);
  const { fftSize = 400, mels = 128, power = 2, center = true } = options;
  const { windowSize = fftSize, hop = Math.floor(windowSize / 2) } = options;
  if (windowSize > fftSize) throw wrong(`windowSize is at most fftSize, ${fftSize}, got ${windowSize}`);
  const bank = melBank({ ...options, fftSize, mels });
  const padded = center ? reflect(samples, Math.floor(fftSize / 2)) : samples;
  if (padded.length < fftSize) throw wrong(`a spectrogram without center takes ${fftSize} samples at least, got ${samples.length}`);
  const frames = Math.floor((padded.length - fftSize) / hop) + 1;
  const bins = Math.floor(fftSize / 2) + 1;
  const window = hann(windowSize);
  const left = Math.floor((fftSize - windowSize) / 2);
  const transform = makeFft(fftSize);
  const [real, imaginary, spectrum] = [new Float64Array(fftSize), new Float64Array(fftSize), new Float64Array(bins)];
  const values = new Float64Array(mels * frames);
  const add = (frame: number) => bank.forEach(({ start, weights }, mel) => {
    let sum = 0;
    for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (spectrum[start + k] as number);
    values[mel * frames + frame] = sum;
  });
  const raised = (x: number, y: number) => (power === 2 ? x * x + y * y : Math.hypot(x, y) ** power);
  // Two frames at once: one as the real parts, one as the imaginary ones, told apart afterwards by their symmetry.
  for (let frame = 0; frame < frames; frame += 2) {
    const second = frame + 1 < frames;
    real.fill(0);
    imaginary.fill(0);
    for (let i = 0; i < windowSize; i++) {
      const at = frame * hop + left + i;
      real[left + i] = (padded[at] as number) * (window[i] as number);
      if (second) imaginary[left + i] = (padded[at + hop] as number) * (window[i] as number);
    }
    transform(real, imaginary);
    const mirror = (k: number) => (fftSize - k) % fftSize;
    for (let k = 0; k < bins; k++) spectrum[k] = raised(((real[k] as number) + (real[mirror(k)] as number)) / 2, ((imaginary[k] as number) - (imaginary[mirror(k)] as number)) / 2);
    add(frame);
    if (!second) break;
    for (let k = 0; k < bins; k++) spectrum[k] = raised(((imaginary[k] as number) + (imaginary[mirror(k)] as number)) / 2, ((real[mirror(k)] as number) - (real[k] as number)) / 2);
    add(frame + 1);
  }
  return { mels, frames, values };
}

/** Torch's: periodic, so that its next value would be 0 again. */
function hann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
}

/** The sound with so many samples mirrored at each end; the outermost are not repeated. */
function reflect(samples: Float32Array, padding: number): Float32Array {
  if (samples.length <= padding) throw wrong(`a spectrogram reflects ${padding} samples at each end, and takes more than these, got ${samples.length}: center: false takes no reflection`);
  const padded = new Float32Array(samples.length + 2 * padding);
  padded.set(samples, padding);
  for (let i = 1; i <= padding; i++) {
    padded[padding - i] = samples[i] as number;
    padded[padding + samples.length - 1 + i] = samples[samples.length - 1 - i] as number;
  }
  return padded;
}

interface Band {
  /** The first bin that it takes. */
  readonly start: number;
  readonly weights: Float64Array;
}

/** Triangles over the spectrum's bins, at equal distances in mels; what lies outside of one is left out. */
function melBank({ sampleRate = 16_000, fftSize, mels, minFrequency = 0, maxFrequency = sampleRate / 2, scale = "htk", norm }: MelOptions & { readonly fftSize: number; readonly mels: number }): Band[] {
  if (!(maxFrequency > minFrequency && maxFrequency <= sampleRate / 2)) throw wrong(`frequencies go from minFrequency to maxFrequency, at most half of the rate, ${sampleRate / 2} Hz, got ${minFrequency} to ${maxFrequency}`);
  const { toMel, toHertz } = scales[scale];
  const [first, last] = [toMel(minFrequency), toMel(maxFrequency)];
  const corners = Array.from({ length: mels + 2 }, (_, i) => toHertz(first + ((last - first) * i) / (mels + 1)));
  // torchaudio halves the rate as a whole number.
  const width = Math.floor(sampleRate / 2) / Math.floor(fftSize / 2);
  return Array.from({ length: mels }, (_, mel) => {
    const [from, middle, to] = corners.slice(mel, mel + 3) as [number, number, number];
    const start = Math.max(0, Math.ceil(from / width));
    const end = Math.min(Math.floor(fftSize / 2), Math.floor(to / width));
    const height = norm === "slaney" ? 2 / (to - from) : 1;
    const weights = Float64Array.from({ length: Math.max(0, end - start + 1) }, (__, i) => {
      const frequency = (start + i) * width;
      return height * Math.max(0, Math.min((frequency - from) / (middle - from), (to - frequency) / (to - middle)));
    });
    return { start, weights };
  });
}

const bend = 1000;
const linear = 200 / 3;
const step = Math.log(6.4) / 27;

const scales: Readonly<Record<MelScale, { toMel(hertz: number): number; toHertz(mel: number): number }>> = {
  htk: { toMel: (hertz) => 2595 * Math.log10(1 + hertz / 700), toHertz: (mel) => 700 * (10 ** (mel / 2595) - 1) },
  slaney: {
    toMel: (hertz) => (hertz < bend ? hertz / linear : bend / linear + Math.log(hertz / bend) / step),
    toHertz: (mel) => (mel < bend / linear ? mel * linear : bend * Math.exp((mel - bend / linear) * step)),
  },
};
