import { type OptionCheck, any, checkOptions } from "../shared/options.js";
import type { DataOf, DType, TensorOf } from "../shared/tensor.js";
import { type AnyTensor, elementsFrom, wrong } from "../tensor/elements.js";
import { roundHalfEven } from "../tensor/half.js";
import { type FitOptions, type Placement, type ToSourceOptions, boxesToSource, placePicture } from "./placement.js";
import { type Bytes, type PictureSource, readPixels } from "./pixels.js";
import { type Filter, resample } from "./resample.js";

/** dtypes that pictures come in. */
export type PictureDType = Extract<DType, "float32" | "float64" | "float16" | "bfloat16" | "uint8" | "int8" | "int16" | "int32">;

/** "nchw": a batch of one picture, its colours as planes, as PyTorch has it. "nhwc": the colours of a pixel side by side. The same without a batch: "chw", "hwc". */
export type Layout = "nchw" | "nhwc" | "chw" | "hwc";

export type Channels = "rgb" | "bgr" | "gray";

/** How bytes become a model's numbers: `(byte * scale - mean) / std`, each for all channels, or for one by one. */
export interface NumberOptions {
  /** "nchw" without it. */
  readonly layout?: Layout | undefined;
  /** "rgb" without it. "gray" has one channel, by the weights of ITU-R 601, as PIL's "L". */
  readonly channels?: Channels | undefined;
  /** 1/255 without it, so 0 to 1; for whole numbers 1, so 0 to 255. */
  readonly scale?: number | undefined;
  /** 0 without it. */
  readonly mean?: number | readonly number[] | undefined;
  /** 1 without it. */
  readonly std?: number | readonly number[] | undefined;
}

/** The type's parameters are what decides the tensor's type: its dtype, its shape, and how that is ordered. */
export interface PictureOptions<
  Type extends PictureDType = PictureDType, Width extends number = number, Height extends number = number, Order extends Layout = Layout, Colours extends Channels = Channels,
> extends Omit<NumberOptions, "layout" | "channels">, Omit<FitOptions, "width" | "height"> {
  /** The model's picture; without it the source's own size. Both or none. */
  readonly width?: Width | undefined;
  readonly height?: Height | undefined;
  /** "nchw" without it. */
  readonly layout?: Order | undefined;
  /** "rgb" without it. "gray" has one channel, by the weights of ITU-R 601, as PIL's "L". */
  readonly channels?: Colours | undefined;
  /** "float32" without it. */
  readonly dtype?: Type | undefined;
  /** "bilinear" without it. */
  readonly filter?: Filter | undefined;
  /** What the border of "contain" is, as a byte or as bytes of red, green and blue: 0 without it, 114 for YOLO. */
  readonly padding?: number | readonly [number, number, number] | undefined;
  /** What lies behind transparent parts, in bytes of red, green and blue. Without it transparency is passed over, as PIL's convert("RGB") does. */
  readonly background?: readonly [number, number, number] | undefined;
}

/** A picture as a tensor: with the numbers of its shape where they are known, so that it fits a model whose types are known. */
export type PictureTensor<Type extends PictureDType, Width extends number, Height extends number, Order extends Layout, Colours extends Channels> =
  TensorOf<Given<Type>, DataOf[Given<Type>], ShapeIn<Given<Order>, Given<Colours> extends "gray" ? 1 : 3, Given<Width>, Given<Height>>>;

/** A parameter that is read off the options alone, and not off what the result is wanted for. */
type Given<Parameter> = [Parameter][Parameter extends unknown ? 0 : never];

type ShapeIn<Order extends Layout, Count extends number, Width extends number, Height extends number> =
  Order extends "nchw" ? readonly [1, Count, Height, Width] : Order extends "nhwc" ? readonly [1, Height, Width, Count]
    : Order extends "chw" ? readonly [Count, Height, Width] : readonly [Height, Width, Count];

