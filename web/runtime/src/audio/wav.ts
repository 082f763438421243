// WAV: the one format of sound that is simple enough to be read here, so that its samples are those of the file, at the file's own rate.
import { wrong } from "../tensor/elements.js";
import type { Channels } from "./channels.js";

const [integers, floats, extensible] = [1, 3, 0xfffe];

export function isWav(bytes: Uint8Array): boolean {
  return text(bytes, 0) === "RIFF" && text(bytes, 8) === "WAVE";
}

/** The samples of each channel, from -1 to 1 as torchaudio.load gives them. */
export function readWav(bytes: Uint8Array): Channels {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: { kind: number; channels: number; sampleRate: number; block: number; bits: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size] = [text(bytes, at), view.getUint32(at + 4, true)];
    at += 8;
    if (name === "fmt " && size >= 16 && at + size <= bytes.length) {
      const kind = view.getUint16(at, true);
      format = {
        // The real kind begins a GUID.
        kind: kind === extensible && size >= 26 ? view.getUint16(at + 24, true) : kind,
        channels: view.getUint16(at + 2, true), sampleRate: view.getUint32(at + 4, true), block: view.getUint16(at + 12, true), bits: view.getUint16(at + 14, true),
      };
    }
    if (name === "data") {
      if (format === undefined) throw wrong("the WAV file has samples before it says of which format");
      const { kind, channels: count, sampleRate, block, bits } = format;
      const read = reader(view, kind, bits);
      if (count < 1 || sampleRate < 1 || block !== (count * bits) / 8) throw wrong(`the WAV file's header is damaged: ${count} channels of ${bits} bits in ${block} bytes, ${sampleRate} Hz`);
      // Programs that write to a pipe leave the length at its greatest.
      const frames = Math.floor(Math.min(size, bytes.length - at) / block);
      const channels = Array.from({ length: count }, (_, channel) => {
        const first = at + (channel * bits) / 8;
        return Float32Array.from({ length: frames }, (__, i) => read(first + i * block));
      });
      return { channels, sampleRate };
    }
    // Chunks begin at even places.
    at += size + (size & 1);
  }
  throw wrong("the WAV file has no samples: it is cut short");
}

function reader(view: DataView, kind: number, bits: number): (at: number) => number {
  if (kind === floats && bits === 32) return (at) => view.getFloat32(at, true);
  if (kind === floats && bits === 64) return (at) => view.getFloat64(at, true);
  if (kind === integers && bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (kind === integers && bits === 16) return (at) => view.getInt16(at, true) / 0x8000;
  if (kind === integers && bits === 24) return (at) => (view.getUint16(at, true) + (view.getInt8(at + 2) << 16)) / 0x80_0000;
  if (kind === integers && bits === 32) return (at) => view.getInt32(at, true) / 0x8000_0000;
  throw wrong(`the WAV file holds format ${kind} with ${bits} bits: expected integers of 8, 16, 24 or 32 bits, or floats of 32 or 64`);
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
