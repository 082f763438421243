// What the page knows of its model: how a picture becomes its input, and what is shown of its outputs.
import { load } from "sconce";
import { toTensor } from "sconce/image";
import { topK } from "sconce/tensor";

const labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const openModel = (options) => load(new URL("./model.wasm", import.meta.url), options);

export async function look(model, picture) {
  // The model knows white ink on black, and a camera sees dark ink on paper: 255 becomes 0.
  const image = await toTensor(picture, { width: 28, height: 28, fit: "cover", channels: "gray", scale: -1 / 255, mean: -1 });
  const { probabilities } = await model.run({ image });
  return topK(probabilities, 3, { labels }).map(({ label, value }) => ({ name: label, text: `${(100 * value).toFixed(1)} %` }));
}
