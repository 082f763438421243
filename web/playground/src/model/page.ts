// The view of one model: dropped, compiled, proven, fed by forms, and looked at.
import { type Model, load } from "sconce";
import type { Manifest, Outputs, TensorInput } from "sconce/core";
import type { GraphBox } from "sconce-compiler/browser";
import { readNpz } from "sconce/tensor";
import { Compiling, type GivenModel } from "../compiling.js";
import { element, make } from "../dom.js";
import type { GivenFile } from "../dropping.js";
import { formatMilliseconds } from "../format.js";
import { graphName, kindOf } from "../kinds.js";
import { manifestOf } from "../manifest.js";
import { offerThreads } from "../threads.js";
import { type Arrays, arrayOf, compareWith, formsOf } from "./answers.js";
import { pageCode } from "./code.js";
import { type Companion, type InputFile, companionOf } from "./companions.js";
import { Details } from "./details.js";
import { showFact, showReport, showTimes } from "./facts.js";
import { InputForm } from "./inputs/form.js";
import { OpenSizes } from "./open-sizes.js";
import { OutputPanel } from "./outputs/panel.js";
import type { Beside } from "./outputs/views.js";
import { fetchSample } from "./sample.js";
import { readTokenizer } from "./tokenizer.js";
import { hideAnswers, showAnswers, showProof } from "./verdicts.js";
import { WantedForm } from "./wanted-form.js";

/** A run is repeated, where that takes no longer than this in all: one time says little. */
const timingMs = 500;
const mostRuns = 20;

/** A model that is open. */
interface Opened {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly manifest: Manifest;
  readonly graph: readonly GraphBox[];
  readonly forms: readonly InputForm[];
  model: Model;
}

export class ModelPage {
  readonly #threads = element("model-threads", HTMLSelectElement);
  readonly #run = element("model-run", HTMLButtonElement);
  readonly #reset = element("model-reset", HTMLButtonElement);
  readonly #stop = element("model-stop", HTMLButtonElement);
  readonly #outputs = new OutputPanel(element("model-outputs", HTMLElement));
  readonly #wanted = new WantedForm();
  readonly #details = new Details(() => this.#profileNow(), () => this.#codeNow());
  #beside: Beside = { labels: undefined, tokenizer: undefined };
  #arrays: { readonly name: string; readonly arrays: Arrays } | undefined;
  #compiling: Compiling | undefined;
  #opened: Opened | undefined;
  #running: AbortController | undefined;
  /** What is given now is run with later: more is to come, or a run is under way. */
  #waits = false;
  #again = false;
  /** The last run, when it has ended. */
  #ran: Promise<void> = Promise.resolve();
  /** Counts what was opened: what comes late of an earlier one is passed over. */
  #turn = 0;

  constructor() {
    offerThreads(this.#threads);
    this.#threads.addEventListener("change", () => void this.#loadAgain());
    element("model-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#runNow();
    });
    // What a visitor gave is what is to be seen.
    element("model-inputs", HTMLElement).addEventListener("given", () => {
      if (this.#running !== undefined) this.#again = true;
      else if (!this.#waits) void this.#runNow();
    });
    this.#reset.addEventListener("click", () => void this.#opened?.model.reset());
    this.#stop.addEventListener("click", () => {
      this.#compiling?.stop();
      this.#running?.abort();
    });
    element("model-sample", HTMLButtonElement).addEventListener("click", () => {
      fetchSample().then((files) => this.take(files)).catch((error: unknown) => this.fail(`the sample cannot be had: ${error instanceof Error ? error.message : String(error)}`));
    });
  }

  /** Opens a model, with what lies beside it; or gives files to the one that is open. */
  async take(files: readonly GivenFile[]): Promise<void> {
    this.#say("");
    const models: (GivenModel & { readonly bytes: Uint8Array | undefined })[] = [];
    const companions: Companion[] = [];
    for (const { path, file } of files) {
      const name = path.split("/").at(-1) ?? path;
      const kind = kindOf(new Uint8Array(await file.slice(0, 64).arrayBuffer()), path);
      if (kind === "pytorch") models.push({ name, file, bytes: undefined });
      else if (kind === "model") models.push({ name, file, bytes: new Uint8Array(await file.arrayBuffer()) });
      else if (kind === "component") throw new Error(`${path} is a component, and browsers run modules: make one of it with jco transpile`);
      else if (/\.(pt2|pt|pth|ckpt|safetensors|onnx)$/i.test(path)) models.push({ name, file, bytes: undefined });
      else {
        const companion = await companionOf(path, file);
        if (companion === undefined) this.fail(`nobody knows what ${path} is for: drop a model (.pt2, .pt, .wasm), and beside it labels (.txt, .json), a tokenizer.json, arrays (.npz, .npy), pictures or sounds`);
        else companions.push(companion);
      }
    }
    const [model, another] = models;
    if (another !== undefined) this.fail(`one model at a time: ${another.name} is left out`);
    if (model === undefined) return this.#takeCompanions(companions);
    await this.#close();
    for (const companion of companions) await this.#keep(companion);
    if (model.bytes === undefined) await this.#compile(model, /\.pt2$/i.test(model.name) || this.#arrays === undefined ? [] : formsOf(this.#arrays.arrays), companions);
    else await this.#open(model.name, model.bytes, [], companions);
  }

