// Bundles the runtime into one script, index.js: what pages, workers and whoever runs models on a thread of their own have in common is most
// of it. worker.js, which index.js starts, and core.js only name parts of it.
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { minify } from "terser";

for (const file of await readdir("dist")) if (/\.js(\.map)?$/.test(file)) await rm(`dist/${file}`);

const options = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning" };
await build({
  ...options,
  stdin: { contents: `export * from "./src/index.js"; export * from "./src/core.js"; export { serve } from "./src/serve.js";`, resolveDir: "." },
  outfile: "dist/index.js",
  sourcemap: true,
  sourcesContent: false,
});

// Terser takes off another 300 bytes (gzip).
const [script, map] = ["dist/index.js", "dist/index.js.map"];
const { code, map: minifiedMap } = await minify(await readFile(script, "utf8"), {
  module: true,
  ecma: 2022,
  compress: { passes: 3 },
  sourceMap: { content: await readFile(map, "utf8"), filename: "index.js", url: "index.js.map" },
});
await Promise.all([writeFile(script, code), writeFile(map, minifiedMap)]);

await build({
  ...options,
  entryPoints: ["src/worker.ts", "src/core.ts"],
  outdir: "dist",
  plugins: [{ name: "parts of index.js", setup: ({ onResolve }) => onResolve({ filter: /^\.\/.*\.js$/ }, () => ({ path: "./index.js", external: true })) }],
});
