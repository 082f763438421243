import { type OptionCheck, checkOptions } from "../shared/options.js";
import { type DataOf, type TensorOf, typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";
import { melPowers } from "./mel.js";

export interface WhisperOptions {
  /** Mels: 80 without it; 128 for large-v3 and turbo. */
  readonly mels?: number | undefined;
  /** Seconds that the encoder takes: 30 without it. What is shorter is filled with silence. */
  readonly seconds?: number | undefined;
}

const sampleRate = 16_000;
const hop = 160;
const positive: OptionCheck = ["a number above 0", (value) => typeof value === "number" && value > 0];

/** What Whisper's encoder takes of mono sound at 16 kHz: [1, mels, 3000], by the arithmetic of transformers' WhisperFeatureExtractor. */
export function whisperFeatures(samples: Float32Array, options: WhisperOptions = {}): TensorOf<"float32", DataOf["float32"], readonly [1, number, number]> {
  checkOptions("whisperFeatures", options, { mels: ["a whole number from 1 up", (value) => Number.isInteger(value) && (value as number) > 0], seconds: positive });
  if (typeName(samples) !== "Float32Array") throw wrong(`whisperFeatures takes samples in a Float32Array, got ${typeName(samples)}: of toTensor(sound, { sampleRate: 16000 }) give the data`);
  const { mels = 80, seconds = 30 } = options;
  const length = Math.round(seconds * sampleRate);
  if (samples.length > length) {
    throw wrong(`Whisper's encoder takes ${seconds} s of sound at 16 kHz, got ${(samples.length / sampleRate).toFixed(1)} s: frames(samples, { size: ${length}, pad: true }) of sconce/audio cuts it`);
  }
  const padded = new Float32Array(length);
  padded.set(samples);
  const { values, frames } = melPowers(padded, { sampleRate, fftSize: 400, hop, mels, maxFrequency: 8000, scale: "slaney", norm: "slaney" });
  // The last frame lies beyond the end.
  const count = frames - 1;
  const data = new Float32Array(mels * count);
  let most = -Infinity;
  for (let mel = 0; mel < mels; mel++) {
    for (let frame = 0; frame < count; frame++) {
      const value = Math.log10(Math.max(values[mel * frames + frame] as number, 1e-10));
      most = Math.max(most, value);
      data[mel * count + frame] = value;
    }
  }
  return { dtype: "float32", shape: [1, mels, count], data: data.map((value) => (Math.max(value, most - 8) + 4) / 4) };
}
