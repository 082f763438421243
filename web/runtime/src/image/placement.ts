// Where a picture lies in what a model takes, and the way back.
import type { TensorOf } from "../shared/tensor.js";
import { type AnyTensor, checkTensor, describeTensor, numbersOf, wrong } from "../tensor/elements.js";
import { roundHalfEven } from "../tensor/half.js";
import { type BoxFormat, convertBoxes } from "./boxes.js";
import type { Size } from "./pixels.js";

/** `stretch`: to both sides, whatever becomes of its proportions. `cover`: its middle fills the model's picture. `contain`: all of it, with a border. */
export type Fit = "stretch" | "cover" | "contain";

export interface FitOptions extends Size {
  /** "stretch" without it. */
  readonly fit?: Fit | undefined;
  /** With "cover": how long the picture's short side becomes, before the middle of width x height is taken, as torchvision's Resize(256), CenterCrop(224). Without it no more is cut off than must be. */
  readonly resize?: number | undefined;
  /** With "contain": the picture in the middle of its border, or at the upper left. "center" without it. */
  readonly align?: "center" | "start" | undefined;
}

/** A picture resized to width x height, whose left upper corner lies at left, top of the model's picture; these are negative where it is cut. */
export interface Placement extends Size {
  readonly left: number;
  readonly top: number;
  readonly source: Size;
  readonly target: Size;
}

export interface ToSourceOptions {
  /** How the model says boxes: "xyxy" without it. */
  readonly format?: BoxFormat | undefined;
  /** Where its coordinates go from 0 to 1 over its picture. */
  readonly normalized?: boolean | undefined;
}

/** Where a picture lies, by torchvision's arithmetic for "cover", and that of YOLO's letterbox for "contain". */
export function placePicture(source: Size, { width, height, fit = "stretch", resize, align = "center" }: FitOptions): Placement {
  const target = { width, height };
  const whole = (value: number | undefined) => Number.isInteger(value) && (value as number) > 0;
  if (!whole(width) || !whole(height)) throw wrong(`a model's picture has a width and a height, whole numbers from 1 up, got { width: ${String(width)}, height: ${String(height)} }`);
  if (resize !== undefined && (fit !== "cover" || !whole(resize))) throw wrong(`the option resize is a whole number from 1 up, with fit: "cover", got ${String(resize)} with fit: ${JSON.stringify(fit)}`);
  if (fit === "stretch") return { ...target, left: 0, top: 0, source, target };
  if (fit === "contain") {
    const scale = Math.min(width / source.width, height / source.height);
    const fitted = (side: number) => Math.max(1, roundHalfEven(side * scale));
    const [w, h] = [fitted(source.width), fitted(source.height)];
    // Of an odd border the larger half is at the right, and below.
    const [left, top] = align === "start" ? [0, 0] : [Math.floor((width - w) / 2), Math.floor((height - h) / 2)];
    return { width: w, height: h, left, top, source, target };
  }
  if (fit !== "cover") throw wrong(`the option fit is "stretch", "cover" or "contain", got ${JSON.stringify(fit)}`);
  const byWidth = resize === undefined ? width / source.width >= height / source.height : source.width <= source.height;
  const [given, other] = byWidth ? [source.width, source.height] : [source.height, source.width];
  const short = resize ?? (byWidth ? width : height);
  const long = Math.max(Math.floor((short * other) / given), resize === undefined ? (byWidth ? height : width) : 1);
  const [w, h] = byWidth ? [short, long] : [long, short];
  if (w < width || h < height) throw wrong(`resize: ${String(resize)} makes the picture ${w} x ${h}, which does not cover ${width} x ${height}`);
  return { width: w, height: h, left: 0 - roundHalfEven((w - width) / 2), top: 0 - roundHalfEven((h - height) / 2), source, target };
}

/** Boxes of the model's picture as boxes of the one that was given, left, top, right and bottom in its pixels, cut off at its borders. The tensor's last dimension is 4. */
export function boxesToSource({ source, target, left, top, width, height }: Placement, boxes: AnyTensor, { format = "xyxy", normalized = false }: ToSourceOptions = {}): TensorOf<"float32"> {
  checkTensor(boxes, "toSource");
  if (boxes.shape.at(-1) !== 4) throw wrong(`toSource takes boxes, four numbers each, [..., 4], got ${describeTensor(boxes)}`);
  const corners = numbersOf(convertBoxes(boxes, format, "xyxy"));
  const data = Float32Array.from(corners as ArrayLike<number>, (value, i) => {
    const [side, start, size, own] = i % 2 === 0 ? [target.width, left, width, source.width] : [target.height, top, height, source.height];
    return Math.min(Math.max(((normalized ? value * side : value) - start) * (own / size), 0), own);
  });
  return { dtype: "float32", shape: [...boxes.shape], data };
}
