// Pictures of what is none: classes and numbers of pixels, to be laid over the picture that they are of.
import { type OptionCheck, checkOptions } from "../shared/options.js";
import { type AnyTensor, checkReal, checkTensor, describeTensor, numbersOf, wrong } from "../tensor/elements.js";
import { toImageData } from "./pixels.js";

/** Bytes of red, green and blue. */
export type Color = readonly [red: number, green: number, blue: number];

/** Colours for numbers from 0 to 1. */
export type ColorMap = "viridis" | "magma" | "inferno" | "plasma" | "gray" | ((value: number) => Color);

export interface HeatMapOptions {
  /** "viridis" without it. */
  readonly map?: ColorMap | undefined;
  /** The number at the map's beginning: the least without it. */
  readonly min?: number | undefined;
  /** The number at the map's end: the greatest without it. */
  readonly max?: number | undefined;
  /** From 0 (nothing is seen) to 1, which it is without it. */
  readonly alpha?: number | undefined;
}

export interface MaskOptions {
  /** For classes a colour for each, or nothing where nothing is to be seen; for a single mask its colour alone. Without it those of Pascal VOC, where class 0 has none. */
  readonly colors?: readonly (Color | undefined)[] | undefined;
  /** Of a mask of fractions: what is above it is in the mask. Without it the fraction is how much is seen. */
  readonly threshold?: number | undefined;
  /** From 0 (nothing is seen) to 1, which it is without it. */
  readonly alpha?: number | undefined;
}

/** Seventeen colours of each map, as matplotlib has them, at equal distances. */
const maps: Readonly<Record<Extract<ColorMap, string>, string>> = {
  viridis: "440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1f9f88 27ad81 3dbc74 5cc863 81d34d aadc32 d5e21a fde725",
  magma: "000004 0a0822 1d1147 36106b 51127c 6a1c81 832681 9c2e7f b73779 cf4070 e55064 f4695c fb8761 fea571 fec287 fde0a1 fcfdbf",
  inferno: "000004 0b0724 210c4a 3d0965 57106e 71196e 8a226a a32c61 bc3754 d04545 e35933 f1711f f98c0a fcaa0f f9c932 f2e865 fcffa4",
  plasma: "0d0887 310597 4c02a1 6600a7 7e03a8 9511a1 aa2395 bc3587 cc4778 d9586a e56b5d f07f4f f89441 fdab33 fdc328 f9dd25 f0f921",
  gray: "000000 ffffff",
};

const number: OptionCheck = ["a number", (value) => Number.isFinite(value)];
const fraction: OptionCheck = ["a number from 0 to 1", (value) => typeof value === "number" && value >= 0 && value <= 1];
const heatMapChecks = (): Readonly<Record<string, OptionCheck>> => ({
  map: [`${Object.keys(maps).join(", ")}, or a function`, (value) => typeof value === "function" || (typeof value === "string" && Object.hasOwn(maps, value))], min: number, max: number, alpha: fraction,
});
const maskChecks = (): Readonly<Record<string, OptionCheck>> => ({
  colors: ["an array of [red, green, blue]", (value) => Array.isArray(value) && value.length > 0 && value.every((color) => color === undefined || (Array.isArray(color) && color.length === 3))],
  threshold: number, alpha: fraction,
});

/** Numbers as colours: depth, attention, saliency. The tensor is [height, width], with dimensions of 1 around it. NaN is transparent. */
export function fromHeatMap(tensor: AnyTensor, options: HeatMapOptions = {}): ImageData {
  checkOptions("fromHeatMap", options, heatMapChecks());
  const { values, width, height } = plane(tensor, "fromHeatMap");
  const { map = "viridis", alpha = 1 } = options;
  const finite = values.filter((value) => Number.isFinite(value));
  const least = options.min ?? finite.reduce((a, b) => Math.min(a, b), Infinity);
  const most = options.max ?? finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const color = typeof map === "function" ? map : tableOf(maps[map]);
  const data = new Uint8ClampedArray(4 * width * height);
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    const place = most > least ? Math.min(Math.max((value - least) / (most - least), 0), 1) : 0;
    data.set(color(place), 4 * i);
    data[4 * i + 3] = 255 * alpha;
  });
  return toImageData(data, width, height);
}

/** What belongs to what: whole numbers are the classes of pixels, such as argmax(logits, 1); fractions, or bool, are a single mask. The tensor is [height, width], with dimensions of 1 around it. */
export function fromMask(tensor: AnyTensor, options: MaskOptions = {}): ImageData {
  checkOptions("fromMask", options, maskChecks());
  const { values, width, height } = plane(tensor, "fromMask");
  const { colors, threshold, alpha = 1 } = options;
  const single = tensor.dtype === "bool" || /float/.test(tensor.dtype);
  if (!single && threshold !== undefined) throw wrong(`fromMask: the option threshold is for fractions, and ${describeTensor(tensor)} holds classes`);
  const data = new Uint8ClampedArray(4 * width * height);
  values.forEach((value, i) => {
    const seen = !single ? 1 : threshold === undefined ? Math.min(Math.max(value, 0), 1) : Number(value > threshold);
    const color = single ? (colors?.[0] ?? vocColor(1)) : colorOf(value, colors);
    // NaN is in no mask.
    if (color !== undefined && seen > 0) data.set([...color, 255 * alpha * seen], 4 * i);
  });
  return toImageData(data, width, height);
}

function colorOf(kind: number, colors: MaskOptions["colors"]): Color | undefined {
  if (colors === undefined) return kind > 0 ? vocColor(kind) : undefined;
  if (!(kind in colors)) throw wrong(`fromMask: class ${kind} has no colour: ${colors.length} were given, for 0 to ${colors.length - 1}`);
  return colors[kind];
}

/** Pascal VOC's colours, in which segmentation is drawn since: three bits of the class at a time are the high bits of red, green and blue. */
function vocColor(kind: number): Color {
  const color = [0, 0, 0];
  for (let bits = kind & 0xff, shift = 7; bits > 0; bits >>= 3, shift--) for (let c = 0; c < 3; c++) color[c] = (color[c] as number) | (((bits >> c) & 1) << shift);
  return color as unknown as Color;
}

/** Colours between those that are written, at 256 places. */
function tableOf(written: string): (value: number) => Color {
  const stops = written.split(" ").map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Color);
  const table = Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (stops.length - 1);
    const from = Math.min(Math.floor(place), stops.length - 2);
    const [a, b] = [stops[from] as Color, stops[from + 1] as Color];
    return a.map((byte, c) => byte + (place - from) * ((b[c] as number) - byte)) as unknown as Color;
  });
  return (value) => table[Math.round(value * 255)] as Color;
}

function plane(tensor: AnyTensor, what: string): { readonly values: Float64Array; readonly width: number; readonly height: number } {
  checkTensor(tensor, what);
  checkReal(tensor, what);
  // A last dimension of 1 is NHWC's.
  const sizes = tensor.shape.length > 2 && tensor.shape.at(-1) === 1 ? tensor.shape.slice(0, -1) : tensor.shape;
  const [height, width] = sizes.slice(-2);
  if (width === undefined || height === undefined || width * height !== tensor.data.length || width * height === 0) {
    throw wrong(`${what} takes one plane, [height, width], got ${describeTensor(tensor)}: slice(tensor, [i, j]) of sconce/tensor is one of several, argmax(tensor, 1) the class of each pixel`);
  }
  return { values: Float64Array.from(numbersOf(tensor) as ArrayLike<number>), width, height };
}
