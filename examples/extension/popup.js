// The popup, a page like any other: the model runs in its worker, with threads.
import { look, openModel } from "./model.js";

const [status, lines, file] = ["#status", "#lines", "input"].map((selector) => document.querySelector(selector));

try {
  const model = await openModel();
  status.textContent = `Ready, on ${model.report().threads.used} threads. Pictures of pages have it in their context menu.`;
  file.disabled = false;
  file.addEventListener("change", () => read(model, file.files[0]));
} catch (error) {
  status.textContent = error.message;
}

async function read(model, picture) {
  if (picture === undefined) return;
  try {
    const answers = await look(model, picture);
    lines.replaceChildren(...answers.map(({ name, text }) => Object.assign(document.createElement("li"), { textContent: `${name}: ${text}` })));
  } catch (error) {
    status.textContent = error.message;
  }
}
