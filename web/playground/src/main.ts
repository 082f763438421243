// The page has two views: a model by itself, and WASI programs. What is dropped goes to the one that is shown, and guests always to theirs.
import { type GivenFile, chosenFiles, droppedFiles } from "./dropping.js";
import { element } from "./dom.js";
import { kindOf } from "./kinds.js";
import { factsOf } from "./manifest.js";
import { ModelPage } from "./model/page.js";
import * as program from "./program/page.js";

const views = { model: element("model-view", HTMLElement), program: element("program-view", HTMLElement) };
const model = new ModelPage();

const shown = (): keyof typeof views => (location.hash === "#program" ? "program" : "model");

function show(): void {
  for (const [name, view] of Object.entries(views)) {
    view.hidden = name !== shown();
    element(`show-${name}`, HTMLAnchorElement).ariaCurrent = name === shown() ? "page" : null;
  }
}

async function take(files: readonly GivenFile[], place?: string): Promise<void> {
  if (shown() === "program") return program.take(files, place);
  if (!(await Promise.all(files.map(isForProgram))).some(Boolean)) return model.take(files);
  location.hash = "#program";
  await program.take(files);
}

/** Guests, and models whose weights lie in files of their own. */
async function isForProgram({ path, file }: GivenFile): Promise<boolean> {
  if (!/\.wasm$/i.test(path)) return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  return kindOf(bytes) !== "model" || factsOf(bytes).weights.length > 0;
}

function takeSafely(files: readonly GivenFile[] | Promise<readonly GivenFile[]>, place?: string): void {
  Promise.resolve(files).then((given) => take(given, place)).catch((error: unknown) => {
    const message = `a file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    if (shown() === "program") program.fail(message);
    else model.fail(message);
  });
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-choose]")) {
  const chooser = element(button.dataset["choose"] ?? "", HTMLInputElement);
  button.addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", () => {
    takeSafely(chosenFiles(chooser.files), chooser.dataset["place"]);
    chooser.value = "";
  });
}
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("dropping");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  if (event.dataTransfer === null) return;
  const target = event.target instanceof Element ? event.target : undefined;
  const files = droppedFiles(event.dataTransfer);
  // A file that is dropped on an input is meant for it.
  const port = target?.closest<HTMLElement>("[data-input]")?.dataset["input"];
  if (port === undefined) takeSafely(files, target?.closest<HTMLElement>("[data-place]")?.dataset["place"]);
  else void files.then((given) => model.takeFor(port, given)).catch((error: unknown) => model.fail(String(error)));
});
addEventListener("hashchange", show);
show();
