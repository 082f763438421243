import { Meaning, likeness } from "./meaning.js";

const [status, form, query, results] = ["#status", "form", "#query", "#results"].map((selector) => document.querySelector(selector));
const paragraphs = Array.from(document.querySelectorAll("article p"));
const shown = 5;
let asked;

const meaning = await Meaning.load(import.meta.url, { onProgress: ({ loaded, total }) => loaded < total && (status.textContent = `Loading the model: ${loaded} of ${total} bytes`) }).catch((error) => {
  status.textContent = error.message;
  throw error;
});

// Of a text that does not change these are better made once, in Node, and fetched.
const vectors = [];
for (const [i, { textContent }] of paragraphs.entries()) {
  status.textContent = `Reading: ${i + 1} of ${paragraphs.length} paragraphs`;
  vectors.push(await meaning.of(textContent));
}
status.textContent = `Ready, on ${meaning.report().threads.used} threads.`;
query.disabled = false;

/** The paragraphs that are most like a text, likest first. */
async function search(text, signal) {
  const wanted = await meaning.of(text, { signal });
  return paragraphs.map((paragraph, i) => ({ paragraph, score: likeness(wanted, vectors[i]) })).sort((a, b) => b.score - a.score).slice(0, shown);
}

async function show() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const text = query.value.trim();
  try {
    const began = performance.now();
    const found = text === "" ? [] : await search(text, signal);
    // A later question has gone by.
    if (signal.aborted) return;
    results.replaceChildren(...found.map(({ paragraph, score }) => {
      const item = document.createElement("li");
      item.append(Object.assign(document.createElement("a"), { href: `#${paragraph.id}`, textContent: paragraph.textContent }), ` ${score.toFixed(3)}`);
      return item;
    }));
    paragraphs.forEach((paragraph) => paragraph.classList.toggle("found", paragraph === found[0]?.paragraph));
    status.textContent = text === "" ? "" : `In ${(performance.now() - began).toFixed(0)} ms.`;
  } catch (error) {
    if (!signal.aborted) status.textContent = error.message;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void show();
});
query.addEventListener("input", show);
