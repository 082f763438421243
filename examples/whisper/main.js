import { listen, toTensor } from "sconce/audio";
import { Transcriber, sampleRate } from "./transcriber.js";

const [status, text, button, file, language, stop] = ["#status", "#text", "#microphone", "#file", "#language", "#stop"].map((selector) => document.querySelector(selector));
/** Of a recording, in seconds. */
const longest = 30;
let [recording, writing] = [];

const transcriber = await Transcriber.load(import.meta.url, { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }).catch((error) => {
  status.textContent = error.message;
  throw error;
});
const names = new Intl.DisplayNames(navigator.language, { type: "language" });
for (const value of transcriber.languages) language.append(new Option(names.of(value), value));
status.textContent = `Ready, on ${transcriber.report().threads.used} threads.`;
button.disabled = file.disabled = language.disabled = false;

/** Shows what was said in a sound, as it is found. */
async function write(samples) {
  writing = new AbortController();
  const { signal } = writing;
  const [began, length] = [performance.now(), samples.length / sampleRate];
  stop.disabled = false;
  button.disabled = file.disabled = true;
  text.textContent = "";
  status.textContent = `Listening to ${length.toFixed(1)} s`;
  try {
    for await (const found of transcriber.transcribe(samples, { language: language.value, signal })) text.textContent = found;
    const taken = (performance.now() - began) / 1000;
    status.textContent = `${length.toFixed(1)} s of sound in ${taken.toFixed(1)} s, ${(taken / length).toFixed(2)} of real time.`;
  } catch (error) {
    status.textContent = signal.aborted ? "Stopped." : error.message;
  }
  stop.disabled = true;
  button.disabled = file.disabled = false;
}

/** Records until somebody says that it is enough. */
async function record(signal) {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  try {
    const pieces = [];
    const size = sampleRate / 10;
    const listener = await listen(microphone, { sampleRate, size, signal }, (samples) => {
      pieces.push(samples);
      status.textContent = `Recording: ${(pieces.length / 10).toFixed(1)} of ${longest} s at most`;
      if (pieces.length >= longest * 10) listener.stop();
    });
    await listener.done;
    const all = new Float32Array(pieces.length * size);
    pieces.forEach((piece, i) => all.set(piece, i * size));
    return all;
  } finally {
    for (const track of microphone.getTracks()) track.stop();
  }
}

button.addEventListener("click", async () => {
  if (recording !== undefined) return recording.abort();
  recording = new AbortController();
  button.textContent = "That is all";
  file.disabled = true;
  let samples;
  try {
    samples = await record(recording.signal);
  } catch (error) {
    status.textContent = recording.signal.aborted ? "" : `The microphone cannot be used: ${error.message}`;
  }
  recording = undefined;
  button.textContent = "Microphone";
  file.disabled = false;
  if (samples !== undefined && samples.length > 0) await write(samples);
});
stop.addEventListener("click", () => writing?.abort());

file.addEventListener("change", async () => {
  if (file.files.length === 0) return;
  try {
    await write((await toTensor(file.files[0], { sampleRate })).data);
  } catch (error) {
    status.textContent = error.message;
  }
});
