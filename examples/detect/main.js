import { load } from "sconce";
import { letterbox, nms } from "sconce/image";
import { slice } from "sconce/tensor";
import { watchCamera } from "./camera.js";

const [status, video, canvas, button, file, threshold, table] = ["#status", "video", "canvas", "#camera", "#file", "#threshold", "tbody"].map((selector) => document.querySelector(selector));
const most = 20;
let camera;

const [model, labels] = await Promise.all([
  load(new URL("./detect.wasm", import.meta.url), { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }),
  fetch("labels.txt").then(async (response) => (await response.text()).trim().split("\n")),
]).catch((error) => {
  status.textContent = error.message;
  throw error;
});
const [, height, width] = model.inputs.find(({ name }) => name === "pixels").shape;
status.textContent = `Ready, on ${model.report().threads.used} threads.`;
button.disabled = file.disabled = false;

/** What is in a picture: boxes in its own pixels, the likeliest first, each with its label and score. */
async function detect(picture) {
  // The model was trained on pictures that were stretched to a square.
  const { tensor, toSource } = await letterbox(picture, { width, height, fit: "stretch", layout: "nhwc", dtype: "uint8" });
  const { boxes, scores, classes } = await model.run({ pixels: tensor });
  const chosen = nms(boxes, scores, { classes, iouThreshold: 0.5, scoreThreshold: threshold.valueAsNumber, limit: most });
  return Array.from(chosen, (index) => {
    const [left, top, right, bottom] = toSource(slice(boxes, [[index, index + 1]]), { normalized: true }).data;
    return { left, top, right, bottom, label: labels[Number(classes.data[index])], score: scores.data[index] };
  });
}

/** Shows what is in an ImageBitmap, which boxes belong to: what a camera sees meanwhile is another picture. */
async function show(picture) {
  const began = performance.now();
  const found = await detect(picture);
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  picture.close();
  // As large on a phone as on a desk.
  const pixel = canvas.width / canvas.clientWidth;
  context.lineWidth = 2 * pixel;
  context.font = `${14 * pixel}px system-ui, sans-serif`;
  for (const { left, top, right, bottom, label, score } of found) {
    const color = `hsl(${(label.length * 47 + label.charCodeAt(0) * 13) % 360} 80% 28%)`;
    const text = `${label} ${(100 * score).toFixed(0)} %`;
    context.strokeStyle = context.fillStyle = color;
    context.strokeRect(left, top, right - left, bottom - top);
    context.fillRect(left, top, context.measureText(text).width + 8 * pixel, 20 * pixel);
    context.fillStyle = "white";
    context.fillText(text, left + 4 * pixel, top + 15 * pixel);
  }
  table.replaceChildren(...found.map(({ label, score, ...box }) => {
    const row = document.createElement("tr");
    for (const text of [label, `${(100 * score).toFixed(1)} %`, ...Object.values(box).map((edge) => edge.toFixed(0))]) row.append(Object.assign(document.createElement("td"), { textContent: text }));
    return row;
  }));
  status.textContent = `${found.length === 0 ? "Nothing" : found.map(({ label }) => label).join(", ")}, in ${(performance.now() - began).toFixed(0)} ms`;
}

button.addEventListener("click", async () => {
  if (camera !== undefined) return camera.abort();
  camera = new AbortController();
  button.textContent = "Stop";
  try {
    await watchCamera(video, async () => show(await createImageBitmap(video)), camera.signal);
  } catch (error) {
    if (!camera.signal.aborted) status.textContent = `The camera cannot be used: ${error.message}`;
  }
  camera = undefined;
  button.textContent = "Camera";
});

async function read(picture) {
  if (picture === undefined) return;
  try {
    await show(await createImageBitmap(picture));
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
