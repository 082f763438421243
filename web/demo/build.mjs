// Builds the page into dist/: its script, the runtime as it is published, and what stands in public/.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const dist = path("./dist/");
const runtime = dirname(fileURLToPath(import.meta.resolve("sconce")));

await mkdir(dist, { recursive: true });
// The folder itself stays: a new one would make this package's folder newer than what was built.
for (const entry of await readdir(dist)) await rm(`${dist}${entry}`, { recursive: true });
await mkdir(`${dist}runtime`);
await cp(path("./public/"), dist, { recursive: true });
for (const file of ["index.js", "worker.js", "network.js"]) await cp(`${runtime}/${file}`, `${dist}runtime/${file}`);
await build({
  entryPoints: [path("./src/main.ts")],
  outfile: `${dist}main.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "warning",
  // The runtime stays in files of its own: it starts the worker that lies beside it.
  plugins: [{ name: "runtime", setup: ({ onResolve }) => onResolve({ filter: /^sconce$/ }, () => ({ path: "./runtime/index.js", external: true })) }],
});
