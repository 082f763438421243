// The examples that are whole pages, with models that the project's scripts trained: their numbers are PyTorch's, and in Chromium they do what they say.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readNpz } from "sconce/tensor";
import { chromium, openChromium } from "../browser/chromium.mjs";
import { root } from "../bundlers/folder.mjs";
import { exampleProject } from "./projects.mjs";
import { visited } from "./visited.mjs";
import { advance } from "../../examples/cart-pole/cart.js";

const skip = chromium === undefined ? "Chromium is not installed here" : false;
const example = (...path) => join(root, "examples", ...path);

let browser;
before(async () => {
  if (!skip) browser = await openChromium({ microphone: example("keywords", "words.wav") });
});
after(() => browser?.close());

const opened = (name, use) => visited(browser, exampleProject(name), use);

test("the models give PyTorch's numbers", () => {
  const said = execFileSync(join(root, "sconce"), ["verify", example("cart-pole"), example("double"), example("keywords")], { encoding: "utf8", shell: process.platform === "win32" });
  assert.match(said, /3 passed, 0 failed/);
});

test("the cart moves as in training", async () => {
  const { state, force, next } = await readNpz(readFileSync(example("cart-pole", "steps.npz")));
  for (let i = 0; i < force.data.length; i++) {
    const moved = advance(Array.from(state.data.subarray(4 * i, 4 * i + 4)), force.data[i]);
    moved.forEach((value, j) => assert.ok(Math.abs(value - next.data[4 * i + j]) < 1e-5, `${value} for ${next.data[4 * i + j]}`));
  }
});

describe("pages", { concurrency: 2, skip }, () => {
  test("cart-pole: the policy holds the pole through a push, and without it the pole falls", async () => {
    await opened("cart-pole", async (page) => {
      const angle = "Math.abs(Number(/angle ([−\\d.]+)/.exec(document.querySelector('#status').textContent)[1].replace('−', '-')))";
      await page.until(`${angle} < 2`);
      await page.click("#left");
      await page.until(`${angle} > 5`);
      await page.until(`${angle} < 2`);
      await page.click("#policy");
      await page.click("#left");
      await page.until(`${angle} > 60`);
      await page.click("#policy");
      await page.click("#again");
      await page.until(`${angle} < 20`);
    });
  });

  test("double: a picture becomes twice as large, and the slider shows both", async () => {
    await opened("double", async (page) => {
      await page.until(/480 × 300 became 960 × 600 in \d+ ms/);
      // In the middle of an even field both are what the picture is; along an edge the two differ.
      const difference = await page.evaluate(`(() => {
        const [one, other] = ["before", "after"].map((id) => document.getElementById(id).getContext("2d").getImageData(0, 0, 960, 600).data);
        let [most, sum] = [0, 0];
        for (let i = 0; i < one.length; i++) {
          const apart = Math.abs(one[i] - other[i]);
          most = Math.max(most, apart);
          sum += apart;
        }
        return { most, mean: sum / one.length };
      })()`);
      assert.ok(difference.most > 20 && difference.mean < 5, JSON.stringify(difference));
      await page.evaluate(`Object.assign(document.querySelector("#slider"), { value: 25 }).dispatchEvent(new Event("input"))`);
      assert.match(await page.evaluate("document.querySelector('#after').style.clipPath"), /25%/);
    });
  });

  test("keywords: hears a voice that was never heard in training, in a file and through the microphone, in real time", async () => {
    const words = JSON.parse(readFileSync(example("keywords", "words.json"), "utf8")).join(", ");
    await opened("keywords", async (page) => {
      await page.until(/Ready\./);
      await page.give("#file", example("keywords", "words.wav"));
      await page.until(/of real time/);
      assert.equal(await page.evaluate("document.querySelector('#heard').textContent"), words);
      await page.click("#microphone");
      // The file comes over and over, the first time perhaps not from its beginning.
      await page.until(`document.querySelector("#heard").textContent !== ${JSON.stringify(words)} && document.querySelector("#heard").textContent.includes(${JSON.stringify(words)})`, 60);
      const [, factor, dropped] = await page.evaluate("/^(.+) of real time, (.+) frames dropped/.exec(document.querySelector('#status').textContent)");
      assert.ok(Number(factor) > 0 && Number(factor) < 1 && dropped === "0", `${factor} of real time, ${dropped} dropped`);
      await page.click("#microphone");
      await page.until("document.querySelector('#microphone').textContent === 'Microphone'");
    });
  });
});
