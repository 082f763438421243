// The page of examples/story in real browsers: it tells what the same model tells in Node, and stops when it is told to.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root, tool } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const example = fileURLToPath(new URL("examples/story/", root));
const parts = ["index.html", "page.css", "page.js", "storyteller.js", "sampler.js", "tokenizer.js", "story.json", "base.css", "icon.svg", "story.wasm", "runtime/index.js", "runtime/worker.js", "runtime/network.js"];

let folder;
let serving;
let server;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "sconce-story-"));
  const model = join(folder, "story.wasm");
  execFileSync("dotnet", [tool, "compile", join(example, "story.pt2"), "--weights", "int8", "-o", model]);
  const told = execFileSync(process.execPath, [join(example, "story.js"), model, "--seed", "7"], { encoding: "utf8" }).trimEnd();
  serving = spawn(process.execPath, [join(example, "serve.js"), model], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(serving.stdout.setEncoding("utf8"), "data");
  const address = /http:\S+/.exec(said)[0];
  const files = new Map(await Promise.all(parts.map(async (part) => [`story/${part}`, new Uint8Array(await (await fetch(new URL(part, address))).arrayBuffer())])));
  files.set("story/told.json", Buffer.from(JSON.stringify(told)));
  server = await startServer({ folders: { page: new URL("page/", import.meta.url) }, files });
});

after(async () => {
  serving?.kill();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const { found, missing } = findBrowsers();
for (const name of missing) test(`story, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) test(`story, ${browser.name}`, (context) => runPage(context, { browser, server, mode: "isolated", page: "story" }));
