import { typeName } from "../shared/tensor.js";
import { wrong } from "../tensor/elements.js";

/** Samples of each channel, from -1 to 1. */
export interface Channels {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
}

/** The mean of all channels. One alone is given as it is. */
export function mono(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (first === undefined) throw wrong("mono takes one channel at least, got none");
  if (others.some(({ length }) => length !== first.length)) throw wrong(`mono takes channels of one length, got ${channels.map(({ length }) => length).join(", ")}`);
  return others.length === 0 ? first : first.map((_, i) => channels.reduce((sum, channel) => sum + (channel[i] as number), 0) / channels.length);
}

/** Refuses channels that do not belong together. */
export function checkChannels({ channels, sampleRate }: Channels): Channels {
  if (channels.length === 0 || channels.some((channel) => typeName(channel) !== "Float32Array" || channel.length !== channels[0]?.length)) {
    throw wrong(`the channels of a sound are Float32Arrays of one length, got ${channels.map((channel) => `${typeName(channel)} of ${String((channel as Float32Array | undefined)?.length)}`).join(", ") || "none"}`);
  }
  if (!Number.isInteger(sampleRate) || sampleRate < 1) throw wrong(`a sampling rate is a whole number of Hz from 1 up, got ${String(sampleRate)}`);
  return { channels, sampleRate };
}
