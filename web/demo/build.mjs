// Builds the page into dist/: its script, the runtime as it is published, and what stands in public/.
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const dist = path("./dist/");
const runtime = dirname(fileURLToPath(import.meta.resolve("sconce")));

await rm(dist, { recursive: true, force: true });
await mkdir(`${dist}runtime`, { recursive: true });
await cp(path("./public/"), dist, { recursive: true });
for (const file of await readdir(runtime)) if (file.endsWith(".js")) await cp(`${runtime}/${file}`, `${dist}runtime/${file}`);
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
