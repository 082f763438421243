// What a browser keeps of the chunks of a body that were read, by what is done with them: node bench/loading/chunks.mjs [MEGABYTES]
import { setTimeout } from "node:timers/promises";
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { startServer } from "../../tests/browser/server.mjs";
import { memoryOf, pageProcesses } from "../models/resident.mjs";
import { serveModels } from "./server.mjs";

const megabytes = Number(process.argv[2] ?? 400);
const mb = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`.padStart(9);
const ways = { drop: "dropped", transfer: "transfer(0)", send: "sent to a closed port", byob: "a reader of the mode byob" };

const models = await serveModels(megabytes);
const results = await startServer({ folders: {}, files: new Map() });
console.log(`${megabytes} MiB read into WebAssembly's memory; beyond the same process that reads nothing`);
for (const browser of findBrowsers().found.filter(({ name }) => name !== "WebKit")) {
  const measure = async (way) => {
    const posted = results.result(way);
    const to = encodeURIComponent(`${results.origin}/plain/result/${way}`);
    const visit = await browser.visit(`${models.origin}/bench/chunks.html?way=${way}&megabytes=${megabytes}&to=${to}`);
    const ms = await posted;
    // The process that browsers make ready for a next page is counted too: it is there by then.
    await setTimeout(5000);
    const memory = memoryOf(visit.pids.flatMap(pageProcesses));
    await visit.close();
    return { ...memory, ms };
  };
  const idle = (await measure("nothing")).now;
  for (const [way, what] of Object.entries(ways)) {
    const { now, most, ms } = await measure(way);
    console.log(`${browser.name.padEnd(9)} ${what.padEnd(26)} ${mb(most - idle)} at the most, ${mb(now - idle)} afterwards; ${Math.round(ms)} ms`);
  }
}
await results.close();
models.end();
