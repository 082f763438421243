// Each host of examples/, as `sconce new` makes a project of it: built, opened in Chromium, and asked by a camera, a picture, or as the host is asked.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readNpz } from "sconce/tensor";
import { chromium, openChromium } from "../browser/chromium.mjs";
import { folder, root, run } from "../bundlers/folder.mjs";
import { serve } from "../bundlers/serve.mjs";
import { pgm, writeCamera, writePng } from "./pictures.mjs";
import { installed, newProject } from "./projects.mjs";

const pictures = join(folder, "pictures");
const [camera, four] = [join(pictures, "seven.y4m"), join(pictures, "four.png")];
const policy = join(root, "examples", "cart-pole", "policy.pt2");
const skip = chromium === undefined ? "Chromium is not installed here" : false;
const vite = join(installed("vite"), "bin", "vite.js");
const next = join(installed("next"), "dist", "bin", "next");
const tsc = join(installed("typescript"), "bin", "tsc");

/** How a project is built and served, by the template. */
const hosts = {
  "vanilla": { serve: () => ["serve.mjs"] },
  "vite-react": { build: [[tsc], [vite, "build"]], serve: (port) => [vite, "preview", "--port", port, "--strictPort"] },
  "next": { build: [[next, "build"]], serve: (port) => [next, "start", "--port", port] },
  "vue": { build: [[vite, "build"]], serve: (port) => [vite, "preview", "--port", port, "--strictPort"] },
  "svelte": { build: [[vite, "build"]], serve: (port) => [vite, "preview", "--port", port, "--strictPort"] },
};
const environment = { NEXT_TELEMETRY_DISABLED: "1" };

let browser;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  writeCamera(camera, 7);
  writePng(four, 4);
  if (!skip) browser = await openChromium({ camera });
});
after(() => browser?.close());

async function opened(path, { build = [], serve: command }, use) {
  for (const step of build) await run(step, path, { environment });
  const { port, stop } = await serve(command, path, environment);
  const page = await browser.page(`http://localhost:${port}/`);
  try {
    await use(page);
    assert.deepEqual(page.problems, []);
  } finally {
    await page.close();
    await stop();
  }
}

