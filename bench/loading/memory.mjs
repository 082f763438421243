// What loading a model takes of memory, beside its weights, in Node and in browsers: node bench/loading/memory.mjs [MEGABYTES]
import { spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { startServer } from "../../tests/browser/server.mjs";
import { memoryOf, pageProcesses } from "../models/resident.mjs";
import { runtime, serveModels } from "./server.mjs";

const megabytes = Number(process.argv[2] ?? 400);
const { origin, end } = await serveModels(megabytes);
const row = (engine, what, { now, most }, idle, ms) =>
  console.log(`${engine.padEnd(9)} ${what.padEnd(16)} ${mb(most - idle)} at the most, ${mb(now - idle)} afterwards; ${Math.round(ms)} ms`);
const mb = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`.padStart(9);

console.log(`${megabytes} MiB of weights; beyond the same process with a model that has none`);
const inNode = (name) => {
  const script = `const { load } = await import(${JSON.stringify(new URL("dist/index.js", runtime).href)});
    const started = performance.now();
    globalThis.model = await load("${origin}/good/${name}.wasm", { threads: 1 });
    const { readFileSync } = await import("node:fs");
    const field = (name) => 1024 * Number(new RegExp(name + ":\\\\s*(\\\\d+)").exec(readFileSync("/proc/self/status", "utf8"))[1]);
    console.log(JSON.stringify({ now: field("VmRSS"), most: field("VmHWM"), ms: performance.now() - started }));
    process.exit();`;
  return JSON.parse(spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout);
};
const idle = inNode("empty").now;
for (const name of ["whole", "split"]) row("Node", name, inNode(name), idle, inNode(name).ms);

const results = await startServer({ folders: {}, files: new Map() });
for (const browser of findBrowsers().found.filter(({ name }) => name === "Chromium")) {
  const measure = async (name, cache) => {
    const posted = results.result(name);
    const to = encodeURIComponent(`${results.origin}/plain/result/${name}`);
    const visit = await browser.visit(`${origin}/bench/memory.html?model=${name}&to=${to}${cache ? "&cache" : ""}`);
    const times = await posted;
    // The process that browsers make ready for a next page is counted too: it is there by then.
    await setTimeout(5000);
    const memory = memoryOf(visit.pids.flatMap(pageProcesses));
    await visit.close();
    return { memory, times };
  };
  const empty = (await measure("empty")).memory.now;
  for (const name of ["whole", "split"]) {
    for (const cache of [false, true]) {
      const { memory, times } = await measure(name, cache);
      times.forEach((ms, i) => row(browser.name, `${name}${cache ? (i === 0 ? ", kept" : ", from cache") : ""}`, memory, empty, ms));
    }
  }
}
await results.close();
end();
