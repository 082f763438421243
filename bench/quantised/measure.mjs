// How fast quantised models are beside the same in float32: node measure.mjs FOLDER [--rounds 5] [--only TEXT] [--plain]
// FOLDER holds what make.py wrote. Each model is timed in turn, round after round, so that whatever else the machine does meets all of them; a model's time is the least sum of its
// steps. SCONCE_NODE names the Node that runs them, of which one with relaxed SIMD is wanted.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: { rounds, only, plain }, positionals: [folder] } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" }, plain: { type: "boolean", default: false } },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "sconce-quantised-"));
const environment = { ...process.env, PATH: `${process.env.SCONCE_NODE ? `${dirname(process.env.SCONCE_NODE)}:` : ""}${process.env.PATH}` };
const sconce = (...args) => execFileSync(join(root, "sconce"), args, { env: environment, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const models = readdirSync(folder).filter((file) => file.endsWith(".pt2") && file.includes(only)).map((file) => {
  const name = basename(file, ".pt2");
  const artifact = join(scratch, `${name}.wasm`);
  sconce("compile", join(folder, file), "-o", artifact);
  return { name, artifact, bytes: statSync(artifact).size, best: Infinity };
});
let engine = "";
for (let round = 0; round < Number(rounds); round++) {
  for (const model of models) {
    const file = join(scratch, "bench.json");
    sconce("bench", model.artifact, "--rounds", "40", "--json", file, ...(plain ? ["--plain"] : []));
    const report = JSON.parse(readFileSync(file, "utf8"));
    model.best = Math.min(model.best, report.steps.reduce((sum, step) => sum + step.ms, 0));
    engine = report.engine ?? engine;
  }
}
const floatOf = ({ name }) => models.find((other) => [name.replace(/-u?int\d$/, ""), name.replace(/-int\d$/, "-float32")].some((float) => float === other.name && !/int\d$/.test(float)));
console.log("| model | ms | times float32's speed | MB | of float32's |\n|---|---:|---:|---:|---:|");
for (const model of models) {
  const float = floatOf(model);
  console.log(`| ${model.name} | ${model.best.toFixed(2)} | ${(float.best / model.best).toFixed(2)} | ${(model.bytes / 1e6).toFixed(2)} | ${(model.bytes / float.bytes).toFixed(3)} |`);
}
console.log(`\n${engine}${plain ? ", without relaxed SIMD" : ""}, one thread.`);
