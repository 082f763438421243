// `sconce bench` on a page: asks what to measure, measures it, and posts what came out.
import { load } from "./runtime/index.js";
import { measure } from "./measure.mjs";

const engine = /(Chrome|Firefox)\/[\d.]+/.exec(navigator.userAgent)?.[0].replace("Chrome/", "Chromium ").replace("/", " ") ?? navigator.userAgent;
let answer;
try {
  const request = await (await fetch("request.json")).json();
  answer = { ...(await measure(load, "model.wasm", request)), engine };
} catch (error) {
  answer = { error: error instanceof Error ? error.message : String(error) };
}
await fetch("answer", { method: "POST", body: JSON.stringify(answer) });
