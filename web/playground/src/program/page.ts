// The view of WASI programs: a guest with its models and files, and models whose weights lie in files of their own.
import { joinArguments, splitArguments } from "./arguments.js";
import { element, make } from "../dom.js";
import type { GivenFile } from "../dropping.js";
import { NamedFiles } from "./named-files.js";
import { formatBytes, formatMilliseconds } from "../format.js";
import { graphName, kindOf } from "../kinds.js";
import { factsOf } from "../manifest.js";
import type { RunReply } from "./protocol.js";
import { showCalls, showFact, showFiles, showProof } from "./results.js";
import { Run } from "./run.js";
import { Compiling, type GivenModel } from "../compiling.js";
import { fetchSample, sampleArguments } from "./sample.js";
import { offerThreads } from "../threads.js";
import { Terminal } from "./terminal.js";
import { digestOf, missingWeights, sayMissing, sizeOf } from "./weights.js";

const terminal = new Terminal(element("terminal", HTMLElement));
const models = new NamedFiles(element("models", HTMLUListElement), "name of a model", () => offerRun());
const folder = new NamedFiles(element("folder", HTMLUListElement), "path of a file");
const line = element("arguments", HTMLInputElement);
const threads = element("threads-wanted", HTMLSelectElement);
const [start, stop] = [element("run", HTMLButtonElement), element("stop", HTMLButtonElement)];

/** Files of weights by their SHA-256; they are read when a model runs. */
const weights = new Map<string, Blob>();
let guest: { name: string; bytes: Uint8Array } | undefined;
let running: Run | undefined;
let compiling: Compiling | undefined;
/** Of what was compiled last. */
let proving: Compiling | undefined;
/** TorchScript that records no shapes: the line beside Run says what its inputs are like. */
let waiting: GivenModel | undefined;

/** Puts each file where it belongs; those that were dropped on a list go there. */
export async function take(files: readonly GivenFile[], place?: string): Promise<void> {
  waiting = undefined;
  const uncompiled: GivenModel[] = [];
  const read = await Promise.all(files.filter(({ path, file }) => !takeWeights(path, file)).map(async ({ path, file }) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { path, file, bytes, kind: kindOf(bytes, path) };
  }));
  const compiled = new Set(read.filter(({ kind }) => kind === "model").map(({ path }) => graphName(path)));
  for (const { path, file, bytes, kind } of read) {
    if (place === "folder") addToFolder(path, bytes);
    else if (kind === "guest" && place === undefined) setGuest(path.split("/").at(-1) ?? path, bytes);
    else if (kind === "model" && (place === "models" || /\.wasm$/i.test(path))) models.add(graphName(path), bytes, sizeOf(bytes));
    // It lies beside what was compiled of it, and came along with the folder.
    else if (kind === "pytorch" && compiled.has(graphName(path))) continue;
    else if (kind === "pytorch") uncompiled.push({ name: path.split("/").at(-1) ?? path, file });
    else if (kind === "component") fail(`${path} is a component, and browsers run modules: make one of it with jco transpile`);
    else if (place === "models") fail(`${path} is no compiled model: make one with sconce compile`);
    else addToFolder(path, bytes);
  }
  for (const model of uncompiled) await compileModel(model);
  for (const [name, bytes] of [...models.contents(), ...folder.contents()]) {
    const missing = missingWeights(bytes, weights);
    if (missing.length > 0) fail(sayMissing(name, missing, bytes));
  }
  offerRun();
}

/** PyTorch's own file becomes a model like any other; where it is alone, it runs. */
async function compileModel(model: GivenModel, inputs: readonly string[] = []): Promise<void> {
  if (running !== undefined || compiling !== undefined) return fail(`${model.name} is not compiled: something else is still running`);
  waiting = undefined;
  proving?.stop();
  compiling = new Compiling(model, inputs, (stage) => {
    if (stage !== "evaluating") element("obstacle", HTMLElement).textContent = `Compiling ${model.name}: ${stage} …`;
  });
  terminal.write("note", `$ compile ${joinArguments([model.name, ...inputs])}\n`);
  setRunning(true);
  const begun = compiling;
  const done = await begun.done;
  compiling = undefined;
  setRunning(false);
  if (done.compiled === undefined) {
    if (done.wanted.length > 0) waiting = model;
    fail(done.message);
    return offerRun();
  }
  const { wasm, summary: { steps, parameters } } = done.compiled;
  terminal.write("note", `compiled in ${formatMilliseconds(done.milliseconds)}: ${steps.length} steps, ${parameters} parameters, ${formatBytes(wasm.length)}\n`);
  line.value = "";
  const name = graphName(model.name);
  models.add(name, wasm, sizeOf(wasm), `${name}.wasm`);
  void prove(model.name, begun);
  if (guest === undefined && models.size === 1) run();
}

