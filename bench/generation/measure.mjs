// Tokens a second of a language model in Chromium, beside llama.cpp's: node measure.mjs FOLDER [--model smollm2-135m] [--threads 1] [--engines sconce,wllama] [--rounds 3]
// FOLDER holds MODEL.wasm, of what examples/story/export.py --random MODEL wrote; MODEL.gguf is written where it is not there.
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { startServer } from "../../tests/browser/server.mjs";
import { writeGguf } from "./gguf.mjs";

const { values, positionals: [folder] } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: "smollm2-135m" }, threads: { type: "string", default: "1" }, engines: { type: "string", default: "sconce,wllama" }, rounds: { type: "string", default: "3" },
    prompt: { type: "string", default: "64" }, count: { type: "string", default: "64" },
  },
});
const { model } = values;
if (values.engines.includes("sconce") && !existsSync(join(folder, `${model}.wasm`))) throw new Error(`there is no ${join(folder, `${model}.wasm`)}: examples/story/export.py --random ${model}, then sconce compile --weights int4 --method step --input step.tokens=1`);
if (values.engines.includes("wllama") && !existsSync(join(folder, `${model}.gguf`))) writeGguf(join(folder, `${model}.gguf`), model, 1024);
const browser = findBrowsers().found.find(({ name }) => name === "Chromium");
const server = await startServer({
  folders: {
    page: new URL("./", import.meta.url), runtime: new URL("../../web/runtime/dist/", import.meta.url), wllama: new URL("node_modules/@wllama/wllama/esm/", import.meta.url),
    models: new URL(`${pathToFileURL(resolve(folder)).href}/`),
  },
  files: new Map(),
});
const run = "generation";
const posted = server.result(run);
const visit = await browser.visit(`${server.origin}/isolated/page/page.html?${new URLSearchParams({ ...values, run })}`);
const { userAgent, results } = await posted;
await visit.close();
await server.close();
for (const { error } of results) if (error !== undefined) throw new Error(error);
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
console.log(`${model}, ${values.threads} thread${values.threads === "1" ? "" : "s"}, ${/Chrome\/\d+/.exec(userAgent)}; medians of ${values.rounds} rounds in turns`);
console.log("| engine | prompt, tokens a second | decode, tokens a second | page and worker | the least | load, s | memory, MB |\n|---|---:|---:|---:|---:|---:|---:|");
for (const engine of values.engines.split(",")) {
  const own = results.filter((each) => each.engine === engine);
  const of = (name) => median(own.map((each) => each[name]));
  const percent = (name) => (own[0][name] === undefined ? "" : `${(100 * of(name)).toFixed(0)} %`);
  console.log(`| ${engine} | ${of("prompt").toFixed(1)} | ${of("decode").toFixed(1)} | ${percent("overhead")} | ${percent("least")} | ${(of("loaded") / 1000).toFixed(1)} | ${own[0].memory === undefined ? "" : (own[0].memory / 1e6).toFixed(0)} |`);
}
