// The Python of the documents, run with the real PyTorch of ../shared: each document's blocks in order, in one namespace.
//   node tests/docs/python.mjs      writes the models that other tests take into tests/docs/models
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blocks, documents, root } from "./markdown.mjs";

const python = join(root, "..", "shared", "pytorch", "python");

/** Whether there is a PyTorch. */
export const hasPython = existsSync(python);

/** Start first: others go on with what it writes. */
export const pythonBlocks = () => ["docs/start.md", ...documents().filter((document) => document !== "docs/start.md")].filter((document) => document === "README.md" || document.startsWith("docs"))
  .flatMap((document) => blocks(document).filter(({ language }) => language === "python").map(({ text, line }) => ({ document, line, text })));

/** Runs all of it in a folder; gives an error for each block that failed, by document and line. */
export function runPython(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "blocks.json"), JSON.stringify(pythonBlocks()));
  // Within the checkout, for PyTorch may see no other folder.
  const { status, stdout, stderr, error } = spawnSync(python, [join(root, "tests", "docs", "run_python.py"), folder], { cwd: folder, encoding: "utf8", timeout: 300_000 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stdout + stderr);
  return JSON.parse(stdout.trim().split("\n").at(-1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, "artifacts", "docs-python");
  const errors = runPython(folder);
  for (const text of errors) console.error(text);
  const models = join(root, "tests", "docs", "models");
  mkdirSync(models, { recursive: true });
  for (const name of ["scores", "step"]) copyFileSync(join(folder, `${name}.pt2`), join(models, `${name}.pt2`));
  console.log(readdirSync(folder).filter((name) => name.endsWith(".pt2")).join(" "));
  process.exitCode = errors.length === 0 ? 0 : 1;
}
