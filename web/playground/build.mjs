// Builds the page into dist/: its scripts, what stands in public/ and the demo's part of it, and the sample: a guest of examples/wasi-nn.
import { execFileSync } from "node:child_process";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const dist = path("./dist/");
const examples = path("../../examples/wasi-nn/");

await mkdir(dist, { recursive: true });
// The folder itself stays: a new one would make this package's folder newer than what was built.
for (const entry of await readdir(dist)) await rm(`${dist}${entry}`, { recursive: true });
await mkdir(`${dist}sample`);
await cp(path("./public/"), dist, { recursive: true });
for (const file of ["base.css", "icon.svg"]) await cp(path(`../demo/public/${file}`), `${dist}${file}`);
await build({
  // The runtime starts its helper threads from worker.js beside the script that runs the guest, and the compiler its worker from beside the page's.
  entryPoints: { main: path("./src/main.ts"), runner: path("./src/program/runner.ts"), worker: "sconce/worker", "compile-worker": "sconce-compiler/browser/worker" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
});

await cp(path("../compiler/dist/browser/dotnet/"), `${dist}dotnet`, { recursive: true });

// What is bundled and not ours says so beside it.
await cp(fileURLToPath(new URL("../LICENSE", import.meta.resolve("@huggingface/tokenizers"))), `${dist}tokenizers-licence.txt`);

// By its name, for Windows knows no first line that names an interpreter.
execFileSync("bash", [`${examples}build`, "assemblyscript"], { stdio: ["ignore", "ignore", "inherit"] });
await cp(`${examples}dist/assemblyscript.wasm`, `${dist}sample/digits-guest.wasm`);
await cp(path("../../examples/digits/digits.pt2"), `${dist}sample/digits.pt2`);
await writeFile(`${dist}sample/digits.txt`, `${["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"].join("\n")}\n`);
for (const file of await readdir(examples)) if (file.endsWith(".pgm")) await cp(`${examples}${file}`, `${dist}sample/${file}`);
