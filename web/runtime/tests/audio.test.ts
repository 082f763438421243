// What is the same in every engine; microphones and decoders are tried in browsers (tests/browser/neighbours.test.mjs).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { type Channels, Framer, type MelOptions, Resampler, frames, listen, melSpectrogram, mono, resample, toTensor, whisperFeatures } from "../src/audio.js";
import { makeFft } from "../src/audio/fft.js";
import { SconceError, type Tensor, readNpz, toNested } from "../src/tensor.js";

const numbers = await readNpz(await readFile(new URL("../../tests/numbers/sounds.npz", import.meta.url)));
const of = (name: string): Tensor => numbers[name] ?? assert.fail(`there is no ${name}`);
const floats = (name: string) => of(name).data as Float32Array<ArrayBuffer>;

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  let most = 0;
  for (let i = 0; i < actual.length; i++) most = Math.max(most, Math.abs((actual[i] as number) - (expected[i] as number)));
  assert.ok(most <= tolerance, `${what}: ${most} off`);
}

async function refusal(body: () => unknown): Promise<string> {
  try {
    await body();
  } catch (error) {
    assert.ok(error instanceof SconceError, String(error));
    return error.message;
  }
  return "accepted";
}

const rates = [[44100, 16000], [16000, 44100], [48000, 16000], [8000, 16000], [22050, 16000], [16000, 16000]] as const;

test("resamples by torchaudio's formula", () => {
  for (const [from, to] of rates) near(resample(floats("samples"), from, to), floats(`resample.${from}.${to}`), 1e-6, `${from} to ${to}`);
  near(resample(floats("samples"), 44100, 16000, { lowpassFilterWidth: 16, rolloff: 0.9 }), floats("resample.sharp"), 1e-6, "sharp");
  assert.equal(resample(new Float32Array(0), 44100, 16000).length, 0);
});

test("resamples the same piece by piece", () => {
  for (const [from, to] of rates) {
    for (const piece of [1, 7, 128, 1000]) {
      const resampler = new Resampler(from, to);
      // Twice, for it begins anew.
      for (let turn = 0; turn < 2; turn++) {
        const parts: number[] = [];
        for (let at = 0; at < 1501; at += piece) parts.push(...resampler.push(floats("samples").subarray(at, at + piece)));
        parts.push(...resampler.flush());
        assert.deepEqual(Float32Array.from(parts), resample(floats("samples"), from, to));
      }
    }
  }
});

test("a sine stays one, and what is above half of the rate goes", () => {
  const wave = (rate: number, hertz: number, count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));
  near(resample(wave(48000, 440, 4800), 48000, 16000).subarray(50, 1550), wave(16000, 440, 1600).subarray(50, 1550), 0.005, "440 Hz");
  near(resample(wave(48000, 11000, 4800), 48000, 16000).subarray(50, 1550), new Float32Array(1500), 0.01, "11 kHz");
});

