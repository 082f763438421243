// Makes dist/, which any static host serves.
import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({ entryPoints: ["main.js", "service-worker.js"], outdir: "dist", bundle: true, format: "esm" });
for (const file of ["index.html", "style.css", "model.wasm"]) cpSync(file, `dist/${file}`);
