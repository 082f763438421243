// The bench for whole models: ./bench/run --help tells what it takes.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { arch, cpus, loadavg, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chart } from "./chart.mjs";
import { startBrowser, startNative, startNode } from "./hosts.mjs";
import { close, takeTurns } from "./measure.mjs";
import { compile, findPython, makeModels } from "./prepare.mjs";
import { profileTable } from "./profile.mjs";
import { table } from "./table.mjs";
import { modelCode, ortRuntime, sconceRuntime } from "./sizes.mjs";

const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url)));
const all = ["resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "vit_b_16"];
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "15" },
    warm: { type: "string", default: "5" },
    in: { type: "string", default: "node" },
    models: { type: "string", default: root("artifacts/bench/models") },
    python: { type: "string" },
    native: { type: "boolean", default: true },
    plain: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    save: { type: "string" },
    help: { type: "boolean", default: false },
  },
  allowNegative: true,
});

if (options.help) {
  console.log(`bench/run [MODEL…] [options]: classifiers of torchvision, batch 1 at 224x224, one thread: sconce, onnxruntime-web, native PyTorch

  MODEL           any of torchvision's; by default ${all.join(" ")}
  --in WHERE      node (default), chromium or firefox
  --rounds N      at least so many turns for each engine (${options.rounds}), more of small models; --warm N runs before (${options.warm})
  --plain         also sconce without relaxed SIMD
  --profile       the slowest steps of sconce's models, too
  --no-native     without native PyTorch
  --python PATH   a Python with PyTorch and torchvision, for making the models and for native PyTorch; or set PYTHON
  --models DIR    where the models are kept from run to run
  --save NAME     writes bench/results/NAME.json and NAME.svg`);
  process.exit(0);
}

const names = positionals.length > 0 ? positionals : all;
const python = findPython(options.python);
makeModels(names, options.models, python);

const host = await (options.in === "node" ? startNode(options.models) : startBrowser(options.in.replace(/^./, (letter) => letter.toUpperCase()), options.models));
const native = options.native && python !== undefined ? await startNative(python, options.models) : undefined;
const contestants = [
  { label: "sconce", host, engine: "sconce" },
  ...(options.plain ? [{ label: "sconce, no relaxed SIMD", host, engine: "sconce-plain" }] : []),
  { label: "onnxruntime-web", host, engine: "ort" },
  ...(native === undefined ? [] : [{ label: "native PyTorch", host: native, engine: "native" }]),
];

const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: { processor: cpus()[0].model, threads: cpus().length, load: loadavg()[0], system: `${platform()} ${arch()}` },
  versions: { host: host.version, native: native?.version, "onnxruntime-web": dependencies["onnxruntime-web"] },
  runtime: { sconce: sconceRuntime(), "onnxruntime-web": ortRuntime() },
  models: [],
};
for (const name of names) {
  const compiled = compile(name, options.models);
  const path = join(options.models, `${name}.wasm`);
  const engines = await takeTurns(name, contestants, { rounds: Number(options.rounds), warm: Number(options.warm) });
  const result = { name, compile: compiled.milliseconds, file: statSync(path).size, code: modelCode(path), engines };
  results.models.push(result);
  console.error(`${name}: ${Object.entries(engines).map(([label, { median }]) => `${label} ${median.toFixed(1)} ms`).join(", ")}`);
  if (options.profile) console.log(profileTable((await host.ask({ command: "profile", engine: "sconce" })).steps));
  await close(contestants);
}
await host.close();
native?.close();

console.log(table(results));
if (options.save !== undefined) {
  mkdirSync(root("bench/results"), { recursive: true });
  writeFileSync(root(`bench/results/${options.save}.json`), `${JSON.stringify(results, (_, value) => (typeof value === "number" ? Number(value.toFixed(2)) : value), 1)}\n`);
  writeFileSync(root(`bench/results/${options.save}.svg`), chart(results));
}
