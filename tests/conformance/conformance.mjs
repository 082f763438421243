// PyTorch's own samples of its operators, run by `sconce verify` and judged. See README.md beside this file; `./test conformance` calls it.
//   conformance.mjs                                    the samples that are packed here
//   conformance.mjs --whole [--dtype D,…] [--reference] [--samples N] [NAME…]     all of them, made by PyTorch
//       --threads N, --no-relaxed: as sconce verify has them; --again: judges what the last run found, without running
//   conformance.mjs --models                           counts which operators the cases of tests/models hold
//   conformance.mjs --pack                             packs anew, from what the whole run left
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pack, unpack } from "./samples.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const made = join(root, "artifacts/conformance");
const packed = join(here, "samples.br");
const dtypes = ["float32", "int64", "bool", "float16", "bfloat16", "uint8", "complex64"];

/** Run where they are asked for: what they compute is what float32 computes, in another width. */
const others = ["float64", "complex128"];

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    whole: { type: "boolean" }, dtype: { type: "string" }, reference: { type: "boolean" }, samples: { type: "string" }, pack: { type: "boolean" }, models: { type: "boolean" },
    threads: { type: "string" }, "no-relaxed": { type: "boolean" }, again: { type: "boolean" },
  },
});

// --- what is known to be refused ---

/** NAME DTYPES # REASON, with `*` for any. */
const refusals = readFileSync(join(here, "refusals.txt"), "utf8").split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
  const [, name, of, reason] = /^(\S+) +(\S+) +# (.+)$/.exec(line) ?? fail(`refusals.txt: expected NAME DTYPES # REASON, got: ${line}`);
  return { line, name: new RegExp(`^${name.replaceAll("*", ".*")}$`), dtypes: of === "*" ? [...dtypes, ...others] : of.split(","), reason, used: false };
});

function fail(message) {
  console.error(`conformance: ${message}`);
  process.exit(2);
}

/** What a sample is of: add-1 of add, sort-open-3 of sort. */
const operatorOf = (sample) => sample.replace(/(-open)?-\d+$/, "");

// --- making ---

