// Which of a browser's stores holds a gigabyte, and how fast: node bench/loading/storage.mjs [MEGABYTES]
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { startServer } from "../../tests/browser/server.mjs";

const megabytes = Number(process.argv[2] ?? 1024);
const server = await startServer({ folders: { bench: new URL(".", import.meta.url) }, files: new Map() });
for (const browser of findBrowsers().found) {
  const posted = server.result(browser.name);
  const visit = await browser.visit(`${server.origin}/plain/bench/storage.html?megabytes=${megabytes}&to=${encodeURIComponent(`${server.origin}/plain/result/${browser.name}`)}`);
  const results = await Promise.race([posted, new Promise((resolve) => setTimeout(() => resolve([{ error: "nothing within five minutes" }]), 300_000).unref())]);
  for (const result of results) console.log(browser.name, JSON.stringify(result));
  await visit.close();
}
await server.close();
