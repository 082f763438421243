// What detectors leave to their callers.
import type { TensorOf } from "../shared/tensor.js";
import { type AnyTensor, checkReal, checkTensor, describeTensor, numbersOf, wrong } from "../tensor/elements.js";

/** Left, top, right, bottom; or left, top, width, height; or the middle's x and y, width, height: torchvision's names. */
export type BoxFormat = "xyxy" | "xywh" | "cxcywh";

export interface NmsOptions {
  /** Of two boxes that overlap more than this (their intersection by their union) the one with the lower score goes. 0.5 without it. */
  readonly iouThreshold?: number | undefined;
  /** Boxes whose score is not above this are left out. Without it none is. */
  readonly scoreThreshold?: number | undefined;
  /** A class for each box: boxes of different classes do not push each other out. */
  readonly classes?: AnyTensor | ArrayLike<number | bigint> | undefined;
  /** "xyxy" without it. */
  readonly format?: BoxFormat | undefined;
  /** How many boxes at most. */
  readonly limit?: number | undefined;
}

/**
 * Non-maximum suppression, as torchvision's: the places of the boxes that stay, from the highest score on. Not needed where `torchvision.ops.nms` is in the model.
 * @param boxes [n, 4] or [1, n, 4]
 * @param scores [n] or [1, n]
 */
export function nms(boxes: AnyTensor, scores: AnyTensor, { iouThreshold = 0.5, scoreThreshold = -Infinity, classes, format = "xyxy", limit = Infinity }: NmsOptions = {}): number[] {
  checkTensor(boxes, "nms");
  checkTensor(scores, "nms");
  checkReal(scores, "nms");
  const values = numbersOf(scores);
  const count = values.length;
  if (boxes.shape.at(-1) !== 4 || boxes.data.length !== 4 * count) throw wrong(`nms takes boxes [n, 4] and scores [n], got ${describeTensor(boxes)} and ${describeTensor(scores)}`);
  const kinds = classes === undefined ? undefined : "dtype" in classes ? numbersOf(classes) : classes;
  if (kinds !== undefined && kinds.length !== count) throw wrong(`nms takes a class for each of ${count} boxes, got ${kinds.length}`);
  const corners = numbersOf(convertBoxes(boxes, format, "xyxy")) as ArrayLike<number>;
  const corner = (box: number, side: number) => corners[4 * box + side] as number;
  const area = (box: number) => (corner(box, 2) - corner(box, 0)) * (corner(box, 3) - corner(box, 1));
  const order = Array.from(values, (_, i) => i).filter((i) => (values[i] as number) > scoreThreshold || scoreThreshold === -Infinity);
  order.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  const kept: number[] = [];
  for (const box of order) {
    if (kept.length >= limit) break;
    const overlaps = kept.some((other) => {
      if (kinds !== undefined && kinds[other] !== kinds[box]) return false;
      const width = Math.min(corner(box, 2), corner(other, 2)) - Math.max(corner(box, 0), corner(other, 0));
      const height = Math.min(corner(box, 3), corner(other, 3)) - Math.max(corner(box, 1), corner(other, 1));
      const shared = Math.max(0, width) * Math.max(0, height);
      return shared / (area(box) + area(other) - shared) > iouThreshold;
    });
    if (!overlaps) kept.push(box);
  }
  return kept;
}

/** Boxes, [..., 4], said another way: torchvision's box_convert. */
export function convertBoxes(boxes: AnyTensor, from: BoxFormat, to: BoxFormat): TensorOf<"float32"> {
  checkTensor(boxes, "convertBoxes");
  checkReal(boxes, "convertBoxes");
  if (boxes.shape.at(-1) !== 4) throw wrong(`convertBoxes takes four numbers for each box, [..., 4], got ${describeTensor(boxes)}`);
  for (const format of [from, to]) if (!["xyxy", "xywh", "cxcywh"].includes(format)) throw wrong(`a box's format is "xyxy", "xywh" or "cxcywh", got ${JSON.stringify(format)}`);
  const data = Float32Array.from(numbersOf(boxes) as ArrayLike<number>);
  if (from === to) return { dtype: "float32", shape: [...boxes.shape], data };
  for (let i = 0; i < data.length; i += 4) {
    const [x, y, a, b] = data.subarray(i, i + 4) as unknown as [number, number, number, number];
    const [left, top] = from === "cxcywh" ? [x - a / 2, y - b / 2] : [x, y];
    const [width, height] = from === "xyxy" ? [a - x, b - y] : [a, b];
    data.set(to === "xyxy" ? [left, top, left + width, top + height] : to === "xywh" ? [left, top, width, height] : [left + width / 2, top + height / 2, width, height], i);
  }
  return { dtype: "float32", shape: [...boxes.shape], data };
}
