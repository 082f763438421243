// Bundles the runtime into scripts without dependencies: index.js for pages, worker.js, which it starts and which only names a part of it, and
// core.js for whoever runs models on a thread of their own.
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { minify } from "terser";

for (const file of await readdir("dist")) if (/\.js(\.map)?$/.test(file)) await rm(`dist/${file}`);

const options = { bundle: true, minify: true, format: "esm", target: "es2022", logLevel: "warning", sourcemap: true, sourcesContent: false };
await bundle("index.js", `export * from "./src/index.js"; export { serve } from "./src/serve.js";`);
await bundle("core.js", `export * from "./src/core.js";`);
await build({
  ...options,
  sourcemap: false,
  entryPoints: ["src/worker.ts"],
  outdir: "dist",
  plugins: [{ name: "part of index.js", setup: ({ onResolve }) => onResolve({ filter: /^\.\/.*\.js$/ }, () => ({ path: "./index.js", external: true })) }],
});

async function bundle(file, contents) {
  const [script, map] = [`dist/${file}`, `dist/${file}.map`];
  await build({ ...options, stdin: { contents, resolveDir: "." }, outfile: script });
  // Terser takes off another 350 bytes (gzip).
  const { code, map: minifiedMap } = await minify(await readFile(script, "utf8"), {
    module: true,
    ecma: 2022,
    compress: { passes: 3, hoist_funs: true },
    sourceMap: { content: await readFile(map, "utf8"), filename: file, url: `${file}.map` },
  });
  await Promise.all([writeFile(script, code), writeFile(map, minifiedMap)]);
}
