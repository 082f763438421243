// What stands beside a model, in real browsers: pictures from everything that a page has them in, a video's frames, sound through an AudioWorklet.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { readNpz } from "sconce/tensor";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const { found, missing } = findBrowsers();
let server;

before(async () => {
  const numbers = await readNpz(readFileSync(new URL("web/runtime/tests/numbers/pictures.npz", root)));
  const plain = (name) => ({ shape: numbers[name].shape, data: Array.from(numbers[name].data) });
  const files = new Map([
    // A picture, and what Pillow and torchvision make of it.
    ["given/numbers.json", Buffer.from(JSON.stringify({ wide: plain("wide"), pillow: plain("pillow.bilinear.16.16"), preset: plain("preset.wide.16.20") }))],
    ["given/halves.svg", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><path fill="#ff8000" d="M0 0h4v4h-4z"/><path fill="#0000ff" d="M4 0h4v4h-4z"/></svg>')],
  ]);
  const folders = { runtime: new URL("web/runtime/dist/", root), page: new URL("page/", import.meta.url) };
  server = await startServer({ folders, files });
});

after(() => server?.close());

test("the numbers are those of a picture", async () => {
  const { wide } = JSON.parse(await (await fetch(`${server.origin}/plain/given/numbers.json`)).text());
  assert.equal(wide.data.length, 53 * 37 * 3);
});

for (const name of missing) test(`neighbours, ${name}`, { skip: "is not installed here" }, () => {});
for (const browser of found) {
  // A microphone that hums, for which nobody has to be asked, and sound without a click.
  const switches = browser.name === "Chromium" ? ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"] : undefined;
  for (const mode of ["strict", "plain"]) test(`neighbours, ${browser.name}, ${mode}`, (context) => runPage(context, { browser, server, mode, page: "neighbours", switches }));
}
