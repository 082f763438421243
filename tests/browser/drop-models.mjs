// Real models, dropped on the playground one after the other in Chromium and Firefox: each is compiled, proven and compared with PyTorch's answers. By hand, with the folder ../shared beside the
// project: node --test tests/browser/drop-models.mjs; SCONCE_MODELS="lprnet.pt2 gtcrn.pt" for others.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { findBrowsers } from "./browsers.mjs";
import { startServer } from "./server.mjs";
import { root } from "./tool.mjs";
import { runPage } from "./visit.mjs";

const shared = new URL("../shared/models/", root);
const usual = "mnist-lenet.pt2 ppo-cartpole.pt2 blazeface.pt2 mtcnn-pnet-dynamic.pt2 fastestdet.pt2 resnet20-cifar10.pt2 mnist-lenet.pt blazeface.pt ecg-unet.pt go2-himloco.pt";
const models = (process.env.SCONCE_MODELS ?? usual).split(" ");
const there = existsSync(shared);

let server;

before(async () => {
  if (!there) return;
  const files = new Map([["given/models.json", Buffer.from(JSON.stringify(models))]]);
  for (const model of models) {
    const arrays = model.replace(/\.pt2?$/, ".npz");
    files.set(`given/${model}`, readFileSync(new URL(model, shared)));
    files.set(`given/${arrays}`, readFileSync(new URL(arrays, shared)));
  }
  server = await startServer({ folders: { page: new URL("page/", import.meta.url), playground: new URL("web/playground/dist/", root) }, files });
});

after(() => server?.close());

for (const browser of findBrowsers().found.filter(({ name }) => name !== "WebKit")) {
  test(`models that are dropped, ${browser.name}`, { skip: there ? false : "there is no ../shared/models beside the project" }, async (context) => {
    server.requests.length = 0;
    await runPage(context, { browser, server, mode: "strict", page: "drop", timeoutMs: 300_000 * models.length });
    assert.deepEqual(server.requests.filter((request) => !request.startsWith("GET ")), []);
  });
}
