// Fuzzes what is written in TypeScript: the runtime's reader of artifacts, and WASI-NN's calls.
//   node tests/fuzz/web/fuzz.mjs --artifacts FOLDER [--seconds N] [--seed S] [--only artifacts|guests] [--first N] [--last N] [--replay FILE…]
import { fork } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const text = { type: "string" };
const { values, positionals } = parseArgs({
  options: { artifacts: text, seconds: { ...text, default: "20" }, seed: { ...text, default: "1" }, only: text, first: { ...text, default: "0" }, last: text, replay: { type: "boolean" } },
  allowPositionals: true,
});
const [seconds, seed, first, last] = [values.seconds, values.seed, values.first, values.last ?? "2000000000"].map(Number);

/** A case may take so long (milliseconds) on a machine that does other things too. */
const patience = 60_000;
const failures = `${root}artifacts/fuzz`;
let passed = 0;
let failed = 0;

const targets = values.replay ? [] : ["artifacts", "guests"].filter((target) => values.only === undefined || target === values.only);
for (const target of targets) {
  const known = new Set();
  const until = performance.now() + 1000 * seconds / targets.length;
  let number = first;
  for (; number < last && performance.now() < until; number++) number = await watch(target, { first: number, last }, until, (failure) => report(target, known, failure));
  console.log(`web ${target}: ${number - first} cases, ${known.size} failures`);
  if (known.size === 0) passed++;
  failed += known.size;
}

const findings = fileURLToPath(new URL("../findings/", import.meta.url));
const files = values.replay ? positionals : values.only === undefined ? readdirSync(findings).filter((name) => name.endsWith(".wasm")).map((name) => findings + name) : [];
for (const file of files) {
  let problem;
  await watch("artifacts", { first: 0, last: 1, file }, Infinity, ({ failure, stack, refused }) => {
    problem ??= failure;
    if (values.replay) console.log(`web artifacts ${file}: ${failure ?? "as it should be"}\n  ${stack ?? refused ?? ""}`);
  });
  if (problem === undefined) passed++;
  else {
    failed++;
    console.log(`${file}: ${problem}\n  ./test fuzz --replay ${file}`);
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/**
 * Runs cases in a process until the time is over, a case hangs, or the process dies; gives the number of the last one. A thread would not do: Node 20 waits for
 * ever at the end of one for a function that is being optimised and waits for the thread's garbage collection.
 */
function watch(target, cases, until, tell) {
  const tried = fork(new URL("cases.mjs", import.meta.url), [JSON.stringify({ target, folder: values.artifacts, seed, ...cases })], {
    execArgv: ["--expose-gc", "--max-old-space-size=256"], serialization: "advanced",
  });
  return new Promise((resolve) => {
    let [at, since, ended] = [cases.first, performance.now(), false];
    const finish = () => {
      ended = true;
      clearInterval(timer);
      tried.kill("SIGKILL");
      resolve(at);
    };
    const timer = setInterval(() => {
      if (performance.now() - since > patience) {
        tell({ number: at, failure: `takes more than ${patience / 1000} s` });
        finish();
      } else if (performance.now() > until) finish();
    }, 200);
    tried.on("message", (message) => {
      if (ended) return;
      if (message.at !== undefined) [at, since] = [message.at, performance.now()];
      else if (message.end) finish();
      else tell(message);
    });
    tried.on("exit", (code, signal) => {
      if (ended) return;
      tell({ number: at, failure: `the process ended: ${signal ?? code}` });
      finish();
    });
  });
}

function report(target, known, { number, failure, stack, bytes }) {
  if (known.has(failure)) return;
  known.add(failure);
  let replay = `--web ${target} --seed ${seed} --first ${number} --last ${number + 1}`;
  if (bytes !== undefined) {
    mkdirSync(failures, { recursive: true });
    const file = `${failures}/web-${seed}-${number}.wasm`;
    writeFileSync(file, bytes);
    replay = `--replay ${file.slice(root.length)}`;
  }
  console.log(`web ${target}, case ${number}: ${failure}\n  ./test fuzz ${replay}`);
  if (process.env.SCONCE_DEBUG) console.log(stack);
}
