// Builds the page into dist/: its script with the runtime in it, the runtime's worker beside it, and what stands in public/.
import { cp, mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative, base = import.meta.url) => fileURLToPath(new URL(relative, base));
const dist = path("./dist/");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await cp(path("./public/"), dist, { recursive: true });
await cp(path("./worker.js", import.meta.resolve("sconce")), `${dist}worker.js`);
await build({
  entryPoints: [path("./src/main.ts")],
  outfile: `${dist}main.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  external: ["node:*"],
  logLevel: "warning",
});