describe("hosts", { concurrency: 3 }, () => {
  for (const [template, host] of Object.entries(hosts)) {
    test(`${template}: reads digits from the camera and from a picture, on threads, and turns the camera off`, { skip }, async () => {
      await opened(newProject(template, "--template", template), host, async (page) => {
        await page.until(/Ready, on [2-9] threads/);
        await page.evaluate(`{
          const { mediaDevices } = navigator;
          const open = mediaDevices.getUserMedia.bind(mediaDevices);
          window.streams = [];
          mediaDevices.getUserMedia = async (wanted) => (streams.push(await open(wanted)), streams.at(-1));
        }`);
        await page.click("button");
        await page.until(/^\W*7: 9\d\.\d %/m);
        for (const width of [375, 1000]) {
          await page.resize(width, 800);
          assert.ok(await page.fits(), `nothing sticks out at ${width} pixels`);
        }
        await page.click("button");
        await page.until("streams.length === 1 && streams[0].getTracks().every(({ readyState }) => readyState === 'ended')");
        await page.give("input", four);
        await page.until(/^\W*4: [5-9]\d\.\d %/m);
      });
    });
  }

  test("service-worker: answers without a network", { skip }, async () => {
    const path = newProject("service-worker", "--template", "service-worker");
    await run(["build.mjs"], path);
    const { port, stop } = await serve(() => ["serve.mjs"], path);
    const page = await browser.page(`http://localhost:${port}/`);
    try {
      await page.until(/Ready, offline too/);
    } finally {
      // No server, and so no network, for the page and for its service worker.
      await stop();
    }
    await page.go(`http://localhost:${port}/`);
    await page.until(/Ready, offline too/);
    await page.give("input", four);
    await page.until(/^\W*4: [5-9]\d\.\d %/m);
    assert.deepEqual(page.problems, []);
    await page.close();
  });

  test("extension: the popup reads a picture on threads, and the background one of a page", { skip }, async () => {
    const path = newProject("extension", "--template", "extension");
    await run(["build.mjs"], path);
    const own = await openChromium({ extensions: [join(path, "dist")] });
    try {
      const [id] = own.extensionIds;
      const popup = await own.page(`chrome-extension://${id}/popup.html`);
      await popup.until(/Ready, on [2-9] threads/);
      await popup.give("input", four);
      await popup.until(/^\W*4: [5-9]\d\.\d %/m);
      assert.deepEqual(popup.problems, []);

      const { targetId } = (await own.targets()).find(({ type, url }) => type === "service_worker" && url.includes(id));
      const background = await own.attach(targetId);
      await background.evaluate(`chrome.contextMenus.onClicked.dispatch({ menuItemId: "look", srcUrl: "data:image/png;base64,${readFileSync(four).toString("base64")}" })`);
      await background.until("chrome.action.getBadgeText({}).then((text) => text === '4')");
      assert.match(await background.evaluate("chrome.action.getTitle({})"), /^4: [5-9]\d\.\d %\n/);
      assert.deepEqual(background.problems, []);
    } finally {
      await own.close();
    }
  });

  test("node: answers what is posted", async () => {
    const { port, stop } = await serve(() => ["main.js"], newProject("node", "--template", "node"));
    try {
      const ask = async (body) => {
        const response = await fetch(`http://localhost:${port}/`, { method: "POST", body });
        return [response.status, await response.json()];
      };
      const [status, answers] = await ask(pgm(4));
      assert.equal(status, 200);
      assert.match(`${answers[0].name}: ${answers[0].text}`, /^4: [5-9]\d\.\d %$/);
      assert.deepEqual(await ask("nothing"), [400, { error: "expected a binary PGM or PPM picture of 8 bits" }]);
    } finally {
      await stop();
    }
  });

  // Where npm has one for this machine.
  for (const [name, program, ...before] of [["Deno", join("@deno", "linux-x64-glibc", "deno"), "run", "-A"], ["Bun", join("@oven", "bun-linux-x64", "bin", "bun")]]) {
    const path = installed(program);
    test(`${name}: runs the scripts of node, on threads in a worker, and ends`, { skip: existsSync(path) ? false : `${name} is not installed here` }, async () => {
      const project = newProject(`node-in-${name}`, "--template", "node");
      writeFileSync(join(project, "four.pgm"), pgm(4));
      writeFileSync(join(project, "ask.mjs"), `import { readFileSync } from "node:fs";
import { look, openModel } from "./model.js";
import { readPgm } from "./pgm.js";
const model = await openModel({ threads: 2 });
const [{ name }] = await look(model, readPgm(readFileSync("four.pgm")));
const { threads, worker } = model.report();
console.log(JSON.stringify({ name, threads: threads.used, worker }));
model.dispose();
`);
      chmodSync(path, 0o755);
      assert.deepEqual(JSON.parse(await run([...before, "ask.mjs"], project, { node: path })), { name: "4", threads: 2, worker: true });
    });
  }

  describe("a model that takes numbers", { concurrency: 2 }, () => {
    let wanted;
    let state;
    before(async () => {
      const { in0, out0 } = await readNpz(readFileSync(policy.replace(".pt2", ".npz")));
      state = Array.from(in0.data.slice(0, 4));
      wanted = out0.data[0];
    });

    for (const template of ["vanilla", "vite-react"]) {
      test(`${template}: has a form for it`, { skip }, async () => {
        await opened(newProject(`${template}-form`, "--template", template, "--model", policy), hosts[template], async (page) => {
          await page.until(/Ready, on \d+ threads/);
          await page.evaluate(`{
            document.querySelector("textarea").value = ${JSON.stringify(state.join(" "))};
            document.querySelector("form button").click();
          }`);
          await page.until(/force: float32 \[1, 1\]/);
          assert.ok(Math.abs(Number(/\[1, 1\] ([-\d.]+)/.exec(await page.evaluate("document.body.innerText"))[1]) - wanted) < 0.01);
          await page.evaluate(`{
            document.querySelector("textarea").value = "1 2 x 4";
            document.querySelector("form button").click();
          }`);
          await page.until(/state: "x" is no number/);
        });
      });
    }

    test("node: takes it as JSON", async () => {
      const { port, stop } = await serve(() => ["main.js"], newProject("node-form", "--template", "node", "--model", policy));
      try {
        const ask = async (body) => (await fetch(`http://localhost:${port}/`, { method: "POST", body: JSON.stringify(body) })).json();
        const [{ name, text }] = await ask({ state: [state] });
        assert.equal(name, "force");
        assert.ok(Math.abs(Number(text.split(" ").at(-1)) - wanted) < 0.01, text);
        assert.match((await ask({ state: [1] })).error, /shape|elements/);
        assert.match((await ask({})).error, /^state is missing/);
      } finally {
        await stop();
      }
    });

    test("next: what its page imports is there", async () => {
      const path = newProject("next-form", "--template", "next", "--model", policy);
      const { build } = await import(join(installed("esbuild"), "lib", "main.js"));
      await build({ entryPoints: [join(path, "app", "page.jsx"), join(path, "app", "layout.jsx")], bundle: true, write: false, outdir: path, format: "esm", jsx: "automatic", logLevel: "silent", nodePaths: [join(folder, "node_modules")] });
    });
  });
});
