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

/** What PyTorch makes of the examples, by their names: a folder with the model, and what it expects of it. One Python for all of them, for it takes its time to begin; each is there as soon as it is made. */
function exportAll(names) {
  // Within the checkout, for PyTorch may see no other folder.
  const parent = join(folder, "exported");
  rmSync(parent, { recursive: true, force: true });
  mkdirSync(parent, { recursive: true });
  const child = spawn(python, [join(root, "tests", "examples", "pytorch.py"), parent, ...names], { stdio: ["ignore", "pipe", "pipe"] });
  const waiting = new Map(names.map((name) => {
    let settle;
    const promise = new Promise((resolve, reject) => (settle = { resolve, reject }));
    // A test that asks for it hears of it.
    promise.catch(() => undefined);
    return [name, { promise, ...settle }];
  }));
  let said = "";
  child.stderr.on("data", (part) => (said += part));
  child.stdout.on("data", (part) => {
    said += part;
    for (const [, name] of said.matchAll(/^(\w+) is written\n/gm)) waiting.get(name).resolve({ path: join(parent, name), expected: JSON.parse(readFileSync(join(parent, name, "expected.json"), "utf8")) });
  });
  child.once("close", () => {
    for (const [name, { reject }] of waiting) reject(new Error(`PyTorch did not write ${name}:\n${said}`));
  });
  return (name) => waiting.get(name).promise;
}

/** A project of an example, with the model that PyTorch made of it, and what its page should say. `from` is the case of pytorch.py, where the example has several. */
async function prepared(example, { from = example, options } = {}) {
  const { path, expected } = await exported(from);
  return { path: exampleProject(example, { name: from, from: path, options }), picture: join(path, "picture.png"), expected };
}

/** They look at what PyTorch writes for the camera with the first of them. */
const withModels = { skip: existsSync(models) ? false : "there is no ../shared/models here" };

let [browser, exported] = [];
before(async () => {
  if (skip) return;
  exported = exportAll(["classify", "detect", ...(existsSync(models) ? ["faces"] : []), "background", ...(existsSync(models) ? ["portrait"] : []), "search", "whisper"]);
  browser = await openChromium({ patience: 60, camera: existsSync(models) ? join(folder, "exported", "faces", "camera.y4m") : undefined });
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

/** Cuts a picture of the model's own size out, whose opacity is then the mask itself. */
async function assertMask(page, picture, { mask }) {
  await page.until(/Ready, on \d+ threads/);
  await page.evaluate("document.querySelector('#background').value = 'none'");
  await page.give("#file", picture);
  await page.until(/\d+ ms, on/);
  const shown = await page.evaluate(`(() => {
    const canvas = document.querySelector("canvas");
    return Array.from(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data).filter((_, i) => i % 4 === 3);
  })()`);
  assert.equal(shown.length, mask.length);
  assert.ok(mask.some((opacity) => opacity < 50) && mask.some((opacity) => opacity > 200), "the mask says something");
  assert.ok(shown.every((opacity, i) => Math.abs(opacity - mask[i]) <= 1), "the mask is PyTorch's");
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

  test("detect: finds a face in a picture and in front of the camera, and turns the camera off", withModels, async () => {
    const { path, picture, expected } = await prepared("detect", { from: "faces" });
    assert.equal(expected.found.length, 1);
    await visited(browser, path, async (page) => {
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
    });
  });

  test("background: the mask is PyTorch's", async () => {
    const { path, picture, expected } = await prepared("background");
    await visited(browser, path, (page) => assertMask(page, picture, expected));
  });

  test("background: a person stays sharp in a picture and in front of the camera, whose background is blurred", withModels, async () => {
    const { path, picture, expected } = await prepared("background", { from: "portrait" });
    await exported("faces");
    const share = expected.mask.filter((opacity) => opacity > 127).length / expected.mask.length;
    assert.ok(share > 0.5 && share < 0.65);
    await visited(browser, path, async (page) => {
      await assertMask(page, picture, expected);
      // What is sharp has large steps from pixel to pixel.
      const sharpness = `((left, top, width, height) => {
        const { data } = document.querySelector("canvas").getContext("2d").getImageData(left, top, width, height);
        return data.reduce((sum, byte, i) => sum + (i >= 4 * width ? Math.abs(byte - data[i - 4 * width]) : 0), 0) / data.length;
      })`;
      const corner = `${sharpness}(4, 60, 40, 60)`;
      const face = `${sharpness}(96, 64, 40, 60)`;
      const choose = (background) => page.evaluate(`Object.assign(document.querySelector("#background"), { value: "${background}" }).dispatchEvent(new Event("input"))`);
      await choose("gray");
      const [stars, eyes] = [await page.evaluate(corner), await page.evaluate(face)];
      await choose("blurred");
      assert.ok(await page.evaluate(corner) < 0.3 * stars, "the flag is blurred");
      assert.ok(await page.evaluate(face) > 0.9 * eyes, "the face is not");
      await page.click("#camera");
      await page.until("document.querySelector('canvas').width === 640");
      await page.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]");
      await page.click("#camera");
      await page.until("window.track.readyState === 'ended'");
    });
  });

  test("search: tokens and likenesses are those of transformers", async () => {
    const { path, expected } = await prepared("search");
    assert.ok(expected.paragraphs > 20 && expected.longest > 256);
    await visited(browser, path, async (page) => {
      await page.until(/Ready, on \d+ threads/);
      for (const [query, best] of Object.entries(expected.answers)) {
        await page.evaluate(`{
          document.querySelector("#results").replaceChildren();
          Object.assign(document.querySelector("#query"), { value: ${JSON.stringify(query)} }).dispatchEvent(new Event("input"));
        }`);
        await page.until("document.querySelectorAll('#results li').length > 0");
        const shown = await page.evaluate("Array.from(document.querySelectorAll('#results li'), (item) => [item.querySelector('a').textContent, Number(item.lastChild.textContent)])");
        assert.deepEqual(shown.map(([text]) => text), best.map(([text]) => text));
        shown.forEach(([, score], i) => assert.ok(Math.abs(score - best[i][1]) < 6e-4, `${score} for ${best[i][1]}`));
      }
      assert.equal(await page.evaluate("document.querySelectorAll('.found').length"), 1);
    });
  });

  test("whisper: what was said in a recording is what PyTorch says", async () => {
    const { path, expected } = await prepared("whisper", { options: ["--method", "hear"] });
    assert.notEqual(expected.low[0], expected.high[0]);
    assert.equal(expected.high.length, 2);
    await visited(browser, path, async (page) => {
      await page.until(/Ready, on \d+ threads/);
      assert.deepEqual(await page.evaluate("Array.from(document.querySelector('#language').options, ({ value }) => value)"), ["", "en", "de", "fr"]);
      for (const [name, pieces] of Object.entries(expected)) {
        await page.evaluate("document.querySelector('#status').textContent = ''");
        await page.give("#file", join(path, `${name}.wav`));
        await page.until(/of real time/);
        assert.equal(await page.evaluate("document.querySelector('#text').textContent"), pieces.join(""));
      }
      // What Chromium's own microphone beeps.
      await page.click("#microphone");
      await page.until(/Recording: [1-9]/);
      await page.click("#microphone");
      await page.until(/^1\.\d s of sound in/m);
    });
  });
});
