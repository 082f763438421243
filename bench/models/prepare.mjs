// What a run needs on disk: for each model NAME.pt2 and NAME.onnx with the same weights, NAME.in0 and NAME.out0 (PyTorch's answer, raw floats),
// and NAME.wasm, compiled just now.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpz } from "../../tests/browser/npz.mjs";
import { tool } from "../../tests/browser/tool.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A Python with PyTorch: as asked for, or the one that lies beside the project, or none. */
export function findPython(wanted) {
  const beside = here("../../../shared/pytorch/python");
  return wanted ?? process.env.PYTHON ?? (existsSync(beside) ? beside : undefined);
}

export function makeModels(names, folder, python) {
  mkdirSync(folder, { recursive: true });
  const missing = names.filter((name) => ["pt2", "npz", "onnx"].some((ending) => !existsSync(join(folder, `${name}.${ending}`))));
  if (missing.length > 0) {
    if (python === undefined) throw new Error(`${missing.join(", ")}: to make these models, name a Python with PyTorch: --python PATH`);
    execFileSync(python, [here("make_models.py"), folder, ...missing], { stdio: "inherit", cwd: here(".") });
  }
  for (const name of names) {
    const arrays = readNpz(join(folder, `${name}.npz`));
    for (const array of ["in0", "out0"]) writeFileSync(join(folder, `${name}.${array}`), arrays[array].bytes);
  }
}

/** Compiles a model; the whole command's milliseconds, from its start to its end. */
export function compile(name, folder) {
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync("dotnet", [tool, "compile", join(folder, `${name}.pt2`), "-o", join(folder, `${name}.wasm`)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`sconce compile ${name}.pt2 failed:\n${stdout}${stderr}`);
  return { milliseconds: performance.now() - begun, bytes: statSync(join(folder, `${name}.pt2`)).size };
}