/** Says what the reference evaluator says of a model that was compiled, when it has said it. */
async function prove(name: string, verified: Compiling): Promise<void> {
  proving = verified;
  showProof("runs …", `${name} beside the reference evaluator`);
  const proof = await verified.proof;
  if (proving !== verified) return;
  proving = undefined;
  if (proof === undefined || proof instanceof Error) return showProof("–", proof?.message ?? "");
  if (!proof.passed) {
    showProof("differs", name, "bad");
    return fail(`${name} is not proven: ${proof.problem ?? ""}`);
  }
  const difference = proof.maxError === 0 ? "none" : `at most ${proof.maxError.toExponential(1)} of the output's scale`;
  if (proof.runs === 0) return showProof("none", `${name}: ${proof.note}`);
  showProof(`${proof.runs} of ${proof.runs} runs agree`, `${name}: difference ${difference}`, "good");
  terminal.write("note", `${name} is proven: ${proof.note}; difference ${difference}\n`);
}

function compileWaiting(model: GivenModel): void {
  try {
    void compileModel(model, splitArguments(line.value));
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}

function takeWeights(path: string, file: Blob): boolean {
  const digest = digestOf(path);
  if (digest !== undefined) weights.set(digest, file);
  return digest !== undefined;
}

function addToFolder(path: string, bytes: Uint8Array): void {
  folder.add(path, bytes, kindOf(bytes) === "model" ? sizeOf(bytes) : formatBytes(bytes.length));
}

function setGuest(name: string, bytes: Uint8Array): void {
  guest = { name, bytes };
  element("guest", HTMLElement).replaceChildren(name, make("span", { className: "size" }, formatBytes(bytes.length)));
  offerRun();
}

/** A guest runs, or a model alone; where there is neither, the grey button says what it waits for. */
function offerRun(): void {
  const alone = guest === undefined && models.size > 0;
  const given = [...models.contents()];
  const split = given.find(([, bytes]) => missingWeights(bytes, weights).length > 0);
  const obstacle = waiting !== undefined ? ""
    : split !== undefined ? `Run waits for the weights of ${split[0]}, which lie in files of their own: drop the folder weights/ beside it.`
    : guest !== undefined || models.size === 1 ? ""
    : models.size === 0 ? "Run waits for a guest or a model: drop one, or take the sample."
    : "Without a guest one model runs at a time: remove the others.";
  const sizes = given.flatMap(([, bytes]) => factsOf(bytes).sizes).map((name) => `${name}=2`);
  start.disabled = obstacle !== "";
  element("obstacle", HTMLElement).textContent = obstacle;
  element("prompt", HTMLElement).textContent = waiting !== undefined ? "inputs" : guest?.name ?? (alone ? "model" : "guest");
  line.placeholder = waiting !== undefined ? `what ${waiting.name} takes, such as x=1x3x224x224`
    : !alone ? "arguments" : sizes.length === 0 ? "no size of this model is open" : `sizes, such as ${sizes.join(" ")}`;
  element("alone", HTMLElement).hidden = !alone;
  element("guest", HTMLElement).hidden = alone;
}

function run(): void {
  if (running !== undefined || compiling !== undefined || start.disabled) return;
  if (waiting !== undefined) return compileWaiting(waiting);
  terminal.clear();
  showCalls(new Map());
  showFiles(new Map());
  for (const fact of ["exit", "ready", "threads"] as const) showFact(fact, "–");
  try {
    const args = splitArguments(line.value);
    const graphs = Object.fromEntries(models.entries());
    const name = guest?.name ?? Object.keys(graphs)[0] ?? "";
    terminal.write("note", `$ ${joinArguments([name, ...args])}\n`);
    const request = { guest: guest?.bytes, name, args, graphs, files: folder.entries(), weights, threads: Number(threads.value) };
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

export function fail(message: string): void {
  terminal.write("failure", `${message}\n`);
}

async function takeSample(): Promise<void> {
  try {
    const files = await fetchSample();
    if (running !== undefined) return;
    models.clear();
    folder.clear();
    await take(files);
    line.value = joinArguments(sampleArguments);
    run();
  } catch (error) {
    fail(`the sample cannot be had: ${error instanceof Error ? error.message : String(error)}`);
  }
}

element("command", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
stop.addEventListener("click", () => {
  running?.stop("stopped");
  compiling?.stop();
});
element("sample", HTMLButtonElement).addEventListener("click", () => void takeSample());
offerThreads(threads);
offerRun();
