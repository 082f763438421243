import { load } from "sconce";
import { letterbox, nms } from "sconce/image";
import { slice } from "sconce/tensor";
import { watchCamera } from "./camera.js";

const [status, video, canvas, button, file, threshold] = ["#status", "video", "canvas", "#camera", "#file", "#threshold"].map((selector) => document.querySelector(selector));
const most = 20;
let camera;

const [model, labels] = await Promise.all([
  load(new URL("./detect.wasm", import.meta.url), { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }),
  fetch("labels.txt").then(async (response) => (await response.text()).trim().split("\n")),
]).catch((error) => {
  status.textContent = error.message;
  throw error;
});
status.textContent = `Ready, on ${model.report().threads.used} threads.`;
button.disabled = file.disabled = false;

/** What is in a picture: boxes in its own pixels, the likeliest first, each with its label and score. */
async function detect(picture) {
  // The model was trained on pictures that were stretched to a square.
  const { tensor, toSource } = await letterbox(picture, { width: 320, height: 320, fit: "stretch", layout: "nhwc", dtype: "uint8" });
  const { boxes, scores, classes } = await model.run({ pixels: tensor });
  const chosen = nms(boxes, scores, { classes, iouThreshold: 0.5, scoreThreshold: threshold.valueAsNumber }).slice(0, most);
  return Array.from(chosen, (index) => {
    const [left, top, right, bottom] = toSource(slice(boxes, [[index, index + 1]]), { normalized: true }).data;
    return { left, top, right, bottom, label: labels[Number(classes.data[index])], score: scores.data[index] };
  });
}

async function show(picture, width, height) {
  const began = performance.now();
  const found = await detect(picture);
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  context.lineWidth = Math.max(2, width / 300);
  context.font = `${Math.max(12, width / 40)}px system-ui, sans-serif`;
  for (const { left, top, right, bottom, label, score } of found) {
    const color = `hsl(${(label.length * 47 + label.charCodeAt(0) * 13) % 360} 80% 45%)`;
    const text = `${label} ${(100 * score).toFixed(0)} %`;
    const tall = Math.max(12, width / 40) * 1.4;
    context.strokeStyle = context.fillStyle = color;
    context.strokeRect(left, top, right - left, bottom - top);
    context.fillRect(left, top, context.measureText(text).width + 8, tall);
    context.fillStyle = "white";
    context.fillText(text, left + 4, top + tall * 0.75);
  }
  status.textContent = `${found.length === 0 ? "Nothing" : found.map(({ label }) => label).join(", ")}, in ${(performance.now() - began).toFixed(0)} ms`;
}

button.addEventListener("click", async () => {
  if (camera !== undefined) return camera.abort();
  camera = new AbortController();
  button.textContent = "Stop";
  try {
    await watchCamera(video, () => show(video, video.videoWidth, video.videoHeight), camera.signal);
  } catch (error) {
    if (!camera.signal.aborted) status.textContent = `The camera cannot be used: ${error.message}`;
  }
  camera = undefined;
  button.textContent = "Camera";
});

async function read(picture) {
  if (picture === undefined) return;
  try {
    const bitmap = await createImageBitmap(picture);
    await show(bitmap, bitmap.width, bitmap.height);
  } catch (error) {
    status.textContent = error.message;
  }
}
file.addEventListener("change", () => read(file.files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void read(event.dataTransfer.files[0]);
});
