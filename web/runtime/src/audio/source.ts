import { type OptionCheck, checkOptions } from "../shared/options.js";
import { SconceError } from "../shared/errors.js";
import { type DataOf, type TensorOf, isTypedArray, typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";
import { type Channels, checkChannels, mono } from "./channels.js";
import { resample } from "./resample.js";
import { isWav, readWav } from "./wav.js";

/** What sound may come in: a file (WAV is read here, others by the browser), an AudioBuffer, or samples. Of a microphone, see `listen`. */
export type SoundSource = Blob | ArrayBuffer | Uint8Array | AudioBuffer | Channels;

export interface SoundOptions {
  /** What the model was trained at, in Hz. Without it the source's own. */
  readonly sampleRate?: number | undefined;
  /** One channel, the mean of all ("mono", and so without it), or all of them. */
  readonly channels?: "mono" | "all" | undefined;
}

/** float32 [channels, samples]. */
export type SoundTensor<Count extends number = number> = TensorOf<"float32", DataOf["float32"], readonly [Count, number]>;

const checks: Readonly<Record<string, OptionCheck>> = {
  sampleRate: ["a whole number of Hz from 1 up", (value) => Number.isInteger(value) && (value as number) >= 1],
  channels: ['"mono" or "all"', (value) => value === "mono" || value === "all"],
};

/** Files that the browser decodes come at this rate, whatever theirs is: it does not tell. */
const decodedRate = 48_000;

/** Sound as a model takes it: float32 [channels, samples], as torchaudio.load gives it. */
export async function toTensor(source: SoundSource, options?: SoundOptions & { readonly channels?: "mono" | undefined }): Promise<SoundTensor<1>>;
export async function toTensor(source: SoundSource, options?: SoundOptions): Promise<SoundTensor>;
export async function toTensor(source: SoundSource, options: SoundOptions = {}): Promise<SoundTensor> {
  checkOptions("toTensor", options, checks);
  const { channels, sampleRate } = await read(source, options.sampleRate);
  const wanted = options.channels === "all" ? channels : [mono(channels)];
  const samples = wanted.map((channel) => resample(channel, sampleRate, options.sampleRate ?? sampleRate));
  const length = samples[0]?.length ?? 0;
  const data = new Float32Array(samples.length * length);
  samples.forEach((channel, i) => data.set(channel, i * length));
  return { dtype: "float32", shape: [samples.length, length], data };
}

async function read(source: SoundSource, wantedRate: number | undefined): Promise<Channels> {
  const kind = typeName(source);
  if (kind === "Blob" || kind === "File") return decode(new Uint8Array(await (source as Blob).arrayBuffer()), wantedRate);
  if (kind === "ArrayBuffer") return decode(new Uint8Array(source as ArrayBuffer), wantedRate);
  if (kind === "Uint8Array") return decode(source as Uint8Array, wantedRate);
  if (kind === "AudioBuffer") return channelsOf(source as AudioBuffer);
  if (kind === "Object" && Array.isArray((source as Channels).channels)) return checkChannels(source as Channels);
  const hint = kind === "MediaStream" ? ": listen of sconce/audio hears a stream" : isTypedArray(source) ? ": samples come as { channels: [samples], sampleRate }" : "";
  throw wrong(`sound is a Blob, an ArrayBuffer or Uint8Array of a file, an AudioBuffer, or { channels, sampleRate }, got ${kind}${hint}`);
}

async function decode(bytes: Uint8Array, wantedRate: number | undefined): Promise<Channels> {
  if (isWav(bytes)) return readWav(bytes);
  if (typeof OfflineAudioContext !== "function") throw new SconceError("engine", "WAV files alone are read outside of a page: there is no OfflineAudioContext here");
  const context = new OfflineAudioContext(1, 1, decodedRate);
  try {
    // It takes the memory away, so it is given a copy.
    const { channels, sampleRate } = channelsOf(await context.decodeAudioData(new Uint8Array(bytes).buffer));
    return { channels, sampleRate };
  } catch (error) {
    throw wrong(`the file (${bytes.length} bytes) is no sound that this browser decodes${wantedRate === undefined ? "" : ` at ${decodedRate} Hz`}: ${(error as Error).message}`);
  }
}

function channelsOf(buffer: AudioBuffer): Channels {
  return { channels: Array.from({ length: buffer.numberOfChannels }, (_, i) => buffer.getChannelData(i)), sampleRate: buffer.sampleRate };
}
