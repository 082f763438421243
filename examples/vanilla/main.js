import { watchCamera } from "./camera.js";
import { look, openModel } from "./model.js";

const [status, lines, video, button, file] = ["#status", "#lines", "video", "button", "input"].map((selector) => document.querySelector(selector));
const say = (text) => (status.textContent = text);
const show = (answers) => lines.replaceChildren(...answers.map(({ name, text }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${text}` })));

const model = await openModel({ onProgress: ({ loaded, total }) => loaded < total && say(`Loading the model: ${loaded} of ${total} bytes`) }).catch((error) => {
  say(error.message);
  throw error;
});
say(`Ready, on ${model.report().threads.used} threads.`);
button.disabled = file.disabled = false;

let camera;
button.addEventListener("click", async () => {
  if (camera !== undefined) return camera.abort();
  camera = new AbortController();
  button.textContent = "Stop";
  try {
    await watchCamera(video, async () => show(await look(model, video)), camera.signal);
  } catch (error) {
    if (!camera.signal.aborted) say(`The camera cannot be used: ${error.message}`);
  }
  camera = undefined;
  button.textContent = "Camera";
});

async function read(picture) {
  if (picture === undefined) return;
  try {
    show(await look(model, picture));
  } catch (error) {
    say(error.message);
  }
}
file.addEventListener("change", () => read(file.files[0]));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  void read(event.dataTransfer.files[0]);
});