const oneOf = (...names: string[]): OptionCheck => [names.map((name) => JSON.stringify(name)).join(" or "), (value) => names.includes(value as string)];
const isByte = (value: unknown) => typeof value === "number" && value >= 0 && value <= 255;
const isColour = (value: unknown) => Array.isArray(value) && value.length === 3 && value.every(isByte);
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const perChannel: OptionCheck = ["a number, or one for each channel", (value) => isNumber(value) || (Array.isArray(value) && value.every(isNumber))];

// Made where they are wanted: what is made beforehand, a bundler could not leave out.
export const numberChecks = (): Readonly<Record<string, OptionCheck>> => ({
  layout: oneOf("nchw", "nhwc", "chw", "hwc"), channels: oneOf("rgb", "bgr", "gray"), scale: ["a number other than 0", (value) => isNumber(value) && value !== 0],
  mean: perChannel, std: perChannel,
});

const checks = (): Readonly<Record<string, OptionCheck>> => ({
  width: any, height: any, fit: oneOf("stretch", "cover", "contain"), resize: any, align: oneOf("center", "start"), ...numberChecks(),
  dtype: oneOf("float32", "float64", "float16", "bfloat16", "uint8", "int8", "int16", "int32"), filter: oneOf("nearest", "bilinear", "bicubic", "lanczos"),
  padding: ["a byte, or bytes of red, green and blue", (value) => isByte(value) || isColour(value)], background: ["bytes of red, green and blue", isColour],
});

/**
 * A picture as a model takes it. Pixels of anything but a Blob are read before this returns, so a video's frame is the one that is shown.
 *
 * `await toTensor(video, { width: 224, height: 224, fit: "cover", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] })`
 */
export async function toTensor<
  Type extends PictureDType = "float32", Width extends number = number, Height extends number = number, Order extends Layout = "nchw", Colours extends Channels = "rgb",
>(source: PictureSource, options: PictureOptions<Type, Width, Height, Order, Colours> = {}): Promise<PictureTensor<Type, Width, Height, Order, Colours>> {
  checkOptions("toTensor", options, checks());
  const read = readPixels(source);
  return toNumbers(read instanceof Promise ? await read : read, options).tensor;
}

/** A picture as `letterbox` gives it: the tensor, and the way back. */
export interface Letterboxed<Picture extends TensorOf<PictureDType> = TensorOf<"float32">> {
  readonly tensor: Picture;
  readonly placement: Placement;
  /** Boxes that the model found, [..., 4], as left, top, right and bottom in pixels of the source. */
  toSource(boxes: AnyTensor, options?: ToSourceOptions): TensorOf<"float32">;
}

/** A picture as a detector takes it, whole and with a border unless `fit` says otherwise, and the way back for the boxes that it finds. */
export async function letterbox<
  Type extends PictureDType = "float32", Width extends number = number, Height extends number = number, Order extends Layout = "nchw", Colours extends Channels = "rgb",
>(source: PictureSource, options: PictureOptions<Type, Width, Height, Order, Colours>): Promise<Letterboxed<PictureTensor<Type, Width, Height, Order, Colours>>> {
  checkOptions("letterbox", options, checks());
  const read = readPixels(source);
  const { tensor, placement } = toNumbers(read instanceof Promise ? await read : read, { ...options, fit: options.fit ?? "contain" });
  return { tensor, placement, toSource: (boxes, toSourceOptions) => boxesToSource(placement, boxes, toSourceOptions) };
}

