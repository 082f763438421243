// Pages that the tool makes or serves, in Chromium: what `sconce inspect --html` writes, and a folder by `sconce serve`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium, openChromium } from "./chromium.mjs";
import { root, tool } from "./tool.mjs";

const options = chromium === undefined ? { skip: "Chromium is not installed" } : { timeout: 240_000 };
const folder = mkdtempSync(join(tmpdir(), "sconce-pages-"));
const model = (path) => fileURLToPath(new URL(path, root));
let browser;

before(async () => {
  if (chromium !== undefined) browser = await openChromium({ patience: 60 });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function inspect(path, ...more) {
  const page = join(folder, "page.html");
  execFileSync("dotnet", [tool, "inspect", model(path), "--html", page, ...more], { stdio: "ignore" });
  return pathToFileURL(page).href;
}

test("a model's page is used by keyboard, fits a phone, and its policy lets it work", options, async () => {
  const address = inspect("examples/digits/digits.pt2");
  for (const [width, dark] of [[1280, false], [375, true]]) {
    const page = await browser.sized({ width, dark });
    await page.visit(address);
    assert.deepEqual(page.errors, []);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, `${width}: nothing is wider than the page`);
    assert.equal(await page.evaluate("document.querySelectorAll('#step-rows tr').length"), 17);
    assert.match(await page.evaluate("document.querySelector('#operators li').textContent"), /^aten::conv2d\.default.*99\.9 %$/);
    assert.ok(await page.until("document.querySelectorAll('#canvas [data-node]').length > 2"));

    const key = (name) => page.ask("Input.dispatchKeyEvent", { type: "keyDown", key: name, ...(name.length === 1 ? { text: name } : {}) });
    await page.evaluate("document.getElementById('canvas').focus()");
    await key("n");
    assert.match(await page.evaluate("document.getElementById('details').textContent"), /^imagefloat32/);
    await key("n");
    assert.match(await page.evaluate("document.getElementById('details').textContent"), /conv2d.*2 steps of this operator and line: map 4x2, conv 4x8/s);
    const before = await page.evaluate("document.querySelector('#canvas g').getAttribute('transform')");
    await key("ArrowDown");
    await page.until(`document.querySelector('#canvas g').getAttribute('transform') !== ${JSON.stringify(before)}`);

    await page.evaluate("(() => { const field = document.getElementById('search'); field.value = 'max_pool2d.default features'; field.dispatchEvent(new Event('input')); field.focus(); })()");
    assert.equal(await page.evaluate("document.getElementById('found').textContent"), "3 of 27 nodes");
    await key("Enter");
    assert.match(await page.evaluate("document.getElementById('details').textContent"), /^max_pool2d/);

    const [most, first] = await page.evaluate(`[document.getElementById('moment-text').textContent, (() => {
      const range = document.getElementById('moment'); range.value = 0; range.dispatchEvent(new Event('input')); return document.getElementById('moment-text').textContent; })()]`);
    assert.match(most, /^step \d+: aten::conv2d\.default, features\.\d+: \d+ kB alive$/);
    assert.match(first, /^step 0: /);
    await page.close();
  }
});

test("names that mean harm are text on a model's page", options, async () => {
  const file = join(folder, "<img src=x onerror=alert(1)>.pt2");
  execFileSync("cp", [model("examples/digits/digits.pt2"), file]);
  execFileSync("dotnet", [tool, "inspect", file, "--html", join(folder, "harm.html")], { stdio: "ignore" });
  const page = await browser.sized({ width: 1000 });
  await page.visit(pathToFileURL(join(folder, "harm.html")).href);
  assert.deepEqual([await page.evaluate("document.querySelector('h1').textContent"), await page.evaluate("document.images.length"), page.errors], ["<img src=x onerror=alert(1)>.pt2", 0, []]);
  await page.close();
});

test("sconce serve has pages isolated, loads them again when a file changes, and ends when it is asked to", options, async () => {
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>one</title><link rel=icon href=data:,><script type=module src=part.js></script>");
  writeFileSync(join(folder, "part.js"), "document.title += ' and a part'");
  const server = spawn("dotnet", [tool, "serve", folder], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = await once(server.stdout, "data");
    const page = await browser.sized({ width: 1000 });
    await page.visit(/http:\S+/.exec(String(line).replace(/\x1b\[\d+m/g, ""))[0]);
    await page.until("document.title === 'one and a part'");
    assert.equal(await page.evaluate("crossOriginIsolated"), true);
    writeFileSync(join(folder, "part.js"), "document.title += ' and another'");
    await page.until("document.title === 'one and another'");
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>two</title><link rel=icon href=data:,><script type=module src=part.js></script>");
    await page.until("document.title === 'two and another'");
    assert.deepEqual(page.errors, []);
    await page.close();
  } finally {
    const ended = once(server, "exit");
    server.kill("SIGINT");
    const [code, signal] = await ended;
    assert.deepEqual([code, signal], [0, null]);
  }
});
