import { load } from "sconce";
import digits from "./digits.pt2";
import { pixels } from "./pixels.json";

/** What the page posts of its model. */
export async function answer(): Promise<object> {
  const model = await load(digits, { threads: 2 });
  const names = model.inputs.map(({ name }) => name);
  const { threads } = model.report();
  if (names[0] !== "image") return { names, threads: threads.used };
  const { probabilities } = await model.run({ image: { data: Float32Array.from(pixels), shape: [7, 1, 28, 28] } });
  const [count, ten]: readonly [number, 10] = probabilities.shape;
  return { names, count, ten, threads: threads.used, probabilities: Array.from(probabilities.data) };
}