function toNumbers<Type extends PictureDType, Width extends number, Height extends number, Order extends Layout, Colours extends Channels>(
  pixels: Bytes, options: PictureOptions<Type, Width, Height, Order, Colours>,
): { readonly tensor: PictureTensor<Type, Width, Height, Order, Colours>; readonly placement: Placement } {
  const { dtype = "float32" as Type, filter = "bilinear", padding = 0, background } = options;
  const { width = pixels.width, height = pixels.height }: PictureOptions = options;
  if ((options.width === undefined) !== (options.height === undefined)) throw wrong("toTensor takes both width and height, or neither of them");
  const placement = placePicture(pixels, { ...options, width, height });
  const opaque = background === undefined || pixels.channels !== 4 ? pixels : layOver(pixels, background);
  const same = placement.width === pixels.width && placement.height === pixels.height && placement.width === width && placement.height === height;
  const part = same ? { ...opaque, left: 0, top: 0 } : resample(opaque, placement, filter);
  const { planar, batch, order, mean, std, scale } = conversion(options, dtype);
  const integral = !/float/.test(dtype);
  const border = typeof padding === "number" ? [padding, padding, padding] : padding;
  const numbers = dtype === "float32" ? new Float32Array(order.length * width * height) : new Float64Array(order.length * width * height);
  order.forEach((bytesOfPixel, channel) => {
    const [factor, shift] = [scale / (std[channel] as number), -(mean[channel] as number) / (std[channel] as number)];
    const [step, base] = planar ? [1, channel * width * height] : [order.length, channel];
    const convert = (byte: number) => (integral ? roundHalfEven(byte * factor + shift) : byte * factor + shift);
    const { data, channels } = part;
    // All three of them make a grey.
    const mixed = bytesOfPixel.length > 1;
    const [first = 0] = bytesOfPixel;
    if (part.width < width || part.height < height) {
      const value = convert(mixed ? luminance(border[0] as number, border[1] as number, border[2] as number) : (border[first] as number));
      for (let i = 0; i < width * height; i++) numbers[base + i * step] = value;
    }
    const table = Float64Array.from({ length: 256 }, (_, byte) => convert(byte));
    const at = channels === 1 ? 0 : first;
    for (let y = 0, from = 0; y < part.height; y++) {
      let to = base + ((part.top + y) * width + part.left) * step;
      for (let x = 0; x < part.width; x++, from += channels, to += step) {
        const byte = mixed && channels > 1 ? luminance(data[from] as number, data[from + 1] as number, data[from + 2] as number) : (data[from + at] as number);
        numbers[to] = table[byte] as number;
      }
    }
  });
  const data = dtype === "float32" ? numbers : elementsFrom(dtype, numbers, "toTensor");
  const shape = planar ? [order.length, height, width] : [height, width, order.length];
  return { tensor: { dtype, shape: batch ? [1, ...shape] : shape, data } as unknown as PictureTensor<Type, Width, Height, Order, Colours>, placement };
}

/** Pillow's "L". */
function luminance(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}

/** How bytes and numbers belong together; `order` says of each channel which byte of a pixel it is, or that it is made of three. */
export function conversion({ layout = "nchw", channels = "rgb", mean = 0, std = 1, scale }: NumberOptions, dtype: DType) {
  const order = { rgb: [[0], [1], [2]], bgr: [[2], [1], [0]], gray: [[0, 1, 2]] }[channels];
  const each = (value: number | readonly number[], name: string) => {
    const values = typeof value === "number" ? order.map(() => value) : value;
    if (values.length !== order.length) throw wrong(`${name} is a number or ${order.length}, one for each channel of ${JSON.stringify(channels)}, got [${values.join(", ")}]`);
    return values;
  };
  const deviations = each(std, "std");
  if (deviations.includes(0)) throw wrong("std divides, and cannot be 0");
  return {
    planar: layout.endsWith("chw"), batch: layout.startsWith("n"), order, mean: each(mean, "mean"), std: deviations,
    scale: scale ?? (/float/.test(dtype) ? 1 / 255 : 1),
  };
}

function layOver({ data, width, height }: Bytes, background: readonly [number, number, number]): Bytes {
  const opaque = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const alpha = (data[i + 3] as number) / 255;
    for (let c = 0; c < 3; c++) opaque[i + c] = (data[i + c] as number) * alpha + (background[c] as number) * (1 - alpha);
    opaque[i + 3] = 255;
  }
  return { data: opaque, width, height, channels: 4 };
}
