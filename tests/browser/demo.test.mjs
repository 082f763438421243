// `sconce demo`: what its server serves, and the page itself, drawn on in real browsers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findBrowsers } from "./browsers.mjs";
import { servedFiles, startPageCommand } from "./page-command.mjs";
import { startServer } from "./server.mjs";
import { root } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const dist = new URL("web/demo/dist/", root);

let demo;
let server;

before(async () => {
  demo = await startPageCommand("demo");
  const files = new Map((await servedFiles(demo.address, dist, ["digits.wasm", "samples.json"])).map(([path, bytes]) => [`demo/${path}`, bytes]));
  server = await startServer({ folders: { page: new URL("page/", import.meta.url) }, files });
});

after(async () => {
  demo?.stop();
  await server?.close();
});

test("the demo's server isolates the page and keeps to its contents", async () => {
  const { headers } = await fetch(demo.address);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.match(headers.get("content-type"), /^text\/html/);
  for (const path of ["nowhere.js", "..%2f..%2fpackage.json"]) assert.equal((await fetch(new URL(path, demo.address))).status, 404, path);
});

const { found, missing } = findBrowsers();
for (const name of missing) test(`demo, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["strict", "plain"]) test(`demo, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "demo" }));
}
