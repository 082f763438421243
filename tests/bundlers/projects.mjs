// How each bundler is told to build the page, or its development server to serve it: what its folder holds beside the page, and the commands. The page's script is
// main.js unless told otherwise.
const html = (script, head = "") => `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>A model</title>\n${head}<div id="app"></div>\n<script type="module" src="${script}"></script>\n</html>\n`;
const root = (name, script) => `../../node_modules/${name}/${script}`;

const next = { files: { "package.json": '{ "private": true }' }, copies: "next", environment: { NEXT_TELEMETRY_DISABLED: "1" } };
const nextCommand = root("next", "dist/bin/next");
const vite = { files: { "index.html": html("/main.js") }, build: [[root("vite", "bin/vite.js"), "build"]], output: "dist" };
// What a development server bundles ahead lies in a folder of its own: by node_modules, which all of these projects share, one server would take it from another.
const configured = (exclude) => ({ "vite.config.mjs": `export default { cacheDir: ".vite", optimizeDeps: { exclude: ${JSON.stringify(exclude)} } };\n` });
const viteDevelopment = {
  files: { ...vite.files, ...configured([]) }, development: (port) => [root("vite", "bin/vite.js"), "--port", port, "--strictPort"],
};

const esbuild = (script, entries) => ({
  files: {
    "build.mjs": `import { build } from "esbuild";\nawait build({ entryPoints: ${JSON.stringify(entries)}, outdir: "dist", bundle: true, format: "esm" });\n`,
    "dist/index.html": html(script),
  },
  build: [["build.mjs"]], output: "dist",
});

const webpack = (script) => ({
  files: {
    "build.mjs": `import webpack from "webpack";
webpack({ mode: "production", context: import.meta.dirname, entry: "./${script}", output: { path: import.meta.dirname + "/dist" } }, (error, stats) => {
  console.log(error ?? stats.toString());
  process.exitCode = error || stats.hasErrors() ? 1 : 0;
});
`,
    "dist/index.html": html("main.js"),
  },
  build: [["build.mjs"]], output: "dist",
});

export const projects = {
  "next, by Turbopack": { ...next, build: [[nextCommand, "build"]], output: "out" },
  "next, by webpack": { ...next, build: [[nextCommand, "build", "--webpack"]], output: "out" },
  "next's development server": { ...next, development: (port) => [nextCommand, "dev", "--port", port] },
  "vite 8": vite,
  "vite 7": { ...vite, build: [[root("vite7", "bin/vite.js"), "build"]] },
  "vite 8's development server": viteDevelopment,
  // As the README says: in Vite 7 a package that is bundled ahead loses its worker.
  "vite 7's development server": { ...viteDevelopment, development: (port) => [root("vite7", "bin/vite.js"), "--port", port, "--strictPort"], files: { ...vite.files, ...configured(["sconce"]) } },
  "vite 8 and Vue": { ...vite, files: { "index.html": html("/vue.js") }, answers: "once" },
  "webpack": webpack("main.js"),
  "parcel": {
    files: { "index.html": html("main.js"), "package.json": '{ "private": true }' },
    build: [[root("parcel", "lib/bin.js"), "build", "index.html", "--no-cache", "--no-source-maps", "--cache-dir", ".cache"]], output: "dist",
  },
  // Rollup leaves new URL("./worker.js", import.meta.url) as it is: the worker is an entry of its own, beside the page's.
  "rollup": {
    files: {
      "rollup.config.mjs": `import { createRequire } from "node:module";
const { resolve } = createRequire(import.meta.url);
export default {
  input: { main: "main.js", worker: resolve("sconce/worker") },
  output: { dir: "dist" },
  plugins: [{ name: "packages", resolveId: (name) => (name === "sconce" ? resolve(name) : null) }],
};
`,
      "dist/index.html": html("main.js"),
    },
    build: [[root("rollup", "dist/bin/rollup"), "-c"]], output: "dist",
  },
  "esbuild": esbuild("main.js", { main: "main.js", worker: "sconce/worker" }),
  "no bundler, by an import map": {
    files: {
      "index.html": html("main.js", '<script type="importmap">{ "imports": { "sconce": "./sconce/index.js" } }</script>\n'),
      "copy.mjs": 'import { cpSync } from "node:fs";\ncpSync("../../node_modules/sconce/dist", "sconce", { recursive: true });\n',
    },
    build: [["copy.mjs"]], output: ".",
  },
  "WASI-NN by esbuild": { ...esbuild("guest.js", { guest: "guest.js", "guest-worker": "guest-worker.js", worker: "sconce/worker" }), answers: "guest" },
  "WASI-NN by vite 8": { ...vite, files: { "index.html": html("/guest.js") }, answers: "guest" },
  "WASI-NN by vite's development server": { ...viteDevelopment, files: { "index.html": html("/guest.js"), ...configured(["sconce", "sconce-wasi-nn"]) }, answers: "guest" },
  "WASI-NN by webpack": { ...webpack("guest.js"), answers: "guest" },
};
