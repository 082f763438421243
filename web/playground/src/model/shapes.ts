// What a tensor is likely to be, by its dtype and shape: a picture, a sound, a row of classes. Guesses that a visitor can change.
import type { Dim } from "sconce/core";
import type { Layout } from "sconce/image";

/** A dimension's size: undefined where each run decides it. */
export type Size = number | undefined;

export const sizesOf = (shape: readonly Dim[]): readonly Size[] => shape.map((dim) => (typeof dim === "number" ? dim : undefined));

export const isFloat = (dtype: string) => /^b?float(16|32|64)/.test(dtype);

export const isInteger = (dtype: string) => /^u?int/.test(dtype);

/** How a picture lies in a tensor. */
export interface PictureForm {
  readonly layout: Layout;
  readonly channels: 1 | 3;
  readonly width: Size;
  readonly height: Size;
  /** Pictures in a batch. */
  readonly batch: Size;
}

/** The shortest side that a picture has; whatever is smaller is a few numbers. */
const leastSide = 8;

export function pictureForm(dtype: string, shape: readonly Size[]): PictureForm | undefined {
  if ((!isFloat(dtype) && !isInteger(dtype)) || /64/.test(dtype) || shape.length < 3 || shape.length > 4) return undefined;
  const batched = shape.length === 4;
  const batch = batched ? shape[0] : 1;
  const [a, b, c] = shape.slice(-3);
  const isSide = (size: Size) => size === undefined || size >= leastSide;
  for (const channels of [3, 1] as const) {
    if (a === channels && isSide(b) && isSide(c)) return { layout: batched ? "nchw" : "chw", channels, height: b, width: c, batch };
    if (c === channels && isSide(a) && isSide(b)) return { layout: batched ? "nhwc" : "hwc", channels, height: a, width: b, batch };
  }
  return undefined;
}

/** The fewest samples that make a sound. */
const leastSamples = 256;

/** Samples in a row, with dimensions of 1 or 2 channels before it: how many, where that is fixed. */
export function soundForm(dtype: string, shape: readonly Size[]): { readonly samples: Size; readonly channels: number } | undefined {
  const samples = shape.at(-1);
  const others = shape.slice(0, -1);
  if (!isFloat(dtype) || shape.length === 0 || shape.length > 3 || (samples !== undefined && samples < leastSamples)) return undefined;
  // Of open sizes before it one each is taken.
  if (others.some((size) => size !== undefined && size > 2) || (shape.length === 3 && others[0] !== undefined && others[0] > 1)) return undefined;
  return { samples, channels: others.at(-1) ?? 1 };
}

/** Ids of a text's tokens, [n] or [1, n]. */
export const isText = (dtype: string, shape: readonly Size[]): boolean =>
  /^int(32|64)$/.test(dtype) && (shape.length === 1 || (shape.length === 2 && (shape[0] === undefined || shape[0] === 1))) && (shape.at(-1) ?? Infinity) > 1;

/** Height and width where a tensor is one plane of numbers, with dimensions of 1 around it. */
export function planeForm(shape: readonly number[]): { readonly height: number; readonly width: number } | undefined {
  const sizes = shape.filter((size) => size !== 1);
  const [height = 0, width = 0] = sizes;
  return sizes.length === 2 && height >= leastSide && width >= leastSide ? { height, width } : undefined;
}

/** Scores of classes for each pixel, [1, classes, height, width]. */
export function segmentsForm(dtype: string, shape: readonly number[]): boolean {
  const [batch, classes = 0, height = 0, width = 0] = shape;
  return isFloat(dtype) && shape.length === 4 && batch === 1 && classes >= 2 && height >= leastSide && width >= leastSide;
}
