// Times what cases.py declares, in Node and in PyTorch by turns: bench.mjs [--save] [--alone] [TEXT…]
// With one thread and with two, turn about; PyTorch has one.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Graph, Helpers, elementCount } from "../../web/runtime/dist/core.js";
import { findPython } from "../models/prepare.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: { save, alone, seconds }, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    save: { type: "boolean", default: false }, alone: { type: "boolean", default: false }, seconds: { type: "string", default: "0.4" },
  },
});
const turns = 3;
const threads = [1, 2];

const python = findPython(undefined);
if (python === undefined) throw new Error("bench/operators needs a Python with PyTorch: set PYTHON");
const options = { stdio: ["ignore", "pipe", "ignore"] };
const ask = (...args) => JSON.parse(execFileSync(python, [here("cases.py"), ...args], options).toString().trim().split("\n").at(-1));

const folder = here("../../artifacts/bench/operators");
mkdirSync(folder, { recursive: true });
const helpers = await Helpers.start(1);
const cases = [];
for (const [number, { name, shapes, largest }] of ask("make", folder).entries()) {
  if (wanted.length > 0 && !wanted.some((text) => name.includes(text))) continue;
  const file = join(folder, `${number}.wasm`);
  execFileSync(here("../../sconce"), ["compile", join(folder, `${number}.pt2`), "-o", file], { stdio: ["ignore", "ignore", "inherit"] });
  const bytes = readFileSync(file);
  const graph = await Graph.load((async function* () { yield bytes; })(), { shared: true, contexts: threads.length, threads: 2 });
  const inputs = Object.fromEntries(graph.manifest.inputs.map(({ name: input, dtype }, index) =>
    [input, { dtype, shape: shapes[index], data: randomData(dtype, shapes[index], largest[index]) }]));
  const contexts = threads.map((count) => {
    const context = graph.createContext();
    context.threads = count;
    context.bind(inputs);
    return context;
  });
  cases.push({ name, contexts, times: threads.map(() => []), pytorch: Infinity });
}

let version;
for (let turn = 0; turn < turns; turn++) {
  for (const { contexts, times } of cases) measure(contexts, times);
  if (alone) continue;
  const native = ask("time", "8", ...cases.map(({ name }) => name));
  version = native.version;
  for (const one of cases) one.pytorch = Math.min(one.pytorch, native.times[one.name]);
}

helpers.end();
const rows = cases.map(({ name, times, pytorch }) => {
  // Of what takes a microsecond there are more times than a call takes arguments.
  const [one, two] = times.map((all) => all.sort((a, b) => a - b)).map((sorted) => ({ least: sorted[0], median: sorted[sorted.length >> 1] }));
  const [gain, medianGain] = [rounded(one.least / two.least, 2), rounded(one.median / two.median, 2)];
  return { name, sconce: rounded(one.least), pytorch: alone ? undefined : rounded(pytorch), two: rounded(two.least), gain, medianGain };
});
console.log("| operator | sconce, ms | PyTorch, ms | ratio | two threads, ms | gain | by medians |\n|---|---:|---:|---:|---:|---:|---:|");
for (const { name, sconce, pytorch, two, gain, medianGain } of rows) {
  const ratio = pytorch === undefined ? "" : (sconce / pytorch).toFixed(2);
  console.log(`| ${name} | ${sconce} | ${pytorch ?? ""} | ${ratio} | ${two} | ${gain.toFixed(2)} | ${medianGain.toFixed(2)} |`);
}
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length },
  engine: `Node ${process.versions.node}`, pytorch: version, operators: rows,
};
const engines = [report.engine, ...(alone ? [] : [`PyTorch ${version}`])].join(", ");
console.log(`\nThe best of many runs in ${turns} turns, one thread where nothing else is said; ${engines}; ${report.machine.processor}.`);
if (save) writeFileSync(here("../results/operators.json"), `${JSON.stringify(report, null, 1)}\n`);

/** Some runs of one context, some of the other, and so on: what else the machine does falls on both alike. */
function measure(contexts, times) {
  helpers.help(contexts[1]);
  // The helper is on its way, and the code becomes fast.
  for (const until = performance.now() + 100; performance.now() < until;) contexts.forEach((context) => context.compute());
  for (const until = performance.now() + 1000 * Number(seconds); performance.now() < until;) {
    contexts.forEach((context, index) => {
      // The first is not counted: what the helper and the caches hold is still the other's.
      context.compute();
      const end = performance.now() + 5;
      do {
        const begun = performance.now();
        context.compute();
        times[index].push(performance.now() - begun);
      } while (performance.now() < end);
    });
  }
}

function randomData(dtype, shape, largest) {
  const length = elementCount(shape, "an input");
  if (dtype === "int64") return BigInt64Array.from({ length }, () => BigInt(Math.floor(Math.random() * (largest + 1))));
  // Bits of numbers from 0.5 to 1, of either format of 16 bits.
  if (dtype === "float16") return Uint16Array.from({ length }, () => 0x3800 + Math.random() * 0x400);
  if (dtype === "bfloat16") return Uint16Array.from({ length }, () => 0x3f00 + Math.random() * 0x80);
  return (dtype === "float64" ? Float64Array : Float32Array).from({ length }, () => Math.random() + 0.01);
}

function rounded(number, digits = 3) {
  return Number(number.toFixed(digits));
}
