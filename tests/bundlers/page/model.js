// What every bundler gets: a page that runs a model on two threads and posts what came out.
import { load } from "sconce";

export async function runModel() {
  const answer = await answerOf().catch((error) => ({ error: `${error}` }));
  await fetch("/result", { method: "POST", body: JSON.stringify(answer) });
}

async function answerOf() {
  const model = await load("/affine.wasm", { threads: 2 });
  const { y } = await model.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
  const { threads, worker } = model.report();
  model.dispose();
  return { y: Array.from(y.data), threads: threads.used, worker };
}
