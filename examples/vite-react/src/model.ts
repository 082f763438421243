// What the page knows of its model: how a picture becomes its input, and what is shown of its outputs.
import { load, type LoadOptions, type Model } from "sconce";
import { type PictureSource, toTensor } from "sconce/image";
import { topK } from "sconce/tensor";
import type { Digits } from "./model.wasm";

export type PageModel = Model<Digits>;
export type Answer = { name: string; text: string };

const labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const openModel = (options?: LoadOptions): Promise<PageModel> => load<Digits>(new URL("./model.wasm", import.meta.url), options);

export async function look(model: PageModel, picture: PictureSource): Promise<Answer[]> {
  // The model knows white ink on black, and a camera sees dark ink on paper: 255 becomes 0.
  const image = await toTensor(picture, { width: 28, height: 28, fit: "cover", channels: "gray", scale: -1 / 255, mean: -1 });
  const { probabilities } = await model.run({ image });
  return topK(probabilities, 3, { labels }).map(({ label, value }) => ({ name: `${label}`, text: `${(100 * value).toFixed(1)} %` }));
}
