// Bundles the runtime into two files: what a page imports, and the worker it starts beside itself.
import { build } from "esbuild";

await build({
  entryPoints: ["src/index.ts", "src/worker.ts"],
  outdir: "dist",
  bundle: true,
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  logLevel: "warning",
});
