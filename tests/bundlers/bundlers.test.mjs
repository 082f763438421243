// A page in Chromium that runs a model, on two threads: built by real bundlers, served by their development servers, and without any, each in an empty folder.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { findBrowsers } from "../browser/browsers.mjs";
import { makeArtifact, expected } from "./fixture.mjs";
import { here, project, run } from "./folder.mjs";
import { serve, visitMs } from "./serve.mjs";
import { serveFolder } from "./serve-folder.mjs";
import { projects } from "./projects.mjs";

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
