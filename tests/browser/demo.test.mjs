// `sconce demo`: what its server serves, and the page itself, drawn on in real browsers.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { readdirSync, statSync } from "node:fs";
import { after, before, test } from "node:test";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root, tool } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const dist = new URL("web/demo/dist/", root);
const startMs = 60_000;

let demo;
let address;
let server;

before(async () => {
  const port = await freePort();
  demo = spawn("dotnet", [tool, "demo", "--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  address = await said(demo, /http:\/\/localhost:\d+\//);
  const paths = readdirSync(dist, { recursive: true }).filter((path) => statSync(new URL(path, dist)).isFile());
  const files = new Map();
  for (const path of [...paths, "digits.wasm", "samples.json"]) {
    const response = await fetch(new URL(path, address));
    assert.equal(response.status, 200, path);
    files.set(`demo/${path}`, new Uint8Array(await response.arrayBuffer()));
  }
  server = await startServer({ folders: { page: new URL("page/", import.meta.url) }, files });
});

after(async () => {
  demo?.kill();
  await server?.close();
});

test("the demo's server isolates the page and keeps to its contents", async () => {
  const { headers } = await fetch(address);
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("cross-origin-embedder-policy"), "require-corp");
  assert.match(headers.get("content-type"), /^text\/html/);
  for (const path of ["nowhere.js", "..%2f..%2fpackage.json"]) assert.equal((await fetch(new URL(path, address))).status, 404, path);
});

const { found, missing } = findBrowsers();
for (const name of missing) test(`demo, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  for (const mode of ["strict", "plain"]) test(`demo, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "demo" }));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "localhost", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Waits for a process to print what is looked for. */
function said(child, wanted) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`sconce demo printed no address within ${startMs / 1000} s:\n${text}`)), startMs);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`sconce demo ended with ${code}:\n${text}`)));
    child.stdout.setEncoding("utf8").on("data", (part) => {
      text += part;
      const match = wanted.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[0]);
    });
  });
}
