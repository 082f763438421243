// What only moves elements: each dtype alike, by its bytes.
import { type TypedArray, elementSize, elementsOf } from "../shared/tensor.js";
import { type AnyTensor, type Like, type Sizes, allocate, checkTensor, describeTensor, wrong } from "./elements.js";
import { shapeFor } from "./create.js";

/** What is taken of one dimension: all (`null`), one place, after which the dimension is gone, or from a place to before another, both counted from the end where they are negative. */
export type Range = null | number | readonly [start: number, end?: number];

/** The same data in another shape, in which one dimension may be -1. Nothing is copied. */
export function reshape<Of extends AnyTensor, const Shape extends readonly number[]>(from: Of, shape: Shape): Like<Of, Sizes<Shape>> {
  checkTensor(from, "reshape");
  return { dtype: from.dtype, shape: shapeFor(shape, elementsOf(from.dtype, from.data)), data: from.data } as unknown as Like<Of, Sizes<Shape>>;
}

/** A part of a tensor, copied: `slice(boxes, [0, null, [0, 4]])` is Python's `boxes[0, :, 0:4]`. As there, a range beyond the end is cut; a single place must exist. */
export function slice<Of extends AnyTensor>(from: Of, ranges: readonly Range[]): Like<Of> {
  checkTensor(from, "slice");
  const { dtype, shape, data } = from;
  if (ranges.length > shape.length) throw wrong(`slice: ${describeTensor(from)} has ${shape.length} dimensions, got ${ranges.length} ranges`);
  const parts = shape.map((size, dim) => bounds(ranges[dim] ?? null, size, dim, from));
  const kept = parts.filter((_, dim) => typeof ranges[dim] !== "number").map(([start, end]) => end - start);
  const taken = allocate(dtype, kept.reduce((count, size) => count * size, 1)) as TypedArray;
  const [source, target] = [bytesOf(data), bytesOf(taken)];
  const strides = shape.map((_, dim) => shape.slice(dim + 1).reduce((count, size) => count * size, elementSize(dtype)));
  // From here on whole dimensions are taken: their bytes lie together.
  const whole = parts.findLastIndex(([start, end], dim) => end - start < (shape[dim] ?? 0));
  let to = 0;
  const copy = (dim: number, at: number): void => {
    const [[start, end], stride] = [parts[dim] ?? [0, 1], strides[dim] ?? elementSize(dtype)];
    if (dim >= whole) {
      target.set(source.subarray(at + start * stride, at + end * stride), to);
      to += (end - start) * stride;
    } else {
      for (let i = start; i < end; i++) copy(dim + 1, at + i * stride);
    }
  };
  copy(0, 0);
  return { dtype, shape: kept, data: taken } as unknown as Like<Of>;
}

/** Tensors of one shape as one with a dimension more: a batch of pictures. */
export function stack<Of extends AnyTensor>(tensors: readonly Of[], dim = 0): Like<Of> {
  const [first] = alike(tensors, "stack");
  const place = dimension(dim, first.shape.length + 1, "stack");
  for (const each of tensors) if (each.shape.some((size, i) => size !== first.shape[i])) throw wrong(`stack takes tensors of one shape, got ${describeTensor(first)} and ${describeTensor(each)}`);
  return concatenate(tensors.map((each) => reshape(each as AnyTensor, each.shape.toSpliced(place, 0, 1))), place) as unknown as Like<Of>;
}

/** Tensors one after another along a dimension, in which alone their shapes may differ. */
export function concatenate<Of extends AnyTensor>(tensors: readonly Of[], dim = 0): Like<Of> {
  const [first] = alike(tensors, "concatenate");
  const place = dimension(dim, first.shape.length, "concatenate");
  for (const each of tensors) {
    if (each.shape.some((size, i) => i !== place && size !== first.shape[i])) {
      throw wrong(`concatenate takes tensors whose shapes differ in dimension ${place} alone, got ${describeTensor(first)} and ${describeTensor(each)}`);
    }
  }
  const shape = first.shape.with(place, tensors.reduce((sum, each) => sum + (each.shape[place] ?? 0), 0));
  const data = allocate(first.dtype, shape.reduce((count, size) => count * size, 1)) as TypedArray;
  const target = bytesOf(data);
  const rows = shape.slice(0, place).reduce((count, size) => count * size, 1);
  const sources = tensors.map((each) => bytesOf(each.data));
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (const source of sources) {
      const length = source.length / rows;
      target.set(source.subarray(row * length, (row + 1) * length), to);
      to += length;
    }
  }
  return { dtype: first.dtype, shape, data } as unknown as Like<Of>;
}

/** A dimension by its number, from the end where that is negative. */
export function dimension(dim: number, rank: number, what: string): number {
  const place = dim < 0 ? dim + rank : dim;
  if (!Number.isInteger(dim) || place < 0 || place >= rank) throw wrong(`${what}: there is no dimension ${dim} in ${rank}`);
  return place;
}

function alike<Of extends AnyTensor>(tensors: readonly Of[], what: string): readonly [Of, ...Of[]] {
  const [first] = tensors;
  if (first === undefined) throw wrong(`${what} takes one tensor at least, got none`);
  for (const each of tensors) {
    checkTensor(each, what);
    if (each.dtype !== first.dtype || each.shape.length !== first.shape.length) throw wrong(`${what} takes tensors of one dtype and rank, got ${describeTensor(first)} and ${describeTensor(each)}`);
  }
  return tensors as readonly [Of, ...Of[]];
}

function bounds(range: Range, size: number, dim: number, from: AnyTensor): readonly [number, number] {
  if (range === null) return [0, size];
  const whole = (value: number) => {
    if (!Number.isInteger(value)) throw wrong(`slice takes whole numbers, got ${value} for dimension ${dim}`);
    return value < 0 ? value + size : value;
  };
  if (typeof range === "number") {
    const place = whole(range);
    if (place < 0 || place >= size) throw wrong(`slice: dimension ${dim} of ${describeTensor(from)} has no place ${range}`);
    return [place, place + 1];
  }
  const cut = (value: number) => Math.min(Math.max(whole(value), 0), size);
  const start = cut(range[0]);
  return [start, Math.max(start, cut(range[1] ?? size))];
}

function bytesOf({ buffer, byteOffset, byteLength }: TypedArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

