// Models over the network in real browsers, from a server that misbehaves, and kept for the next visit. See README.md.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { runPage } from "./visit.mjs";

const runtime = new URL("../../web/runtime/", import.meta.url);
const { found, missing } = findBrowsers();
let server;
let misbehaving;

before(async () => {
  const built = spawnSync("npx", ["tsc", "-p", "tests/tsconfig.json"], { cwd: fileURLToPath(runtime), encoding: "utf8", shell: process.platform === "win32" });
  assert.equal(built.status, 0, built.stdout);
  const { makeArtifact, makeSplit, weights, bias } = await import(new URL("obj/tests/fixture.js", runtime));
  const { startMisbehaving } = await import(new URL("obj/tests/misbehaving.js", runtime));
  server = await startServer({ folders: {}, files: new Map() });

  const files = new Map();
  const facts = { weights, bias, results: `${server.origin}/plain/result/RUN` };
  for (const [prefix, padding, shardBytes] of [["", 13_000_000, 1_000_000], ["small-", 2_000_000, 600_000]]) {
    const whole = makeArtifact({ padding });
    const { file, shards } = makeSplit(shardBytes, { padding });
    for (const [name, bytes] of [[`${prefix}whole.wasm`, whole], [`${prefix}split.wasm`, file], ...shards]) files.set(name, bytes);
    facts[`${prefix}whole.wasm`] = whole.length;
    facts[`${prefix}split.wasm`] = file.length + [...shards.values()].reduce((sum, { length }) => sum + length, 0);
    if (prefix !== "") facts.integrity = `sha256-${createHash("sha256").update(whole).digest("base64")}`;
  }
  // Its last shards alone are others: it has more of them.
  const tuned = makeSplit(1_000_000, { padding: 13_500_000 });
  facts.tuned = tuned.file.length;
  for (const [name, bytes] of tuned.shards) {
    if (!files.has(name)) facts.tuned += bytes.length;
    files.set(name, bytes);
  }
  files.set("tuned.wasm", tuned.file);
  assert.ok(facts.tuned < 1_700_000);
  files.set("facts.json", new TextEncoder().encode(JSON.stringify(facts)));
  misbehaving = await startMisbehaving(files, {
    runtime: fileURLToPath(new URL("dist/", runtime)), page: fileURLToPath(new URL("page/", import.meta.url)),
  });
});

after(async () => {
  await misbehaving?.close();
  await server?.close();
});

for (const name of missing) test(name, { skip: "is not installed here" }, () => {});

for (const browser of found) {
  test(browser.name, (context) => runPage(context, { browser, server, mode: "network", page: "network", url: `${misbehaving.origin}/page/network.html` }));
}

// A name that is not localhost makes plain http what it is on a local network: without WebCrypto and without the Cache API.
const chromium = found.find(({ name }) => name === "Chromium");
test("Chromium, on plain http", { skip: chromium === undefined ? "is not installed here" : false }, (context) => runPage(context, {
  browser: chromium, server, mode: "plain-http", page: "network", switches: ["--host-resolver-rules=MAP lan.test 127.0.0.1"],
  url: `${misbehaving.origin.replace("localhost", "lan.test")}/page/network.html`,
}));
