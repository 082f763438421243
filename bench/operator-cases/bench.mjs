// Times what cases.py declares, in Node and in PyTorch by turns, one thread each: bench.mjs [--save] [TEXT…]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Graph } from "../../web/runtime/dist/core.js";
import { findPython } from "../models/prepare.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: { save }, positionals: wanted } = parseArgs({ allowPositionals: true, options: { save: { type: "boolean", default: false } } });
const turns = 3;
const secondsPerTurn = 8;

const python = findPython(undefined);
if (python === undefined) throw new Error("bench/operators needs a Python with PyTorch: set PYTHON");
const ask = (...args) => JSON.parse(execFileSync(python, [here("cases.py"), ...args], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim().split("\n").at(-1));

const folder = here("../../artifacts/bench/operators");
mkdirSync(folder, { recursive: true });
const made = ask("make", folder);
const cases = [];
for (const [number, { name, shapes }] of made.entries()) {
  if (wanted.length > 0 && !wanted.some((text) => name.includes(text))) continue;
  const file = join(folder, `${number}.wasm`);
  execFileSync(here("../../sconce"), ["compile", join(folder, `${number}.pt2`), "-o", file], { stdio: ["ignore", "ignore", "inherit"] });
  const bytes = readFileSync(file);
  const graph = await Graph.load((async function* () { yield bytes; })());
  const context = graph.createContext();
  context.run(Object.fromEntries(graph.manifest.inputs.map(({ name: input, dtype }, index) => {
    const shape = shapes[index];
    const length = shape.reduce((count, size) => count * size, 1);
    const data = (dtype === "float64" ? Float64Array : Float32Array).from({ length }, () => Math.random() + 0.01);
    return [input, { dtype, shape, data }];
  })));
  cases.push({ name, context, sconce: Infinity, pytorch: Infinity });
}

let version;
for (let turn = 0; turn < turns; turn++) {
  const end = performance.now() + 1000 * secondsPerTurn;
  while (performance.now() < end) {
    for (const one of cases) {
      const begun = performance.now();
      one.context.compute();
      one.sconce = Math.min(one.sconce, performance.now() - begun);
    }
  }

  const native = ask("time", `${secondsPerTurn}`);
  version = native.version;
  for (const one of cases) one.pytorch = Math.min(one.pytorch, native.times[one.name]);
}

console.log("| operator | sconce, ms | PyTorch, ms | ratio |\n|---|---:|---:|---:|");
for (const { name, sconce, pytorch } of cases) console.log(`| ${name} | ${sconce.toFixed(3)} | ${pytorch.toFixed(3)} | ${(sconce / pytorch).toFixed(2)} |`);
const report = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length },
  engine: `Node ${process.versions.node}`, pytorch: version,
  operators: cases.map(({ name, sconce, pytorch }) => ({ name, sconce: Number(sconce.toFixed(3)), pytorch: Number(pytorch.toFixed(3)) })),
};
console.log(`\nOne thread each, the best of many runs in ${turns} turns; ${report.engine}, PyTorch ${version}; ${report.machine.processor}.`);
if (save) writeFileSync(here("../results/operators.json"), `${JSON.stringify(report, null, 1)}\n`);
