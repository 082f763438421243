// The examples whose weights are fetched, with random weights of the same architecture: what their pages show is what PyTorch says of the same picture. Where ../shared/models is, with real ones too.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium, openChromium } from "../browser/chromium.mjs";
import { folder, root } from "../bundlers/folder.mjs";
import { exampleProject, newProject } from "./projects.mjs";
import { visited } from "./visited.mjs";

const python = join(root, "..", "shared", "pytorch", "python");
const models = join(root, "..", "shared", "models");
const skip = !existsSync(python) ? "there is no ../shared/pytorch here" : chromium === undefined ? "Chromium is not installed here" : false;

/** What PyTorch makes of an example: a folder with its model, and what it expects of it. */
async function exported(name) {
  // Within the checkout, for PyTorch may see no other folder.
  const path = join(folder, "exported", name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const child = spawn(python, [join(root, "tests", "examples", "pytorch.py"), name, path], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  const code = await new Promise((resolve) => child.once("close", resolve));
  assert.equal(code, 0, said);
  return { path, expected: JSON.parse(readFileSync(join(path, "expected.json"), "utf8")) };
}

/** A project of an example, with the model that PyTorch made of it, and what its page should say. `from` is the case of pytorch.py, where the example has several. */
async function prepared(example, from = example) {
  const { path, expected } = await exported(from);
  return { path: exampleProject(example, { name: from, from: path }), picture: join(path, "picture.png"), expected };
}

let browser;
before(async () => {
  if (!skip) browser = await openChromium();
});
after(() => browser?.close());

/** The rows of a page's table. */
const rows = (page) => page.evaluate("Array.from(document.querySelectorAll('tbody tr'), (row) => Array.from(row.cells, ({ textContent }) => textContent))");

function assertFound(shown, expected) {
  assert.equal(shown.length, expected.length, JSON.stringify({ shown, expected }));
  shown.forEach(([label, score, ...box], i) => {
    const [wanted, probability, edges] = expected[i];
    assert.equal(label, wanted);
    assert.ok(Math.abs(parseFloat(score) - 100 * probability) < 0.11, `${score} for ${probability}`);
    edges.forEach((edge, side) => assert.ok(Math.abs(Number(box[side]) - edge) < 0.6, `${box} for ${edges}`));
  });
}

describe("examples with fetched weights", { concurrency: 2, skip }, () => {
  test("classify: the page of sconce new says what PyTorch says", async () => {
    const { path, expected } = await exported("classify");
    const project = newProject("classify", "--template", "vanilla", "--model", join(path, "mobilenet_v3_small.pt2"), "--labels", join(path, "labels.txt"));
    await visited(browser, project, async (page) => {
      await page.until(/Ready, on \d+ threads/);
      await page.give("input", join(path, "picture.png"));
      await page.until("document.querySelectorAll('li').length > 0");
      const shown = await page.evaluate("Array.from(document.querySelectorAll('li'), ({ textContent }) => textContent)");
      assert.deepEqual(shown, expected.best.slice(0, shown.length).map(([label, probability]) => `${label}: ${(100 * probability).toFixed(1)} %`));
    });
  });

  test("detect: boxes, classes and scores are PyTorch's", async () => {
    const { path, picture, expected } = await prepared("detect");
    assert.ok(expected.found.length > 3);
    await visited(browser, path, async (page) => {
      await page.until(/Ready, on \d+ threads/);
      await page.evaluate(`document.querySelector("#threshold").value = ${expected.threshold}`);
      await page.give("#file", picture);
      await page.until(/, in \d+ ms/);
      assertFound(await rows(page), expected.found);
    });
  });

  test("detect: finds a face in a picture and in front of the camera, and turns the camera off", { skip: existsSync(models) ? false : "there is no ../shared/models here" }, async () => {
    const { path, picture, expected } = await prepared("detect", "faces");
    assert.equal(expected.found.length, 1);
    const own = await openChromium({ camera: join(path, "camera.y4m") });
    try {
      await visited(own, path, async (page) => {
        await page.until(/Ready, on \d+ threads/);
        await page.give("#file", picture);
        await page.until(/^face, in \d+ ms/m);
        assertFound(await rows(page), expected.found);
        await page.evaluate("document.querySelector('tbody').replaceChildren()");
        await page.click("#camera");
        await page.until("document.querySelectorAll('tbody tr').length === 1");
        await page.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]");
        await page.click("#camera");
        await page.until("window.track.readyState === 'ended'");
        // The last frame stays.
        await page.until("document.querySelector('canvas').getContext('2d').getImageData(320, 240, 1, 1).data[3] === 255");
      }, { name: "faces" });
    } finally {
      await own.close();
    }
  });
});
