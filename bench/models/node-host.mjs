// The engines in a Node process of their own: requests come as messages, and each gets one back.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as ort from "onnxruntime-web";
import * as sconce from "../../web/runtime/dist/index.js";
import { measurePeak } from "../../src/Sconce.Cli/Bench/peak.mjs";
import { EngineHost, makeEngines } from "./engines.mjs";

const file = (name) => join(process.argv[2], name);

async function locate(name) {
  if (!name.endsWith(".wasm")) return file(name);
  const headers = { "content-type": "application/wasm", "content-length": String((await stat(file(name))).size) };
  return new Response(Readable.toWeb(createReadStream(file(name))), { headers });
}

const host = new EngineHost(makeEngines({ sconce, ort }), { read: (name) => readFile(file(name)), locate, measurePeak });

process.on("message", async (request) => {
  try {
    process.send(await host.answer(request));
  } catch (error) {
    process.send({ failed: String(error?.stack ?? error) });
  }
});
process.send({ version: `Node ${process.versions.node} (V8 ${process.versions.v8})` });
