// Makes dist/, the folder that "Load unpacked" in chrome://extensions takes. The runtime's worker is a script of its own.
import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({ entryPoints: { popup: "popup.js", background: "background.js", worker: "sconce/worker" }, outdir: "dist", bundle: true, format: "esm" });
for (const file of ["manifest.json", "popup.html", "style.css", "model.wasm"]) cpSync(file, `dist/${file}`);