  /** Gives files to one input, on which they were dropped. */
  async takeFor(input: string, files: readonly GivenFile[]): Promise<void> {
    const form = this.#opened?.forms.find(({ port }) => port.port.name === input);
    for (const { path, file } of files) {
      const companion = await companionOf(path, file);
      if (form === undefined || companion === undefined || companion.kind === "labels" || companion.kind === "tokenizer" || companion.kind === "arrays") await this.take([{ path, file }]);
      else if (!(await form.take(companion.kind, companion.file))) this.fail(`${input} takes no ${companion.kind}: ${path} is left out`);
    }
  }

  fail(message: string): void {
    this.#say([element("model-error", HTMLElement).textContent, message].filter((part) => part !== "").join("\n"));
  }

  #say(message: string): void {
    const place = element("model-error", HTMLElement);
    place.textContent = message;
    place.hidden = message === "";
  }

  async #close(): Promise<void> {
    this.#turn++;
    this.#compiling?.stop();
    this.#running?.abort();
    this.#again = false;
    this.#opened?.model.dispose();
    this.#opened = undefined;
    [this.#beside, this.#arrays] = [{ labels: undefined, tokenizer: undefined }, undefined];
    this.#wanted.hide();
    this.#outputs.clear();
    showProof(undefined);
    hideAnswers();
    element("bench", HTMLElement).hidden = true;
    element("model-card", HTMLElement).hidden = true;
  }

  async #compile(model: GivenModel, inputs: readonly string[], companions: readonly Companion[]): Promise<void> {
    const turn = ++this.#turn;
    element("model-card", HTMLElement).hidden = false;
    element("model-name", HTMLElement).textContent = model.name;
    element("model-save", HTMLElement).hidden = true;
    showProof(undefined);
    this.#setBusy(true);
    const compiling = new Compiling(model, inputs, (stage) => {
      if (turn === this.#turn && stage !== "evaluating") this.#tell(`${stage === "starting" ? "The compiler starts" : stage === "reading" ? "Reading the model" : `Compiling: ${stage}`} …`);
    });
    this.#compiling = compiling;
    const done = await compiling.done;
    if (turn !== this.#turn) return;
    this.#setBusy(false);
    if (done.compiled === undefined) {
      this.#tell("Not compiled.");
      // What the file does not say, the visitor may.
      if (done.wanted.length > 0) {
        this.#tell("TorchScript records no shapes: say what its inputs are like, or drop a .npz with example arrays beside it.");
        return this.#wanted.ask(done.wanted, (forms) => void this.#compile(model, forms, companions));
      }
      return this.fail(done.message);
    }
    const { wasm, graph } = done.compiled;
    showProof("runs");
    void compiling.proof.then((proof) => turn === this.#turn && showProof(proof));
    await this.#open(model.name, wasm, graph, companions, `Compiled in ${formatMilliseconds(done.milliseconds)}.`);
  }

  async #open(file: string, wasm: Uint8Array, graph: readonly GraphBox[], companions: readonly Companion[], said = ""): Promise<void> {
    const turn = this.#turn;
    element("model-card", HTMLElement).hidden = false;
    element("model-name", HTMLElement).textContent = file;
    if (said === "") showProof("compiled");
    const name = graphName(file);
    let model: Model;
    try {
      model = await load(wasm, { threads: Number(this.#threads.value) });
    } catch (error) {
      this.#tell("");
      return this.fail(error instanceof Error ? error.message : String(error));
    }
    if (turn !== this.#turn) return model.dispose();
    // It was loaded, and so is whole.
    const manifest = manifestOf(wasm) as Manifest;
    const sizes = new OpenSizes(manifest.symbols);
    const forms = manifest.inputs.map((port, index) => new InputForm({ port, index, sizes }, () => this.#beside.tokenizer));
    this.#opened = { name, wasm, manifest, graph, forms, model };
    element("model-inputs", HTMLElement).replaceChildren(sizes.element, ...(forms.length === 0 ? [make("p", { className: "note" }, "This model takes no inputs.")] : forms.map((form) => form.element)));
    this.#offerFile(`${name}.wasm`, wasm);
    this.#reset.hidden = manifest.state !== true;
    element("bench", HTMLElement).hidden = false;
    this.#tell(said);
    this.#details.open(graph);
    for (const fact of ["run", "threads", "memory", "file"] as const) showFact(fact, "–");
    this.#waits = true;
    await this.#takeCompanions(companions).finally(() => (this.#waits = false));
    await this.#runNow();
  }

  /** With another number of threads. */
  async #loadAgain(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined) return;
    this.#again = false;
    this.#running?.abort();
    await this.#ran;
    opened.model.dispose();
    opened.model = await load(opened.wasm as Uint8Array<ArrayBuffer>, { threads: Number(this.#threads.value) });
    await this.#runNow();
  }

  async #keep(companion: Companion): Promise<void> {
    if (companion.kind === "labels") this.#beside = { ...this.#beside, labels: companion.labels };
    else if (companion.kind === "tokenizer") this.#beside = { ...this.#beside, tokenizer: readTokenizer(companion.json) };
    else if (companion.kind === "arrays") this.#arrays = { name: companion.file.name, arrays: await readNpz(companion.file, companion.file.name) };
  }

  async #takeCompanions(companions: readonly Companion[]): Promise<void> {
    const forms = this.#opened?.forms;
    if (forms === undefined) {
      if (companions.length > 0) this.fail("there is no model to give this to: drop a .pt2, a .pt or a .wasm first");
      return;
    }
    for (const companion of companions) {
      await this.#keep(companion);
      if (companion.kind === "tokenizer") forms.find((form) => form.tokenize());
      else if (companion.kind === "arrays") this.#fillFrom(companion.file.name, forms);
      else if (companion.kind !== "labels" && !(await this.#giveFirst(companion, forms))) this.fail(`no input of this model takes a ${companion.kind}: ${companion.file.name} is left out`);
    }
    await this.#outputs.again(this.#beside);
  }

  async #giveFirst({ kind, file }: InputFile, forms: readonly InputForm[]): Promise<boolean> {
    for (const form of forms) if (await form.take(kind, file)) return true;
    return false;
  }

  #fillFrom(from: string, forms: readonly InputForm[]): void {
    for (const [index, form] of forms.entries()) {
      const tensor = arrayOf(this.#arrays?.arrays ?? {}, "in", index, form.port.port.name);
      if (tensor !== undefined) form.set(tensor, from);
    }
  }

  /** All inputs; those first that say what sizes the others have. */
  async #inputs({ forms }: Opened): Promise<Record<string, TensorInput>> {
    const inputs: Record<string, TensorInput> = {};
    for (const decides of [true, false]) for (const form of forms) if (form.decidesSizes === decides) inputs[form.port.port.name] = await form.read();
    return inputs;
  }

  async #runNow(): Promise<void> {
    const opened = this.#opened;
    if (opened === undefined || this.#running !== undefined) return;
    await (this.#ran = this.#runOf(opened));
    const again = this.#again;
    this.#again = false;
    if (again) await this.#runNow();
  }

  async #runOf(opened: Opened): Promise<void> {
    const running = (this.#running = new AbortController());
    const { model, manifest } = opened;
    this.#setBusy(true);
    this.#obstacle("");
    hideAnswers();
    try {
      const inputs = await this.#inputs(opened);
      const outputs = (await model.run(inputs as never, { signal: running.signal })) as Outputs;
      const times = [model.report().milliseconds.lastRun ?? 0];
      if (this.#opened !== opened) return;
      await this.#outputs.show(outputs, this.#beside);
      if (this.#arrays !== undefined) showAnswers(this.#arrays.name, compareWith(this.#arrays.arrays, manifest.outputs, outputs));
      // Where a model keeps a state, each run would be another one.
      for (const began = performance.now(); manifest.state !== true && times.length < mostRuns && performance.now() - began + (times[0] ?? 0) < timingMs;) {
        await model.run(inputs as never, { signal: running.signal });
        times.push(model.report().milliseconds.lastRun ?? 0);
      }
      showTimes(times);
      showReport(model.report());
      this.#details.ran();
    } catch (error) {
      if (this.#opened === opened) this.#obstacle(running.signal.aborted ? "stopped" : error instanceof Error ? error.message : String(error));
    } finally {
      this.#running = undefined;
      this.#setBusy(false);
    }
  }

  async #profileNow() {
    const opened = this.#opened;
    if (opened === undefined) throw new Error("there is no model");
    return opened.model.profile((await this.#inputs(opened)) as never);
  }

  #codeNow(): string {
    const opened = this.#opened;
    if (opened === undefined) return "";
    return pageCode(`${opened.name}.wasm`, opened.forms.map(({ port, code }) => ({ name: port.port.name, code })), opened.manifest.outputs.map(({ name }) => name));
  }

  #offerFile(name: string, wasm: Uint8Array): void {
    const link = element("model-save", HTMLAnchorElement);
    URL.revokeObjectURL(link.href);
    [link.href, link.download, link.textContent, link.hidden] = [URL.createObjectURL(new Blob([wasm as Uint8Array<ArrayBuffer>], { type: "application/wasm" })), name, `Save ${name}`, false];
  }

  #setBusy(isBusy: boolean): void {
    this.#stop.hidden = !isBusy;
    this.#run.disabled = isBusy;
    element("model-progress", HTMLElement).hidden = !isBusy;
  }

  #tell(text: string): void {
    element("model-stage", HTMLElement).textContent = text;
  }

  #obstacle(text: string): void {
    element("model-obstacle", HTMLElement).textContent = text;
  }
}
