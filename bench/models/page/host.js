// The engines on a page: it asks the bench for a request, does it, and posts the answer with the next question.
import * as ort from "/ort/ort.wasm.min.mjs";
import * as sconce from "/runtime/index.js";
import { measurePeak } from "/peak/peak.mjs";
import { EngineHost, makeEngines } from "/engines.mjs";

let loaded;
const litert = async (threads) => {
  const module = await import("/litert/core/dist/index.js");
  await (loaded ??= module.loadLiteRt("/litert/core/wasm/", { threads: threads > 1 }));
  return module;
};
const locate = async (name) => `/models/${name}`;
const read = async (name) => new Uint8Array(await (await fetch(await locate(name))).arrayBuffer());
const host = new EngineHost(makeEngines({ sconce, ort, ortFiles: "/ort/", litert }), { read, locate, measurePeak });

let answer = { version: navigator.userAgent };
for (;;) {
  const response = await fetch("/next", { method: "POST", body: JSON.stringify(answer) });
  answer = await host.answer(await response.json()).catch((error) => ({ failed: String(error?.stack ?? error) }));
}
