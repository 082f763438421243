// The bench for whole models: ./bench/run --help tells what it takes.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chart } from "./chart.mjs";
import { startNative, starter } from "./hosts.mjs";
import { startAnew, takeTurns } from "./measure.mjs";
import { all, flops } from "./models.mjs";
import { compile, extractTensors, findPython, makeModels } from "./prepare.mjs";
import { ortRuntime, readArtifact, sconceRuntime } from "./sizes.mjs";
import { conditions, costs, speed } from "./table.mjs";

const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "7" },
    seconds: { type: "string", default: "10" },
    threads: { type: "string", default: "1" },
    in: { type: "string", default: "node" },
    models: { type: "string", default: root("artifacts/bench/models") },
    python: { type: "string" },
    native: { type: "boolean", default: true },
    starts: { type: "boolean", default: true },
    plain: { type: "boolean", default: false },
    tool: { type: "string" },
    save: { type: "string" },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});

if (options.help) {
  console.log(`bench/run [MODEL…] [options]: models at batch 1: sconce, onnxruntime-web, native PyTorch

  MODEL           any classifier of torchvision's; by default ${all.join(" ")}
  --in WHERE      node (default), chromium or firefox
  --threads N     threads of every engine (${options.threads})
  --rounds N      at least so many turns for each engine (${options.rounds}), and more until --seconds S (${options.seconds}) have passed for a model
  --plain         also sconce without relaxed SIMD
  --no-native     without native PyTorch
  --no-starts     without cold starts and memory, for which each engine starts anew
  --python PATH   a Python with PyTorch and torchvision, for making the models and for native PyTorch; or set PYTHON
  --models DIR    where the models are kept from run to run
  --tool PATH     the sconce to compile with: a native one, say (.ci/publish-native makes artifacts/native/sconce)
  --save NAME     writes bench/results/NAME.json and NAME.svg`);
  process.exit(0);
}

const names = positionals.length > 0 ? positionals : all;
const threads = Number(options.threads);
const python = findPython(options.python);
makeModels(names, options.models, python);

const start = starter(options.in, options.models);
const host = await start();
const native = options.native && python !== undefined ? await startNative(python, options.models, threads) : undefined;
const engines = [
  { label: "sconce", engine: "sconce" },
  ...(options.plain ? [{ label: "sconce, no relaxed SIMD", engine: "sconce-plain" }] : []),
  { label: "onnxruntime-web", engine: "ort" },
];
/** LiteRT.js, for which nothing here can make files: it takes part where there is one, in a browser, and where its package is installed. */
const litert = (name) => (litertVersion() !== undefined && existsSync(join(options.models, `${name}.tflite`)) ? [{ label: "LiteRT.js", engine: "litert" }] : []);

function litertVersion() {
  const path = new URL("node_modules/@litertjs/core/package.json", import.meta.url);
  return options.in !== "node" && existsSync(path) ? JSON.parse(readFileSync(path)).version : undefined;
}

const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length, load: loadavg()[0], system: `${platform()} ${arch()}` },
  versions: { host: host.version, native: native?.version, "onnxruntime-web": dependencies["onnxruntime-web"], "LiteRT.js": names.some((name) => litert(name).length > 0) ? litertVersion() : undefined },
  threads,
  tool: options.tool === undefined ? "dotnet" : "native",
  runtime: { sconce: sconceRuntime(), "onnxruntime-web": ortRuntime() },
  models: [],
};
for (const [number, name] of names.entries()) {
  const told = (stage) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${number + 1}/${names.length} ${name}: ${stage}`);
    else if (stage.endsWith("\n")) process.stderr.write(`${number + 1}/${names.length} ${name}: ${stage}`);
  };
  told("compiling");
  const compiled = await compile(name, options.models, options.tool);
  const tensors = await extractTensors(name, options.models);
  const path = join(options.models, `${name}.wasm`);
  const { manifest, code } = readArtifact(path);
  told("running");
  const peak = await host.ask({ command: "peak" });
  const contestants = [...[...engines, ...litert(name)].map((engine) => ({ ...engine, host })), ...(native === undefined ? [] : [{ label: "native PyTorch", host: native }])];
  const times = await takeTurns(name, tensors, contestants, { rounds: Number(options.rounds), seconds: Number(options.seconds), threads });
  const starts = {};
  for (const { label, engine } of options.starts ? [...engines, ...litert(name)] : []) {
    told(`starting ${label} anew`);
    starts[label] = await startAnew(name, tensors, { start, engine, threads });
  }
  const { constantsOffset, constantsEnd } = manifest.memory;
  results.models.push({
    name, flops: flops(name, manifest), peak, engines: times, starts, compile: compiled,
    file: statSync(path).size, code, weights: constantsEnd - constantsOffset, arena: manifest.arena, largestLive: manifest.largestLive,
  });
  told(`${Object.entries(times).map(([label, { median }]) => `${label} ${median.toFixed(1)} ms`).join(", ")}\n`);
  save();
}
await host.close();
native?.close();

console.log(`${speed(results)}\n\n${options.starts ? `${costs(results)}\n\n` : ""}${conditions(results)}`);

/** After each model, so that what was measured is there even if the bench is stopped. */
function save() {
  if (options.save === undefined) return;
  const folder = root("bench/results");
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const rounded = JSON.stringify(results, (_, value) => (typeof value === "number" ? Number(value.toFixed(2)) : value), 1);
  writeFileSync(join(folder, `${options.save}.json`), `${rounded}\n`);
  writeFileSync(join(folder, `${options.save}.svg`), chart(results));
}
