// The engines in a Node process of their own: requests come as messages, and each gets one back.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as ort from "onnxruntime-web";
import * as sconce from "../../web/runtime/dist/index.js";
import { EngineHost, makeEngines } from "./engines.mjs";

const folder = process.argv[2];
const host = new EngineHost(makeEngines({ sconce, ort }), (name) => readFile(join(folder, name)));

process.on("message", async (request) => {
  try {
    process.send(await host.answer(request));
  } catch (error) {
    process.send({ failed: String(error?.stack ?? error) });
  }
});
process.send({ version: `Node ${process.versions.node} (V8 ${process.versions.v8})` });
