// Bundles what the command line needs into dist/tool, which stands for itself wherever it is copied: this package with the runtime in it, and the
// runtime's worker, which the helper threads start from beside it.
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const tool = path("./dist/tool/");

await rm(tool, { recursive: true, force: true });
await mkdir(tool, { recursive: true });
await build({
  stdin: {
    contents: `export * from "./src/index.js"; export { compileWith } from "./src/node.js"; export { checkImports, compileGuest } from "./src/guest/module.js";`,
    resolveDir: path("."),
  },
  outfile: `${tool}wasi-nn.js`,
  bundle: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  logLevel: "warning",
});
await copyFile(new URL(import.meta.resolve("sconce/worker")), `${tool}worker.js`);
await writeFile(`${tool}package.json`, `${JSON.stringify({ type: "module" })}\n`);
