import { joinArguments, splitArguments } from "./arguments.js";
import { element, make } from "./dom.js";
import { type GivenFile, chosenFiles, droppedFiles } from "./dropping.js";
import { NamedFiles } from "./named-files.js";
import { formatBytes, formatMilliseconds } from "./format.js";
import { graphName, kindOf } from "./kinds.js";
import type { RunReply } from "./protocol.js";
import { showCalls, showFact, showFiles } from "./results.js";
import { Run } from "./run.js";
import { fetchSample, sampleArguments } from "./sample.js";
import { Terminal } from "./terminal.js";

const terminal = new Terminal(element("terminal", HTMLElement));
const models = new NamedFiles(element("models", HTMLUListElement), "name of a model", () => offerRun());
const folder = new NamedFiles(element("folder", HTMLUListElement), "path of a file");
const line = element("arguments", HTMLInputElement);
const threads = element("threads-wanted", HTMLSelectElement);
const [start, stop] = [element("run", HTMLButtonElement), element("stop", HTMLButtonElement)];

let guest: { name: string; bytes: Uint8Array } | undefined;
let running: Run | undefined;

/** Puts each file where it belongs; those that were dropped on a list go there. */
function take(files: readonly GivenFile[], place?: string): void {
  for (const { path, bytes } of files) {
    const kind = kindOf(bytes, path);
    if (place === "folder") folder.add(path, bytes);
    else if (kind === "guest" && place === undefined) setGuest(path.split("/").at(-1) ?? path, bytes);
    else if (kind === "model" && (place === "models" || /\.wasm$/i.test(path))) models.add(graphName(path), bytes);
    else if (kind === "pytorch") fail(`${path} is PyTorch's own file, which is compiled first: sconce compile ${path}. Then drop the .wasm that comes of it`);
    else if (kind === "component") fail(`${path} is a component, and browsers run modules: make one of it with jco transpile`);
    else if (place === "models") fail(`${path} is no compiled model: make one with sconce compile`);
    else folder.add(path, bytes);
  }
}

function setGuest(name: string, bytes: Uint8Array): void {
  guest = { name, bytes };
  element("guest", HTMLElement).replaceChildren(name, make("span", { className: "size" }, formatBytes(bytes.length)));
  offerRun();
}

/** A guest runs, or a model alone; where there is neither, the grey button says what it waits for. */
function offerRun(): void {
  const alone = guest === undefined && models.size > 0;
  const obstacle = guest !== undefined || models.size === 1 ? ""
    : models.size === 0 ? "Run waits for a guest or a model: drop one, or take the sample."
    : "Without a guest one model runs at a time: remove the others.";
  start.disabled = obstacle !== "";
  element("obstacle", HTMLElement).textContent = obstacle;
  element("prompt", HTMLElement).textContent = guest?.name ?? (alone ? "model" : "guest");
  line.placeholder = alone ? "sizes of open dimensions, such as n=2" : "arguments";
  element("alone", HTMLElement).hidden = !alone;
  element("guest", HTMLElement).hidden = alone;
}

function run(): void {
  if (running !== undefined || start.disabled) return;
  terminal.clear();
  showCalls(new Map());
  showFiles(new Map());
  for (const fact of ["exit", "ready", "threads"] as const) showFact(fact, "–");
  try {
    const args = splitArguments(line.value);
    const graphs = Object.fromEntries(models.entries());
    const name = guest?.name ?? Object.keys(graphs)[0] ?? "";
    terminal.write("note", `$ ${joinArguments([name, ...args])}\n`);
    const request = { guest: guest?.bytes, name, args, graphs, files: folder.entries(), threads: Number(threads.value) };
    running = new Run(request, hear);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  setRunning(true);
  showFact("exit", "runs …");
  element("terminal", HTMLElement).scrollIntoView({ block: "nearest" });
}

function hear(reply: RunReply): void {
  if (reply.type === "said") {
    for (const { stream, text } of reply.pieces) terminal.write(stream, text);
    return showCalls(reply.calls);
  }
  running = undefined;
  setRunning(false);
  if (reply.type === "failed") {
    showFact("exit", "–", "did not end by itself");
    return fail(reply.message);
  }
  const { exitCode, threads: used, milliseconds, files } = reply;
  const after = `after ${formatMilliseconds(milliseconds.run)}`;
  terminal.write("note", `${exitCode === undefined ? "done" : `exit code ${exitCode}`}, ${after}\n`);
  showFact("exit", String(exitCode ?? "–"), after);
  if (exitCode === undefined) showFact("compute", formatMilliseconds(milliseconds.run), "the first run");
  showFact("ready", formatMilliseconds(milliseconds.ready), exitCode === undefined ? "model and threads" : "guest, models and threads");
  showFact("threads", String(used), used < Number(threads.value) ? "no more can be had" : "");
  showFiles(files);
}

function setRunning(isRunning: boolean): void {
  start.hidden = isRunning;
  stop.hidden = !isRunning;
  document.body.classList.toggle("running", isRunning);
}

function fail(message: string): void {
  terminal.write("failure", `${message}\n`);
}

async function takeSample(): Promise<void> {
  try {
    const files = await fetchSample();
    if (running !== undefined) return;
    models.clear();
    folder.clear();
    take(files);
    line.value = joinArguments(sampleArguments);
    run();
  } catch (error) {
    fail(`the sample cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function takeSafely(files: Promise<readonly GivenFile[]>, place?: string): void {
  files.then((given) => take(given, place), (error: Error) => fail(`a file cannot be read: ${error.message}`));
}

function offerThreads(): void {
  const most = globalThis.crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1;
  for (let count = 1; count <= most; count++) threads.append(make("option", { value: String(count) }, count === 1 ? "1 thread" : `${count} threads`));
  threads.value = String(most <= 4 ? most : Math.ceil(most / 2));
  if (!globalThis.crossOriginIsolated) threads.title = "The page is not cross-origin isolated: its server must send Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy";
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
  const place = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-place]")?.dataset["place"] : undefined;
  if (event.dataTransfer !== null) takeSafely(droppedFiles(event.dataTransfer), place);
});
element("command", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
stop.addEventListener("click", () => running?.stop("stopped"));
element("sample", HTMLButtonElement).addEventListener("click", () => void takeSample());
offerThreads();
offerRun();
