// What a run needs on disk: for each model NAME.pt2 and NAME.onnx with the same weights, NAME.in0 and NAME.out0 (the input and PyTorch's
// answer, as they lie in memory), and NAME.wasm, compiled just now.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpz } from "sconce/tensor";
import { tool } from "../../tests/browser/tool.mjs";
import { memoryOf } from "./resident.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A Python with PyTorch: as asked for, or the one that lies beside the project, or none. */
export function findPython(wanted) {
  const beside = here("../../../shared/pytorch/python");
  return wanted ?? process.env.PYTHON ?? (existsSync(beside) ? beside : undefined);
}

export function makeModels(names, folder, python) {
  mkdirSync(folder, { recursive: true });
  const missing = names.filter((name) => ["pt2", "npz", "onnx"].some((ending) => !existsSync(join(folder, `${name}.${ending}`))));
  if (missing.length === 0) return;
  if (python === undefined) throw new Error(`${missing.join(", ")}: to make these models, name a Python with PyTorch: --python PATH`);
  execFileSync(python, [here("make_models.py"), folder, ...missing], { stdio: "inherit", cwd: here(".") });
}

const dtypes = ["float32", "int64"];

/** Writes a model's input and output as raw numbers, and tells what they are. */
export async function extractTensors(name, folder) {
  const arrays = await readNpz(readFileSync(join(folder, `${name}.npz`)));
  const describe = (array) => {
    const { dtype, shape, data } = arrays[array];
    if (!dtypes.includes(dtype)) throw new Error(`${name}.npz: expected ${array} to be ${dtypes.join(" or ")}, but it is ${dtype}`);
    writeFileSync(join(folder, `${name}.${array}`), data);
    return { dtype, shape };
  };
  return { input: describe("in0"), output: describe("out0") };
}

/** Compiles a model, with the tool as it was built or another program: the whole command's milliseconds, from its start to its end, and the most memory it took, over the model's bytes. */
export async function compile(name, folder, program) {
  const [command, args] = program === undefined ? ["dotnet", [tool]] : [program, []];
  const model = join(folder, `${name}.pt2`);
  const begun = performance.now();
  const child = spawn(command, [...args, "compile", model, "-o", join(folder, `${name}.wasm`)], { stdio: ["ignore", "ignore", "pipe"] });
  let [said, most] = ["", 0];
  child.stderr.on("data", (data) => (said += data));
  // The most so far only grows, so the last look before the end tells it.
  const look = setInterval(() => (most = Math.max(most, memoryOf([child.pid])?.most ?? 0)), 10);
  const status = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const milliseconds = performance.now() - begun;
  clearInterval(look);
  if (status !== 0) throw new Error(`sconce compile ${name}.pt2 failed:\n${said}`);
  return { milliseconds, bytes: statSync(model).size, memory: most };
}
