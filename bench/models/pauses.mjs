// What a pause before a call costs: one model with one thread and with two, called again at once and some milliseconds later, taking turns.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { load } from "../../web/runtime/dist/index.js";
import { compile, extractTensors, findPython, makeModels } from "./prepare.mjs";
import { title } from "./models.mjs";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values: options, positionals: [name = "mobilenet_v2"] } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "12" },
    pause: { type: "string", default: "50" },
    models: { type: "string", default: root("artifacts/bench/models") },
    python: { type: "string" },
    save: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`bench/pauses [MODEL] [options]: calls that follow a pause beside calls that follow at once, with one thread and with two, in Node

  MODEL           any of bench/run's with an input of float32; by default mobilenet_v2
  --rounds N      so many rounds (12); in each, every way has ten calls
  --pause MS      the pause, in milliseconds (50)
  --models DIR    where the models are kept from run to run
  --python PATH   a Python with PyTorch and torchvision, for making the models; or set PYTHON
  --save          writes bench/results/pauses.json`);
  process.exit();
}
const callsPerRound = 10;
const warming = 30;

makeModels([name], options.models, findPython(options.python));
await compile(name, options.models);
const { input } = await extractTensors(name, options.models);
if (input.dtype !== "float32") throw new Error(`${name} takes ${input.dtype}: a model of float32 is measured`);
const given = readFileSync(join(options.models, `${name}.in0`));
const tensor = { data: new Float32Array(given.buffer.slice(given.byteOffset, given.byteOffset + given.length)), shape: input.shape };

const ways = [];
for (const threads of [1, 2]) {
  const model = await load(join(options.models, `${name}.wasm`), { threads });
  const inputs = { [model.inputs[0].name]: tensor };
  for (let i = 0; i < warming; i++) await model.run(inputs);
  for (const pause of [0, Number(options.pause)]) ways.push({ threads, pause, times: [], call: () => model.run(inputs) });
}

for (let round = 0; round < Number(options.rounds); round++) {
  for (const { pause, times, call } of ways) {
    // The caches are the other way's.
    await call();
    for (let i = 0; i < callsPerRound; i++) {
      if (pause > 0) await sleep(pause);
      const begun = performance.now();
      await call();
      times.push(performance.now() - begun);
    }
  }
}

const rounded = (number) => Number(number.toFixed(2));
const rows = ways.map(({ threads, pause, times }) => {
  times.sort((a, b) => a - b);
  return { threads, pause, least: rounded(times[0]), tenth: rounded(times[Math.floor(times.length / 10)]), median: rounded(times[times.length >> 1]) };
});
console.log(`${title(name)}, Node ${process.versions.node}, milliseconds a call\n\n| threads | pause | least | a tenth below | median |\n|---:|---:|---:|---:|---:|`);
for (const { threads, pause, least, tenth, median } of rows) console.log(`| ${threads} | ${pause} | ${least} | ${tenth} | ${median} |`);
const slower = Object.fromEntries(["least", "tenth", "median"].map((of) => [of, [0, 2].map((i) => rounded(rows[i + 1][of] / rows[i][of]))]));
for (const [of, [one, two]] of Object.entries(slower)) console.log(`\nafter a pause, by the ${of}: one thread ${one} times as long, two ${two} times`);
if (options.save) {
  const machine = { processor: cpus()[0].model, threads: cpus().length, load: rounded(loadavg()[0]) };
  const report = { date: new Date().toISOString().slice(0, 10), machine, host: `Node ${process.versions.node}`, model: name, rows, slower };
  writeFileSync(root("bench/results/pauses.json"), `${JSON.stringify(report, null, 1)}\n`);
}
process.exit();
