// The page: what is asked for, and the story as it comes.
import { Storyteller } from "./storyteller.js";
import { Tokenizer } from "./tokenizer.js";

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

const form = element("form", HTMLFormElement);
const prompt = element("prompt", HTMLTextAreaElement);
const tell = element("tell", HTMLButtonElement);
const stop = element("stop", HTMLButtonElement);
const seed = element("seed", HTMLInputElement);
const caret = element("caret", HTMLElement);
const settings = { temperature: element("temperature", HTMLInputElement), topP: element("top-p", HTMLInputElement), topK: element("top-k", HTMLInputElement), seed };

/**
 * @param {string} id
 * @param {string} text
 */
function show(id, text) {
  element(id, HTMLElement).textContent = text;
}

/**
 * @param {string} text
 * @param {boolean} [wrong]
 */
function showStatus(text, wrong = false) {
  const status = element("status", HTMLElement);
  status.textContent = text;
  status.hidden = text === "";
  status.classList.toggle("error", wrong);
}

/**
 * @param {import("sconce").Report} report
 * @param {number} ready in milliseconds
 */
function showReport({ threads, relaxedSimd, bytes, parameters }, ready) {
  show("bytes", megabytes(bytes.file));
  show("bytes-detail", `${parameters.toLocaleString("en")} parameters`);
  show("ready", `${Math.round(ready)} ms`);
  show("memory", megabytes(bytes.memory));
  show("threads", `${threads.used === 1 ? "1 thread" : `${threads.used} threads`}`);
  show("threads-detail", relaxedSimd.used ? "relaxed SIMD, 128 bits wide" : `SIMD, 128 bits wide; not relaxed: ${relaxedSimd.reason ?? ""}`);
}

/** @param {number} count of bytes */
const megabytes = (count) => `${Number((count / 1e6).toPrecision(3))} MB`;

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @type {AbortController | undefined} */
let telling;

/** @param {Storyteller} teller */
async function tellStory(teller) {
  const { signal } = (telling = new AbortController());
  const begin = prompt.value;
  const text = element("text", HTMLElement);
  const settled = Object.fromEntries(Object.entries(settings).map(([name, input]) => [name, Number(input.value)]));
  [tell.disabled, stop.disabled, caret.hidden] = [true, false, false];
  show("begun", begin);
  text.textContent = "";
  show("count", "0");
  showStatus("");
  let [pieces, began] = [0, performance.now()];
  try {
    for await (const piece of teller.tell(begin, { temperature: 0, topK: 0, topP: 1, seed: 0, ...settled, signal })) {
      // The pace is that of the steps: the prompt's come before the first.
      if (pieces++ === 0) began = performance.now();
      text.append(piece);
      show("count", String(pieces));
      if (pieces > 1) show("pace", String(Math.round(((pieces - 1) * 1000) / (performance.now() - began))));
    }
  } catch (error) {
    if (!signal.aborted) showStatus(messageOf(error), true);
  } finally {
    [tell.disabled, stop.disabled, caret.hidden] = [false, true, true];
    show("spoken", text.textContent ?? "");
  }
}

for (const button of document.querySelectorAll("#beginnings button")) {
  button.addEventListener("click", () => (prompt.value = button.textContent ?? ""));
}
stop.addEventListener("click", () => telling?.abort());
element("another", HTMLButtonElement).addEventListener("click", () => (seed.value = String(Math.floor(Math.random() * 1e6))));
for (const name of ["temperature", "top-p"]) {
  const input = element(name, HTMLInputElement);
  const showValue = () => show(`${name}-value`, Number(input.value).toFixed(2));
  input.addEventListener("input", showValue);
  showValue();
}

try {
  const asked = performance.now();
  const described = await (await fetch("story.json")).json();
  // A model as small as this one is not faster with more; ?threads=2 is for larger ones.
  const threads = Number(new URLSearchParams(location.search).get("threads") ?? 1);
  const teller = await Storyteller.load("story.wasm", new Tokenizer(described.pieces), described, {
    threads,
    // The last word of it may come when the model is there already.
    onProgress: ({ loaded, total }) => tell.disabled && showStatus(`Loading the model … ${Math.round((100 * loaded) / total)} %`),
  });
  showReport(teller.model.report(), performance.now() - asked);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!tell.disabled) void tellStory(teller);
  });
  tell.disabled = false;
  showStatus("");
} catch (error) {
  showStatus(`The model cannot run here: ${messageOf(error)}`, true);
}
