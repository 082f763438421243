// WASI-NN beside the runtime itself: one model on one thread, by ExecutionContext.run, by the calls of wasi_ephemeral_nn over a guest's
// memory, and by the component's compute, taking turns run by run.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Graph, openSource } from "../../web/runtime/dist/core.js";
import { createWasiNN } from "../../web/wasi-nn/dist/index.js";
import { compile, extractTensors, findPython, makeModels } from "./prepare.mjs";
import { title } from "./models.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values: options, positionals: [name = "mobilenet_v2"] } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "300" },
    models: { type: "string", default: root("artifacts/bench/models") },
    python: { type: "string" },
    save: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`bench/wasi-nn [MODEL] [options]: WASI-NN beside the runtime itself, in Node with one thread

  MODEL           any of bench/run's with an input of float32; by default mobilenet_v2
  --rounds N      so many turns for each way (300)
  --models DIR    where the models are kept from run to run
  --python PATH   a Python with PyTorch and torchvision, for making the models; or set PYTHON
  --save          writes bench/results/wasi-nn.json`);
  process.exit();
}
const warming = 30;

makeModels([name], options.models, findPython(options.python));
await compile(name, options.models);
const { input } = await extractTensors(name, options.models);
if (input.dtype !== "float32") throw new Error(`${name} takes ${input.dtype}: a model of float32 is measured`);
const path = join(options.models, `${name}.wasm`);
const given = readFileSync(join(options.models, `${name}.in0`));
const expected = readFileSync(join(options.models, `${name}.out0`));
const numbers = new Float32Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.length));

/** Calls the runtime: named tensors in and out. */
async function direct() {
  const graph = await Graph.load((await openSource(path)).chunks);
  const context = graph.createContext();
  const [[{ name: inputName }], [{ name: outputName }]] = [graph.manifest.inputs, graph.manifest.outputs];
  return () => context.run({ [inputName]: { data: numbers, shape: input.shape } })[outputName].data;
}

/** Calls the import module, as a guest does: all tensors lie in its memory. */
async function guest() {
  const nn = await createWasiNN({ graphs: { model: path }, threads: 1 });
  const calls = nn.imports.wasi_ephemeral_nn;
  const [text, tensor, dimensions, number, data] = [64, 128, 256, 512, 1024];
  const buffer = Math.ceil((data + given.length) / 64) * 64;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((buffer + expected.length) / 65536) });
  nn.attach(memory);
  const check = (errno) => {
    if (errno !== 0) throw new Error(`a call gave ${errno}`);
  };
  new Uint8Array(memory.buffer).set(new TextEncoder().encode("model"), text);
  new Uint32Array(memory.buffer, dimensions).set(input.shape);
  new Uint32Array(memory.buffer, tensor, 5).set([dimensions, input.shape.length, 1, data, given.length]);
  new Uint8Array(memory.buffer).set(given, data);
  const result = () => new Uint32Array(memory.buffer, number, 1)[0];
  check(calls.load_by_name(text, 5, number));
  check(calls.init_execution_context(result(), number));
  const context = result();
  return () => {
    check(calls.set_input(context, 0, tensor));
    check(calls.compute(context));
    check(calls.get_output(context, 0, buffer, expected.length, number));
    return new Float32Array(memory.buffer, buffer, expected.length / 4);
  };
}

/** Calls the component's classes: tensors are resources, and each result is one of its own. */
async function component() {
  const { component: { graph, tensor } } = await createWasiNN({ graphs: { model: path }, threads: 1 });
  const context = graph.loadByName("model").initExecutionContext();
  return () => {
    const [[, output]] = context.compute([["0", new tensor.Tensor(input.shape, "FP32", given)]]);
    return new Float32Array(output.data().buffer);
  };
}

const ways = { "ExecutionContext.run": await direct(), "set_input, compute, get_output": await guest(), "compute of wasi:nn": await component() };
const right = new Float32Array(expected.buffer.slice(expected.byteOffset, expected.byteOffset + expected.length));
const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
for (const [way, run] of Object.entries(ways)) {
  const wrong = run().findIndex((value, i) => !(Math.abs(value - right[i]) <= 1e-3 * largest));
  if (wrong >= 0) throw new Error(`${way} gives another output ${wrong} than PyTorch`);
  for (let i = 0; i < warming; i++) run();
}

const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
const order = Object.keys(ways);
for (let round = 0; round < Number(options.rounds); round++) {
  for (const way of order) {
    const begun = performance.now();
    ways[way]();
    times[way].push(performance.now() - begun);
  }
  // Who comes after whom differs from round to round.
  order.push(order.shift());
  if (round % 3 === 2) order.reverse();
}

const quantile = (list, part) => [...list].sort((a, b) => a - b)[Math.floor(part * (list.length - 1))];
const rounded = (value) => Number(value.toFixed(3));
const median = Object.fromEntries(Object.entries(times).map(([way, list]) => [way, quantile(list, 0.5)]));
const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length, load: loadavg()[0] },
  host: `Node ${process.versions.node}`, model: name, threads: 1, rounds: Number(options.rounds),
  milliseconds: Object.fromEntries(Object.entries(times).map(([way, list]) => [way, { median: rounded(median[way]), p10: rounded(quantile(list, 0.1)), p90: rounded(quantile(list, 0.9)) }])),
  overheadPercent: Object.fromEntries(Object.keys(ways).slice(1).map((way) => [way, rounded(100 * (median[way] / median["ExecutionContext.run"] - 1))])),
};
console.log(`${title(name)}, ${results.host}, one thread, ${options.rounds} rounds in turns`);
for (const [way, { median: middle, p10, p90 }] of Object.entries(results.milliseconds)) {
  const over = results.overheadPercent[way];
  console.log(`  ${way.padEnd(32)} ${middle.toFixed(2)} ms (${p10.toFixed(2)} to ${p90.toFixed(2)})${over === undefined ? "" : `, ${over >= 0 ? "+" : ""}${over.toFixed(2)} %`}`);
}
if (options.save) writeFileSync(root("bench/results/wasi-nn.json"), `${JSON.stringify(results, null, 1)}\n`);
