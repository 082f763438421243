// The Node end of `sconce wasi`: runs one guest with WASI preview 1 and WASI-NN. Standard streams are the guest's own, and so is the exit code.
// Started as: node host.mjs REQUEST.json
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { pathToFileURL } from "node:url";
import { tooOld } from "../Node/version.mjs";
import { confined } from "./confined.mjs";

/** What a trap ends with, as in other hosts: what a shell gives for abort(). */
const trapped = 134;

/** So many of the last errors are told of a guest that failed. */
const toldErrors = 10;

if (tooOld !== undefined) process.exit(fail(tooOld));

// Node 20 has relaxed SIMD behind a flag, later ones have it on.
if (Number.parseInt(process.versions.node) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");

const request = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { checkImports, compileGuest, compileWith, createWasiNN, errno } = await import(pathToFileURL(request.wasiNN).href);
const { WASI } = await withoutItsWarning(() => import("node:wasi"));
const errors = [];

process.exit(await run().catch((error) => fail(error.message)));

async function run() {
  const module = await compileGuest(readFileSync(request.guest));
  const version = WebAssembly.Module.imports(module).some(({ module }) => module === "wasi_unstable") ? "unstable" : "preview1";
  const wasi = new WASI({ version, args: request.arguments, env: request.environment, preopens: request.folders, returnOnExit: true });
  const nn = await createWasiNN({
    graphs: request.graphs,
    relaxed: request.relaxed,
    compile: compileWith(request.compiler),
    onError: tell,
    ...(request.threads > 0 ? { threads: request.threads } : {}),
  });
  let instance;
  const wasiImports = Object.entries(wasi.getImportObject()).map(([name, functions]) => [name, confined(functions, request.folders, () => instance.exports.memory)]);
  const given = { ...Object.fromEntries(wasiImports), ...nn.imports };
  checkImports(module, given);

  instance = await WebAssembly.instantiate(module, given);
  nn.attach(instance);
  let code;
  try {
    code = wasi.start(instance);
  } catch (error) {
    code = trapped;
    fail(`the guest stopped: ${error.message}`);
  }
  if (code !== 0 && !request.verbose) tellLater();
  return code;
}

function tell(error, call) {
  const hint = error.code === "not-found" && call.startsWith("load_by_name") ? "; --graph NAME=MODEL gives it one" : "";
  const line = `wasi-nn: ${call}: ${error.message}${hint} (errno ${errno[error.code]}, ${error.code})`;
  if (request.verbose) console.error(line);
  else if (errors.push(line) > toldErrors) errors.shift();
}

/** A guest that fails has often said no more than a number. */
function tellLater() {
  for (const line of errors) console.error(line);
}

function fail(message) {
  console.error(`error: ${message}`);
  return 1;
}

/** WASI in Node is an experiment by its label only; other warnings are shown as ever. */
async function withoutItsWarning(load) {
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!/^WASI is an experimental feature/.test(String(warning))) emitWarning.call(process, warning, ...rest);
  };
  try {
    return await load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
