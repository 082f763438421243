import { load } from "sconce";
import digits from "./digits.pt2";
import { pixels } from "./pixels.json";
import { post } from "./post";

const model = await load(digits, { threads: 2 });
const names = model.inputs.map(({ name }) => name);
const { threads } = model.report();
if (names[0] === "image") {
  const { probabilities } = await model.run({ image: { data: Float32Array.from(pixels), shape: [7, 1, 28, 28] } });
  const [count, ten]: readonly [number, 10] = probabilities.shape;
  await post({ names, count, ten, threads: threads.used, probabilities: Array.from(probabilities.data) });
} else {
  await post({ names, threads: threads.used });
}
