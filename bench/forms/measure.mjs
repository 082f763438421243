// Models as TorchScript beside the same ones as .pt2: how long compiling takes, whether the code is the same, and how long a run takes, in turns. See --help.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { load } from "../../web/runtime/dist/index.js";
import { random } from "../../src/Sconce.Cli/Bench/random.mjs";

const sconce = fileURLToPath(new URL("../../sconce", import.meta.url));
const { values: options, positionals: [folder] } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, help: { type: "boolean", default: false } },
});
if (options.help || folder === undefined) {
  console.log(`node bench/forms/measure.mjs FOLDER [--rounds N]: models as TorchScript beside the same ones as .pt2, in Node, with one thread

  FOLDER        has NAME.pt2, and NAME-scripted.pt, NAME-traced.pt, NAME-frozen.pt: tests/models/torchvision_models.py writes them
  --rounds N    so many rounds (15); in each, both have a run, in turns`);
  process.exit(options.help ? 0 : 1);
}

const scratch = mkdtempSync(join(tmpdir(), "sconce-forms-"));
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
try {
  console.log("model                             compile  code     run   least");
  const files = readdirSync(folder).toSorted();
  for (const exported of files.filter((file) => file.endsWith(".pt2"))) {
    const other = await prepared(exported);
    for (const script of files.filter((file) => file.startsWith(`${basename(exported, ".pt2")}-`) && file.endsWith(".pt"))) {
      const one = await prepared(script);
      for (let round = 0; round < 3 + Number(options.rounds); round++) {
        // Each goes first in every other round.
        for (const { model, inputs, times } of round % 2 === 0 ? [one, other] : [other, one]) {
          const begun = performance.now();
          await model.run(inputs);
          if (round >= 3) times.push(performance.now() - begun);
        }
      }
      const ratio = (of) => (of(one) / of(other)).toFixed(2);
      console.log([
        basename(script, ".pt").padEnd(32), ratio(({ compileMs }) => compileMs).padStart(8),
        (one.code.equals(other.code) ? "same" : `${((one.code.length / other.code.length - 1) * 100).toFixed(1)} %`).padStart(7),
        ratio(({ times }) => median(times)).padStart(8), ratio(({ times }) => Math.min(...times)).padStart(7)].join(" "));
      one.model.dispose();
      other.times.length = 0;
    }
    other.model.dispose();
  }
} finally {
  rmSync(scratch, { recursive: true });
}

/** Compiled and loaded, with random inputs. */
async function prepared(file) {
  const wasm = join(scratch, `${file}.wasm`);
  const begun = performance.now();
  execFileSync(sconce, ["compile", join(folder, file), "-o", wasm], { stdio: ["ignore", "ignore", "inherit"] });
  const compileMs = performance.now() - begun;
  const model = await load(wasm, { threads: 1 });
  const [code] = WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(wasm)), "sconce.relaxed").map((section) => Buffer.from(section));
  return { model, code, compileMs, times: [], inputs: Object.fromEntries(model.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape, data: random(dtype, shape) }])) };
}