test("frames overlap, and what is left over is told of", () => {
  const sound = Float32Array.of(1, 2, 3, 4, 5, 6, 7);
  assert.deepEqual(toNested(frames(sound, { size: 3, hop: 2 })), [[1, 2, 3], [3, 4, 5], [5, 6, 7]]);
  assert.deepEqual(toNested(frames(sound, { size: 3 })), [[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual(toNested(frames(sound, { size: 3, pad: true })), [[1, 2, 3], [4, 5, 6], [7, 0, 0]]);
  assert.deepEqual(toNested(frames(sound, { size: 2, hop: 3 })), [[1, 2], [4, 5]]);
  assert.deepEqual(frames(sound, { size: 9 }).shape, [0, 9]);
  assert.deepEqual(frames(new Float32Array(0), { size: 9, pad: true }).shape, [0, 9]);
  for (const options of [{ size: 3, hop: 2 }, { size: 2, hop: 3 }, { size: 3 }, { size: 1, hop: 5 }]) {
    for (const piece of [1, 2, 3, 7]) {
      const framer = new Framer(options);
      const found: number[][] = [];
      for (let at = 0; at < 7; at += piece) found.push(...framer.push(sound.subarray(at, at + piece)).map((frame) => Array.from(frame)));
      assert.deepEqual(found, toNested(frames(sound, options)));
    }
  }
});

test("a Fourier transform of any length", () => {
  for (const length of [1, 2, 3, 8, 30, 49, 97, 400]) {
    const x = Float64Array.from({ length }, (_, i) => Math.sin(i * i + 1));
    const y = Float64Array.from({ length }, (_, i) => Math.cos(3 * i));
    const sum = (k: number, part: (re: number, im: number, angle: number) => number) => x.reduce((all, re, i) => all + part(re, y[i] as number, (-2 * Math.PI * k * i) / length), 0);
    const expected = [
      Array.from({ length }, (_, k) => sum(k, (re, im, angle) => re * Math.cos(angle) - im * Math.sin(angle))),
      Array.from({ length }, (_, k) => sum(k, (re, im, angle) => re * Math.sin(angle) + im * Math.cos(angle))),
    ] as const;
    const [real, imaginary] = [x.slice(), y.slice()];
    makeFft(length)(real, imaginary);
    near(real, expected[0], 1e-9, `real of ${length}`);
    near(imaginary, expected[1], 1e-9, `imaginary of ${length}`);
  }
});

const spectrograms: Readonly<Record<string, MelOptions>> = {
  default: {}, slaney: { mels: 40, norm: "slaney", scale: "slaney" }, odd: { fftSize: 301, hop: 77, mels: 23, minFrequency: 60, maxFrequency: 7000 },
  short: { fftSize: 512, windowSize: 400, hop: 160, mels: 64, power: 1 }, open: { fftSize: 256, mels: 20, center: false }, prime: { fftSize: 211, mels: 16, sampleRate: 22050 },
};

for (const [name, options] of Object.entries(spectrograms)) {
  test(`a mel spectrogram is torchaudio's, ${name}`, () => {
    const made = melSpectrogram(floats("speech"), options);
    const expected = floats(`mel.${name}`);
    assert.deepEqual(made.shape, [1, ...of(`mel.${name}`).shape]);
    const scale = expected.reduce((a, b) => Math.max(a, b), 0);
    near(made.data, expected, 1e-6 * scale, name);
  });
}

test("decibels, and their range", () => near(melSpectrogram(floats("speech"), { mels: 40, log: "db", range: 50 }).data, floats("mel.db"), 1e-4, "decibels"));

test("Whisper's features are those of transformers", () => {
  const made = whisperFeatures(floats("speech"), { seconds: 1 });
  assert.deepEqual(made.shape, of("whisper.80").shape);
  near(made.data, floats("whisper.80"), 1e-4, "80 mels");
  const wide = whisperFeatures(floats("speech"), { seconds: 1, mels: 128 });
  near(wide.data.filter((_, i) => i % 100 % 4 === 0), floats("whisper.128"), 1e-4, "128 mels");
  assert.deepEqual(whisperFeatures(new Float32Array(16000)).shape, [1, 80, 3000]);
});

test("WAV files give torchaudio's samples", async () => {
  for (const name of ["8.1", "16.1", "16.2", "24.1", "32.2"]) {
    const file = of(`wav.${name}`).data as Uint8Array<ArrayBuffer>;
    for (const source of [file, new Blob([file]), file.slice().buffer]) {
      const made = await toTensor(source, { channels: "all" });
      assert.deepEqual([made.shape, made.data], [of(`wav.${name}.samples`).shape, floats(`wav.${name}.samples`)], name);
    }
  }
  const stereo = await toTensor(of("wav.16.2").data as Uint8Array, { sampleRate: 8000 });
  assert.deepEqual(stereo.shape, [1, 25]);
  const file = of("wav.16.1").data as Uint8Array<ArrayBuffer>;
  for (let length = 12; length < 44; length++) assert.match(await refusal(() => toTensor(file.slice(0, length))), /WAV file/);
  assert.deepEqual((await toTensor(file.slice(0, 64))).shape, [1, 10]);
  assert.match(await refusal(() => toTensor(Object.assign(file.slice(), { 20: 2 }))), /^the WAV file holds format 2 with 16 bits: expected integers of 8, 16, 24 or 32 bits, or floats of 32 or 64$/);
});

test("channels and their mean", async () => {
  const stereo: Channels = { channels: [Float32Array.of(1, 0, 0.5), Float32Array.of(0, 1, 0.5)], sampleRate: 16000 };
  assert.deepEqual(toNested(await toTensor(stereo)), [[0.5, 0.5, 0.5]]);
  assert.deepEqual(toNested(await toTensor(stereo, { channels: "all", sampleRate: 16000 })), [[1, 0, 0.5], [0, 1, 0.5]]);
  assert.equal(mono([stereo.channels[0] as Float32Array]), stereo.channels[0]);
});

test("errors name what was expected and what came", async () => {
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => toTensor(new Float32Array(3) as unknown as Uint8Array), /^sound is a Blob, .*, got Float32Array: samples come as \{ channels: \[samples\], sampleRate \}$/],
    [() => toTensor("a.wav" as unknown as Blob), /, got string$/],
    [() => toTensor({ channels: [], sampleRate: 1 }), /^the channels of a sound are Float32Arrays of one length, got none$/],
    [() => toTensor({ channels: [new Float32Array(1), new Float32Array(2)], sampleRate: 1 }), /got Float32Array of 1, Float32Array of 2$/],
    [() => toTensor({ channels: [new Float32Array(1)], sampleRate: 0 }), /^a sampling rate is a whole number of Hz from 1 up, got 0$/],
    [() => toTensor(new Uint8Array(9), { samplerate: 3 } as object), /^toTensor has no option samplerate \(did you mean "sampleRate"\?\)/],
    [() => toTensor(new Uint8Array(9)), /^WAV files alone are read outside of a page/],
    [() => resample(new Float32Array(1), 44100, 0.5), /^a sampling rate is a whole number of Hz from 1 up, got 0\.5$/],
    [() => resample([1] as unknown as Float32Array, 1, 2), /^samples come in a Float32Array, got Array$/],
    [() => frames(new Float32Array(1), { size: 0 }), /^a frame's size and hop are whole numbers of samples from 1 up, got \{ size: 0, hop: 0 \}$/],
    [() => melSpectrogram(new Float32Array(100)), /^a spectrogram reflects 200 samples at each end, and takes more than these, got 100: center: false takes no reflection$/],
    [() => melSpectrogram(new Float32Array(100), { center: false }), /^a spectrogram without center takes 400 samples at least, got 100$/],
    [() => melSpectrogram(new Float32Array(1000), { maxFrequency: 9000 }), /^frequencies go from minFrequency to maxFrequency, at most half of the rate, 8000 Hz, got 0 to 9000$/],
    [() => melSpectrogram(new Float32Array(1000), { windowSize: 512 }), /^windowSize is at most fftSize, 400, got 512$/],
    [() => melSpectrogram(new Float32Array(1000), { scale: "mel" as "htk" }), /^the option scale should be "htk" or "slaney", got "mel"$/],
    [() => melSpectrogram({ data: new Float32Array(9) } as unknown as Float32Array), /got Object: of a tensor give its data$/],
    [() => whisperFeatures(new Float32Array(16000 * 31)), /^Whisper's encoder takes 30 s of sound at 16 kHz, got 31\.0 s: frames/],
    [() => mono([]), /^mono takes one channel at least, got none$/],
    [() => listen({} as MediaStream, { sampleRate: 16000, size: 512 }, () => {}), /^there is no AudioWorklet here: listen works on a page$/],
    [() => listen({} as MediaStream, { sampleRate: 16000 } as never, () => {}), /^listen takes the option size, a whole number of samples from 1 up$/],
  ];
  for (const [body, message] of cases) assert.match(await refusal(body), message);
});
