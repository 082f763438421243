import { load } from "sconce";
import { fromTensor, toTensor } from "sconce/image";

const [before, after, slider, status, file] = ["#before", "#after", "#slider", "#status", "#file"].map((selector) => document.querySelector(selector));
const largest = 512;

slider.addEventListener("input", () => (after.style.clipPath = `inset(0 0 0 ${slider.value}%)`));
slider.dispatchEvent(new Event("input"));

const model = await load(new URL("./double.wasm", import.meta.url), { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }).catch((error) => {
  status.textContent = error.message;
  throw error;
});

/** Shows a picture at twice its size: as a browser does it behind, as the model does before. What is larger than 512 pixels is made smaller first. */
async function show(picture) {
  const shrink = Math.min(1, largest / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((size) => Math.max(1, Math.round(size * shrink)));
  const small = await toTensor(picture, { width, height });
  const began = performance.now();
  const { doubled } = await model.run({ picture: small });
  const milliseconds = performance.now() - began;

  for (const canvas of [before, after]) [canvas.width, canvas.height] = [2 * width, 2 * height];
  const context = before.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(await createImageBitmap(fromTensor(small)), 0, 0, 2 * width, 2 * height);
  after.getContext("2d").putImageData(fromTensor(doubled), 0, 0);
  status.textContent = `${width} × ${height} became ${2 * width} × ${2 * height} in ${milliseconds.toFixed(0)} ms, on ${model.report().threads.used} threads.`;
}

const tell = (error) => (status.textContent = error.message);
const read = (chosen) => chosen && createImageBitmap(chosen).then(show).catch(tell);
file.addEventListener("change", () => read(file.files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void read(event.dataTransfer.files[0]);
});

const first = Object.assign(new Image(), { src: "lamp.svg" });
await first.decode().then(() => show(first)).catch(tell);
file.disabled = false;
