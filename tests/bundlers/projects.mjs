// How each bundler is told to build the page: what its folder holds beside the page, and the commands. The page's script is main.js unless told otherwise.
const html = (script) => `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>A model</title>\n<div id="app"></div>\n<script type="module" src="${script}"></script>\n</html>\n`;
const root = (name, script) => `../../node_modules/${name}/${script}`;

export const projects = {
  "next": {
    files: { "package.json": '{ "private": true }' }, copies: "next",
    build: [[root("next", "dist/bin/next"), "build"]], output: "out",
    environment: { NEXT_TELEMETRY_DISABLED: "1" },
  },
  "vite 8": { files: { "index.html": html("/main.js") }, build: [[root("vite", "bin/vite.js"), "build"]], output: "dist" },
  "vite 7": { files: { "index.html": html("/main.js") }, build: [[root("vite7", "bin/vite.js"), "build"]], output: "dist" },
  "vite 8 and Vue": { files: { "index.html": html("/vue.js") }, build: [[root("vite", "bin/vite.js"), "build"]], output: "dist" },
  "webpack": {
    files: {
      "build.mjs": `import webpack from "webpack";
webpack({ mode: "production", context: import.meta.dirname, entry: "./main.js", output: { path: import.meta.dirname + "/dist" } }, (error, stats) => {
  console.log(error ?? stats.toString());
  process.exitCode = error || stats.hasErrors() ? 1 : 0;
});
`,
      "dist/index.html": html("main.js"),
    },
    build: [["build.mjs"]], output: "dist",
  },
  "parcel": {
    files: { "index.html": html("main.js"), "package.json": '{ "private": true }' },
    build: [[root("parcel", "lib/bin.js"), "build", "index.html", "--no-cache", "--no-source-maps"]], output: "dist",
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
};
