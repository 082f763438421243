// A page in Chromium that runs a model, on two threads: built by real bundlers, served by their development servers, and without any, each in an empty folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { findBrowsers } from "../browser/browsers.mjs";
import { makeArtifact, expected } from "./fixture.mjs";
import { here, project, run } from "./folder.mjs";
import { serveFolder } from "./serve-folder.mjs";
import { projects } from "./projects.mjs";

const visitMs = 120_000;
const chromium = findBrowsers().found.find(({ name }) => name === "Chromium");
const files = new Map([["/affine.wasm", makeArtifact()]]);
const pages = ["main.js", "model.js", "vue.js", "guest.js", "guest-worker.js", "graph.js"];

async function visit(source, wanted) {
  const server = await serveFolder(source, files);
  const page = await chromium.visit(server.address);
  let timer;
  try {
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`the page posted nothing within ${visitMs / 1000} s; it asked for ${server.asked.join(", ")}`)), visitMs)));
    assert.deepEqual(await Promise.race([server.posted, late]), wanted);
  } finally {
    clearTimeout(timer);
    await page.close();
    await server.close();
  }
}

/** Starts a development server, and gives its port when it answers. */
async function serve(command, cwd, environment) {
  const port = await freePort();
  let said = "";
  const child = spawn(process.execPath, command(port), { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  // A group of its own, for it starts others.
  const stop = () => new Promise((resolve) => {
    child.once("close", resolve);
    if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    else resolve();
  });
  for (const until = Date.now() + visitMs; ; await new Promise((resume) => setTimeout(resume, 100))) {
    if (await fetch(`http://localhost:${port}/`).then(() => true, () => false)) return { port, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the development server does not answer:\n${said}`);
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// Two at a time: bundlers, and above all Chromium's start, leave processors idle.
describe("pages", { concurrency: 2, skip: chromium === undefined ? "Chromium is not installed here" : false }, () => {
  for (const [name, { files: own, copies, build = [], output, development, environment, answers }] of Object.entries(projects)) {
    test(`${name}: a page runs a model`, async () => {
      const path = project(name);
      for (const file of pages) cpSync(join(here, "page", file), join(path, file));
      if (copies !== undefined) cpSync(join(here, "page", copies), path, { recursive: true });
      for (const [file, text] of Object.entries(own)) {
        mkdirSync(dirname(join(path, file)), { recursive: true });
        writeFileSync(join(path, file), text);
      }
      const y = Array.from(expected([1, 2, 3, 4], [1]));
      const wanted = { y, threads: 2, ...(answers === undefined && { again: y, worker: true }), ...(answers === "once" && { worker: true }) };
      if (development === undefined) {
        for (const command of build) await run(command, path, { environment });
        assert.ok(statSync(join(path, output)).isDirectory());
        await visit({ folder: join(path, output) }, wanted);
      } else {
        const { port, stop } = await serve(development, path, environment);
        try {
          await visit({ port }, wanted);
        } finally {
          await stop();
        }
      }
    });
  }
});
