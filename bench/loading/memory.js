// On a page: loads a model, and posts how long that took; where it is kept, a second time from there, when the first has gone.
import { load } from "../runtime/index.js";

const parameters = new URLSearchParams(location.search);
const cache = parameters.has("cache");
const times = [];
let model;
for (let visit = 0; visit < (cache ? 2 : 1); visit++) {
  model?.dispose();
  const started = performance.now();
  model = await load(`../good/${parameters.get("model")}.wasm`, { threads: 1, ...(cache ? { cache } : {}) });
  times.push(performance.now() - started);
}
globalThis.model = model;
await fetch(parameters.get("to"), { method: "POST", body: JSON.stringify(times) });
