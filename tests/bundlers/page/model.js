// What every bundler gets: a page that runs a model on two threads, then one that the browser keeps, and posts what came out.
import { load } from "sconce";

export async function runModel() {
  const answer = await answerOf().catch((error) => ({ error: `${error}` }));
  await fetch("/result", { method: "POST", body: JSON.stringify(answer) });
}

async function answerOf() {
  const model = await load("/affine.wasm", { threads: 2 });
  const y = await outputOf(model);
  const { threads, worker } = model.report();
  model.dispose();
  // By the part of the runtime that is fetched only when it is wanted.
  const kept = await load("/affine.wasm", { cache: true });
  const again = await outputOf(kept);
  kept.dispose();
  return { y, again, threads: threads.used, worker };
}

async function outputOf(model) {
  const { y } = await model.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
  return Array.from(y.data);
}