/** A folder of samples; PyTorch makes it where it is missing or older than its script. */
async function samplesOf(dtype) {
  const folder = join(made, dtype + (options.reference ? "-reference" : "") + (options.samples === undefined ? "" : `-${options.samples}`));
  const [stamp, scripts] = [join(folder, "made"), ["conformance.py", "case.py"].map((name) => join(root, "tests/models", name))];
  if (existsSync(stamp) && scripts.every((script) => statSync(script).mtimeMs < statSync(stamp).mtimeMs)) return folder;
  const python = process.env.SCONCE_PYTHON ?? join(root, "../shared/pytorch/python");
  if (!existsSync(python)) fail(`no PyTorch here (${python}; SCONCE_PYTHON names another python that has torch and torchvision), and without it the samples cannot be made`);
  console.log(`conformance: PyTorch makes the samples of ${dtype}, in minutes …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const parts = Math.min(4, availableParallelism());
  const more = [...(options.reference ? ["--reference"] : []), ...(options.samples === undefined ? [] : ["--samples", options.samples])];
  await Promise.all(Array.from({ length: parts }, (_, i) => run(python, [scripts[0], folder, "--dtype", dtype, "--part", `${i + 1}/${parts}`, ...more])));
  writeFileSync(stamp, "");
  return folder;
}

function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text = (text + chunk).slice(-4000)));
    child.on("close", (status) => (status === 0 ? resolve() : fail(`${command} ${args.join(" ")} ended with ${status}:\n${text}`)));
  });
}

// --- judging ---

/** One JSON object for each model. */
function verify(paths, mode, report) {
  if (options.again) return readReport(report);
  mkdirSync(dirname(report), { recursive: true });
  const { status, stderr } = spawnSync("./sconce", ["verify", ...paths, "--json", report, "--operators", ...mode], { cwd: root, encoding: "utf8", maxBuffer: 1e9, stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0 && status !== 1) fail(`sconce verify ended with ${status}: ${stderr}`);
  return readReport(report);
}

const readReport = (report) => readFileSync(report, "utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));

/** Prints how a dtype's samples fared, and gives how many agree and how many are wrong, or refused without a known reason. */
function judge(dtype, lines) {
  const [reasons, bad] = [new Map(), []];
  let [agree, open, refused] = [0, 0, 0];
  for (const line of lines) {
    const sample = basename(line.model, ".pt2");
    if (line.status === "passed") {
      agree++;
      if (/-open-\d+$/.test(sample)) open++;
      continue;
    }
    const known = line.status === "unsupported" ? refusals.find((refusal) => refusal.dtypes.includes(dtype) && refusal.name.test(operatorOf(sample))) : undefined;
    if (known === undefined) {
      bad.push(`  ${line.status === "unsupported" ? "refused, without a reason in refusals.txt" : "wrong"}: ${dtype} ${sample}\n    ${(line.message ?? "").replaceAll("\n", "\n    ")}`);
      continue;
    }
    known.used = true;
    refused++;
    reasons.set(known.reason, (reasons.get(known.reason) ?? 0) + 1);
  }
  console.log(`${dtype.padEnd(10)} ${String(agree).padStart(5)} agree  ${String(refused).padStart(4)} refused  ${String(bad.length).padStart(4)} wrong or refused without a known reason`);
  for (const [reason, count] of [...reasons].sort((a, b) => b[1] - a[1])) console.log(`  ${String(count).padStart(4)} refused: ${reason}`);
  if (open > 0) console.log(`  ${String(open).padStart(4)} of those that agree are judged by what PyTorch settles: it leaves open which of equal elements it names, and what an empty tensor holds`);
  for (const text of bad) console.log(text);
  return { agree, wrong: bad.length };
}

/** Writes of each operator how many samples that agree hold it, and the kinds of steps that it became. */
function writeProof(name, what, lines) {
  const operators = new Map();
  for (const line of lines.filter((each) => each.status === "passed")) {
    for (const [name, kinds] of Object.entries(line.operators)) {
      const of = operators.get(name) ?? { count: 0, kinds: new Set() };
      operators.set(name, of);
      of.count++;
      for (const kind of kinds) of.kinds.add(kind);
    }
  }
  const text = [...operators].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { count, kinds }]) => `${name}\t${count}\t${[...kinds].sort().join(", ")}\n`).join("");
  writeFileSync(join(here, "proof", `${name}.txt`), `# operator, ${what} that hold it and agree, the kinds of steps it became: written by conformance.mjs\n${text}`);
}

// --- the commands ---

async function whole() {
  const chosen = options.dtype?.split(",") ?? dtypes;
  const total = { agree: 0, wrong: 0 };
  for (const dtype of chosen) {
    if (![...dtypes, ...others].includes(dtype)) fail(`--dtype: expected some of ${[...dtypes, ...others].join(", ")}, got ${dtype}`);
    const folder = await samplesOf(dtype);
    const patterns = names.map((name) => new RegExp(`^${name.replaceAll("*", ".*")}$`));
    const paths = names.length === 0 ? [folder] : readdirSync(folder).filter((file) => file.endsWith(".pt2") && patterns.some((pattern) => pattern.test(operatorOf(basename(file, ".pt2"))))).map((file) => join(folder, file));
    if (paths.length === 0) fail(`no sample of ${dtype} is of ${names.join(" ")}`);
    const mode = [...(options.threads === undefined ? [] : ["--threads", options.threads]), ...(options["no-relaxed"] ? ["--no-relaxed"] : [])];
    const lines = verify(paths, mode, `${folder}.json`);
    const { agree, wrong } = judge(dtype, lines);
    total.agree += agree;
    total.wrong += wrong;
    if (names.length === 0 && !options.reference && options.samples === undefined && dtypes.includes(dtype)) writeProof(dtype, `samples of PyTorch in ${dtype}`, lines);
  }
  if (names.length === 0 && !options.reference && options.dtype === undefined) {
    for (const { line } of refusals.filter(({ used }) => !used)) {
      console.log(`  nothing is refused for this any more, take it out of refusals.txt: ${line}`);
      total.wrong++;
    }
  }
  return total;
}

/** float32 with one thread and relaxed SIMD, the other dtypes with two and without. */
function part() {
  const folder = join(made, "part");
  rmSync(folder, { recursive: true, force: true });
  const files = unpack(packed, folder);
  const total = { agree: 0, wrong: 0 };
  const modes = [[["float32"], ["--threads", "1"]], [dtypes.slice(1), ["--threads", "2", "--no-relaxed"]]];
  for (const [chosen, mode] of modes) {
    const lines = verify(chosen.filter((dtype) => files.some((file) => file.startsWith(`${dtype}/`))).map((dtype) => join(folder, dtype)), mode, join(made, `part-${chosen[0]}.json`));
    for (const dtype of chosen) {
      const { agree, wrong } = judge(dtype, lines.filter((line) => basename(dirname(line.model)) === dtype));
      total.agree += agree;
      total.wrong += wrong;
    }
  }
  return total;
}

/** Of each operator the smallest sample that agrees, in float32 and in one more dtype, in turn. What is not there in float32 is there in another. */
function choose() {
  const [chosen, turns] = [[], dtypes.filter((dtype) => dtype !== "float32")];
  const smallest = Object.fromEntries(dtypes.map((dtype) => [dtype, smallestOf(dtype)]));
  let turn = 0;
  for (const operator of [...new Set(dtypes.flatMap((dtype) => [...smallest[dtype].keys()]))].sort()) {
    const others = turns.filter((dtype) => smallest[dtype].has(operator));
    const picked = [...(smallest.float32.has(operator) ? ["float32"] : []), ...(others.length > 0 ? [others[turn++ % others.length]] : [])];
    chosen.push(...picked.map((dtype) => [dtype, smallest[dtype].get(operator)]));
  }
  return chosen;
}

function smallestOf(dtype) {
  const found = new Map();
  for (const line of readReport(join(made, `${dtype}.json`))) {
    if (line.status !== "passed") continue;
    const path = line.model.slice(0, -".pt2".length);
    const [operator, size] = [operatorOf(basename(path)), statSync(`${path}.pt2`).size + statSync(`${path}.npz`).size];
    if (size < (found.get(operator)?.size ?? Infinity)) found.set(operator, { path, size });
  }
  return new Map([...found].map(([operator, { path }]) => [operator, path]));
}

if (options.models) {
  writeProof("models", "cases of tests/models", verify(["tests/models/operators"], [], join(made, "models.json")));
} else if (options.pack) {
  const files = choose().sort(([a, b], [c, d]) => (a + b < c + d ? -1 : 1))
    .flatMap(([dtype, path]) => [".pt2", ".npz"].map((ending) => [`${dtype}/${basename(path)}${ending}`, readFileSync(path + ending)]));
  console.log(`${files.length / 2} samples in ${pack(packed, files)} bytes`);
} else {
  const { agree, wrong } = options.whole || options.dtype !== undefined || options.reference || names.length > 0 ? await whole() : part();
  console.log(`${agree} passed, ${wrong} failed`);
  process.exitCode = wrong === 0 ? 0 : 1;
}
