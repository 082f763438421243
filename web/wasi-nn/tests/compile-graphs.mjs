// Compiles the graphs of the tests with the project's own compiler, to obj/graphs: what is not there or older than model or compiler.
import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { root, tool } from "../../../tests/browser/tool.mjs";

// It builds itself where it must, for which npm must forget the package that it is testing.
const options = { cwd: fileURLToPath(root), env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))) };
const sconce = (...parameters) => promisify(execFile)(fileURLToPath(new URL("sconce", root)), parameters, options);
const output = new URL("../obj/graphs/", import.meta.url);
const graphs = new URL("graphs/", import.meta.url);

const models = [
  ...readdirSync(graphs).filter((file) => file.endsWith(".pt2")).map((file) => ({ model: new URL(file, graphs) })),
  { model: new URL("examples/digits/digits.pt2", root) },
  { model: new URL("classifier.pt2", graphs), name: "classifier-split", options: ["--split", "4kB"] },
];

function outdated(model, artifact) {
  const time = statSync(artifact, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [model, tool].some((source) => statSync(source).mtimeMs > time);
}

mkdirSync(output, { recursive: true });
await sconce("--version");
const waiting = models
  .map(({ model, name, options = [] }) => ({ model, options, artifact: new URL(`${name ?? model.pathname.replace(/.*\/(.*)\.pt2$/, "$1")}.wasm`, output) }))
  .filter(({ model, artifact }) => outdated(model, artifact));
await Promise.all([1, 2].map(async () => {
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    await sconce("compile", fileURLToPath(next.model), "-o", fileURLToPath(next.artifact), ...next.options);
  }
}));
