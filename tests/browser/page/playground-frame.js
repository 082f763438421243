// The playground in a frame, for a script that uses its view of a model as a visitor would.
import { later } from "./harness.js";

export const frame = document.getElementById("playground");
await new Promise((resolve) => {
  frame.onload = resolve;
  frame.src = "../playground/index.html";
});
export const { contentDocument: page, contentWindow: view } = frame;
export const element = (id) => page.getElementById(id);
export const text = (id) => element(id).textContent;
export const bytes = async (path) => new Uint8Array(await (await fetch(`../${path}`)).arrayBuffer());
/** What the page says of the model that is open. */
export const shown = () => `${text("model-stage")} | ${text("model-error")} | ${text("model-obstacle")} | ${text("model-proof")} | ${text("model-answers")}`;
export const isProven = () => element("model-proof").className.includes("good");
export const hasRun = () => /s$/.test(text("fact-run")) && element("model-stop").hidden;

/** Drops files, on the page or on one of its elements. */
export async function drop(files, onto = page.body) {
  const transfer = new view.DataTransfer();
  for (const [name, content] of Object.entries(files)) transfer.items.add(new view.File([content], name));
  onto.dispatchEvent(new view.DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  await later(100);
}
