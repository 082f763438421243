import { type OptionCheck, checkOptions } from "../shared/options.js";
import { type AnyTensor, checkReal, checkTensor, describeTensor, numbersOf, wrong } from "../tensor/elements.js";
import { toImageData } from "./pixels.js";
import { type NumberOptions, conversion, numberChecks } from "./to-tensor.js";

export interface FromTensorOptions extends NumberOptions {
  /** Which of a batch; the first without it. */
  readonly index?: number | undefined;
}

const checks = (): Readonly<Record<string, OptionCheck>> => ({
  ...numberChecks(), index: ["a whole number from 0 up", (value) => Number.isInteger(value) && (value as number) >= 0],
});

/** A model's picture as an ImageData, by the same options by which toTensor would have made it. Numbers beyond 0 to 255 are cut; NaN becomes 0. */
export function fromTensor(tensor: AnyTensor, options: FromTensorOptions = {}): ImageData {
  checkTensor(tensor, "fromTensor");
  checkReal(tensor, "fromTensor");
  checkOptions("fromTensor", options, checks());
  const { dtype, shape } = tensor;
  const { planar, order, mean, std, scale } = conversion({ ...options, channels: options.channels ?? (isGray(tensor, options) ? "gray" : "rgb") }, dtype);
  const count = order.length;
  const sizes = shape.slice(-3);
  const [channels, height, width] = planar ? sizes : [sizes[2], sizes[0], sizes[1]];
  const pictures = shape.length === 4 ? (shape[0] as number) : 1;
  const { index = 0 } = options;
  if (shape.length < 3 || shape.length > 4 || channels !== count || width === undefined || height === undefined || width * height === 0) {
    const wanted = planar ? `[${count}, height, width]` : `[height, width, ${count}]`;
    throw wrong(`fromTensor takes ${wanted}, or such in a batch, for layout ${JSON.stringify(options.layout ?? "nchw")}, got ${describeTensor(tensor)}`);
  }
  if (index >= pictures) throw wrong(`fromTensor: the batch has ${pictures} picture${pictures === 1 ? "" : "s"}, and none of index ${index}`);
  const numbers = numbersOf(tensor);
  const data = new Uint8ClampedArray(width * height * 4);
  const start = index * count * width * height;
  order.forEach((bytes, channel) => {
    const [step, base] = planar ? [1, start + channel * width * height] : [count, start + channel];
    for (let i = 0; i < width * height; i++) {
      const value = ((numbers[base + i * step] as number) * (std[channel] as number) + (mean[channel] as number)) / scale;
      for (const byte of bytes) data[4 * i + byte] = value;
    }
  });
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return toImageData(data, width, height);
}

function isGray({ shape }: AnyTensor, { layout = "nchw" }: FromTensorOptions): boolean {
  return shape.at(layout.endsWith("chw") ? -3 : -1) === 1;
}
