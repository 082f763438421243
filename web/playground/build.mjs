// Builds the page into dist/: its scripts, what stands in public/ and the demo's part of it, and the sample: a guest of examples/wasi-nn.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const dist = path("./dist/");
const examples = path("../../examples/wasi-nn/");

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}sample`, { recursive: true });
await cp(path("./public/"), dist, { recursive: true });
for (const file of ["base.css", "icon.svg"]) await cp(path(`../demo/public/${file}`), `${dist}${file}`);
await build({
  // The runtime starts its helper threads from worker.js beside the script that runs the guest.
  entryPoints: { main: path("./src/main.ts"), runner: path("./src/runner.ts"), worker: "sconce/worker" },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
});

const { error, stderr } = await asc.main([`${examples}assemblyscript/digits.ts`, "-O", "--runtime", "stub", "--use", "abort=", "--exportStart", "_start", "-o", `${dist}sample/digits-guest.wasm`]);
if (error !== null) throw new Error(`the sample does not compile: ${stderr.toString()}`, { cause: error });
for (const file of await readdir(examples)) if (file.endsWith(".pgm")) await cp(`${examples}${file}`, `${dist}sample/${file}`);
