import { mountForm } from "./form.js";
import { openModel } from "./model.js";

const [status, place] = ["#status", "#form"].map((selector) => document.querySelector(selector));

try {
  const model = await openModel({ onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) });
  status.textContent = `Ready, on ${model.report().threads.used} threads.`;
  mountForm(place, model);
} catch (error) {
  status.textContent = error.message;
}
