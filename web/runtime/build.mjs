// Bundles the runtime into scripts without dependencies: worker.js, which stands for itself wherever it is served from; index.js for pages, which
// starts it and takes from it what both need; network.js, which index.js fetches for a model that is large, split or kept; cache.js, which lists and clears
// what is kept; core.js for whoever runs models on a thread of their own; and what stands beside a model: tensor.js, image.js and audio.js with what these share,
// and capture.js, which audio.js gives to an AudioWorklet.
import { existsSync } from "node:fs";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { minify } from "terser";

for (const file of await readdir("dist", { recursive: true })) {
  if (/\.js(\.map)?$/.test(file) || (file.endsWith(".d.ts") && !existsSync(`src/${file.replace(/\.d\.ts$/, ".ts")}`))) await rm(`dist/${file}`);
}

const options = { bundle: true, minifySyntax: true, format: "esm", target: "es2022", logLevel: "warning", metafile: true, sourcemap: true };
const { inputs, outputs } = await bundle("worker/worker");
// Never the other way round: a worker that reached the script that starts it would start itself without end in bundlers that follow both.
const shared = new Set(Object.keys(inputs));
const parts = [{
  name: "from the worker",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, importer, kind, namespace }) => {
      if (kind === "dynamic-import" || namespace === "worker") return { path, external: true, sideEffects: false };
      const file = relative(".", join(dirname(importer), path)).replaceAll("\\", "/").replace(/js$/, "ts");
      return shared.has(file) ? { path: "worker", namespace: "worker", sideEffects: false } : undefined;
    });
    // One import for all of them: each of their own would cost 15 bytes (gzip).
    onLoad({ filter: /./, namespace: "worker" }, () => ({ contents: `export { ${outputs["dist/worker.js"].exports.join(", ")} } from "./worker.js";` }));
  },
}];
// core.js stands for itself, with the network's part from the beginning: what would load it later is code of its own.
const together = [{
  name: "network in core",
  setup: ({ onLoad }) => onLoad({ filter: /loading[/\\]source\.ts$/ }, async ({ path }) => ({
    loader: "ts",
    contents: `${(await readFile(path, "utf8")).replace('import("./network.js")', "Promise.resolve({ Network, localFile })")}\nimport { Network, localFile } from "./network.js";`,
  })),
}];
await bundle("index", parts);
await bundle("loading/network", parts);
await bundle("cache", parts);
await bundle("core", together);
await bundle("audio/capture");
await bundleNeighbours();
// Fails where worker.js lacks a name that another takes from it.
for (const name of ["index", "network", "cache", "tensor", "image", "audio"]) await import(new URL(`dist/${name}.js`, import.meta.url).href);

async function bundle(entry, plugins = []) {
  const name = basename(entry);
  const { metafile } = await build({ ...options, entryPoints: [`src/${entry}.ts`], outfile: `dist/${name}.js`, plugins });
  await compress(name);
  return metafile;
}

/** Three scripts, and what more than one of them has: each can be had alone, and a bundler takes of each what a page uses. */
async function bundleNeighbours() {
  const { metafile } = await build({ ...options, entryPoints: ["tensor", "image", "audio"].map((name) => `src/${name}.ts`), outdir: "dist", splitting: true, chunkNames: "shared-[hash]" });
  await Promise.all(Object.keys(metafile.outputs).filter((file) => file.endsWith(".js")).map((file) => compress(basename(file, ".js"))));
}

async function compress(name) {
  const [file, map] = [`dist/${name}.js`, `dist/${name}.js.map`];
  const content = JSON.parse(await readFile(map, "utf8"));
  // As they are, also the one that a plugin changed within a line.
  content.sourcesContent = await Promise.all(content.sources.map((source, i) => existsSync(join("dist", source)) ? readFile(join("dist", source), "utf8") : content.sourcesContent[i]));
  // Terser takes off another 350 bytes (gzip), and knows less of syntax.
  const { code, map: minifiedMap } = await minify(withoutIdle(await readFile(file, "utf8")), {
    module: true,
    ecma: 2022,
    compress: { passes: 3 },
    // Node prints the line that an uncaught error comes from, and the name of its class.
    format: { max_line_len: 2000 },
    mangle: { reserved: ["SconceError"] },
    // The sources are not in the package: the map brings them.
    sourceMap: { content, filename: `${name}.js`, url: `${name}.js.map`, includeSources: true },
  });
  await Promise.all([writeFile(file, code), writeFile(map, minifiedMap)]);
}

/** Without the names that are taken from the worker and not used. Lines stay where they are. */
function withoutIdle(text) {
  return text.replace(/import \{([^}]*)\} from "\.\/worker\.js";/, (statement, names) => {
    const rest = text.replace(statement, "");
    const used = (name) => new RegExp(`\\b${name.trim().split(" as ").at(-1)}\\b`).test(rest);
    return statement.replace(names, names.split(",").map((name) => (used(name) ? `${name},` : name.replace(/\S.*/, ""))).join(""));
  });
}
