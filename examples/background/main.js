import { load } from "sconce";
import { fromMask, toTensor } from "sconce/image";
import { watchCamera } from "./camera.js";
import { blurred, compose, grayed } from "./paint.js";

const [status, video, canvas, button, file, background, blur] = ["#status", "video", "canvas", "#camera", "#file", "#background", "#blur"].map((selector) => document.querySelector(selector));
const behind = { blurred: (picture) => blurred(picture, blur.valueAsNumber), gray: grayed, none: () => undefined };
let [camera, last] = [];

const model = await load(new URL("./background.wasm", import.meta.url), { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }).catch((error) => {
  status.textContent = error.message;
  throw error;
});
const [, height, width] = model.inputs.find(({ name }) => name === "pixels").shape;
status.textContent = `Ready, on ${model.report().threads.used} threads.`;
button.disabled = file.disabled = false;

/** How much of each pixel is a person's, as a picture that is opaque there. */
async function maskOf(picture) {
  const { person } = await model.run({ pixels: await toTensor(picture, { width, height, layout: "nhwc", dtype: "uint8" }) });
  return createImageBitmap(fromMask(person));
}

/** Shows an ImageBitmap, which the mask belongs to: what a camera sees meanwhile is another picture. */
async function show(picture) {
  const began = performance.now();
  const mask = await maskOf(picture);
  last?.picture.close();
  last?.mask.close();
  last = { picture, mask };
  paint();
  status.textContent = `${(performance.now() - began).toFixed(0)} ms, on ${model.report().threads.used} threads.`;
}

const paint = () => last && compose(canvas, last.picture, last.mask, behind[background.value](last.picture));
for (const choice of [background, blur]) choice.addEventListener("input", paint);

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
