import { load } from "sconce";
import { frames, listen, toTensor } from "sconce/audio";

const [status, list, heard, button, file] = ["#status", "#words", "#heard", "#microphone", "#file"].map((selector) => document.querySelector(selector));
/** What the model was trained at, and how many samples of it are a frame. */
const [sampleRate, size] = [16_000, 640];
let listening;

const [model, words] = await Promise.all([
  // So small a network is not faster on several.
  load(new URL("./keywords.wasm", import.meta.url), { threads: 1, onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }),
  fetch("words.json").then((response) => response.json()),
]).catch((error) => {
  status.textContent = error.message;
  throw error;
});
const rows = words.map((word) => {
  const meter = Object.assign(document.createElement("meter"), { ariaLabel: `how likely ${word} is` });
  const row = document.createElement("li");
  row.append(word, meter);
  list.append(row);
  return { row, meter };
});
await model.warmup();
status.textContent = "Ready.";
button.disabled = file.disabled = false;

/** One frame of sound. What the model has heard of a word so far is in buffers of its own. */
async function hear(samples) {
  const { probabilities, heard: number } = await model.run({ samples: { data: samples, shape: [1, size] } });
  rows.forEach(({ meter }, i) => (meter.value = probabilities.data[i + 1]));
  // 0 is no word.
  const word = Number(number.data[0]) - 1;
  if (word < 0) return;
  heard.append(`${heard.textContent === "" ? "" : ", "}${words[word]}`);
  rows.forEach(({ row }, i) => row.classList.toggle("heard", i === word));
}

function begin() {
  model.reset();
  heard.textContent = "";
}

button.addEventListener("click", async () => {
  if (listening !== undefined) return listening.abort();
  listening = new AbortController();
  const { signal } = listening;
  button.textContent = "Stop";
  file.disabled = true;
  let microphone;
  try {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    begin();
    const listener = await listen(microphone, { sampleRate, size, signal, onDrop: () => model.reset() }, async (samples) => {
      await hear(samples);
      // Below 1 the model keeps up.
      if (listener.realTimeFactor !== undefined) status.textContent = `${listener.realTimeFactor.toFixed(3)} of real time, ${listener.dropped} frames dropped.`;
    });
    await listener.done;
  } catch (error) {
    if (!signal.aborted) status.textContent = `The microphone cannot be used: ${error.message}`;
  }
  for (const track of microphone?.getTracks() ?? []) track.stop();
  listening = undefined;
  button.textContent = "Microphone";
  file.disabled = false;
});

file.addEventListener("change", async () => {
  if (file.files.length === 0) return;
  button.disabled = true;
  try {
    begin();
    const { data } = await toTensor(file.files[0], { sampleRate });
    const all = frames(data, { size, pad: true });
    const began = performance.now();
    for (let i = 0; i < all.data.length; i += size) await hear(all.data.slice(i, i + size));
    status.textContent = `${((performance.now() - began) / (1000 * (data.length / sampleRate))).toFixed(3)} of real time.`;
  } catch (error) {
    status.textContent = error.message;
  }
  button.disabled = false;
});
