// Bundles the runtime: index.js is what a page imports, worker.js what it starts, core.js what runs models without a worker. What they
// have in common stands in a file of its own.
import { readdir, rm } from "node:fs/promises";
import { build } from "esbuild";

for (const file of await readdir("dist")) if (/\.js(\.map)?$/.test(file)) await rm(`dist/${file}`);

await build({
  entryPoints: ["src/index.ts", "src/worker.ts", "src/core.ts"],
  outdir: "dist",
  chunkNames: "shared-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  logLevel: "warning",
});
