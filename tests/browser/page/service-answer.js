// What a service worker is asked: to run a model in place, and to tell how.
import { load } from "../runtime/index.js";

export async function answer(url) {
  try {
    const model = await load(url, { threads: 4 });
    const { y } = await model.run({ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
    const { threads, worker, workerReason } = model.report();
    model.dispose();
    return { y: Array.from(y.data), threads: threads.used, reason: threads.reason, worker, workerReason };
  } catch (error) {
    return { error: `${error}` };
  }
}
