// Resizes as Pillow does, and so torchvision where it is given pictures, bit by bit: first along rows, then along columns, by weights in fixed point, each pass rounded to
// bytes. When a picture gets smaller the filter gets wider (antialias).
import type { Bytes } from "./pixels.js";
import type { Placement } from "./placement.js";

/** What an output pixel is made of; by Pillow's and torchvision's names. */
export type Filter = "nearest" | "bilinear" | "bicubic" | "lanczos";

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

/** How far a filter reaches, and its weight at a distance. */
const filters: Readonly<Record<Exclude<Filter, "nearest">, readonly [support: number, weight: (distance: number) => number]>> = {
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  bicubic: [2, (distance) => {
    const [x, a] = [Math.abs(distance), -0.5];
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
  }],
  lanczos: [3, (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0)],
};

/** What each of some output pixels takes of the input: from where, how many, and by which weights. */
interface Taps {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** So many for each output pixel. */
  readonly stride: number;
  readonly weights: Int32Array;
}

/** Weights have so many bits behind the point: two are left for sums above 1. */
const bits = 32 - 8 - 2;
const half = 1 << (bits - 1);

/** The part of the resized picture that lies in the model's one: its colours alone, without transparency. */
export function resample({ data, width, height, channels }: Bytes, placement: Placement, filter: Filter): Bytes & { readonly left: number; readonly top: number } {
  const { left, top, target } = placement;
  const columns = visible(left, placement.width, target.width);
  const rows = visible(top, placement.height, target.height);
  const across = tapsFor(width, placement.width, columns, filter);
  const down = tapsFor(height, placement.height, rows, filter);
  const [newWidth, newHeight] = [columns[1] - columns[0], rows[1] - rows[0]];
  // Rows that nobody takes are left out.
  const first = down.starts[0] as number;
  const last = (down.starts[newHeight - 1] as number) + (down.counts[newHeight - 1] as number);
  const colours = channels === 1 ? 1 : 3;
  const narrow = new Uint8ClampedArray((last - first) * newWidth * colours);
  const { starts, counts, stride, weights } = across;
  for (let y = first, to = 0; y < last; y++) {
    for (let x = 0; x < newWidth; x++) {
      let [red, green, blue] = [half, half, half];
      let from = (y * width + (starts[x] as number)) * channels;
      for (let at = x * stride, end = at + (counts[x] as number); at < end; at++, from += channels) {
        const weight = weights[at] as number;
        red += weight * (data[from] as number);
        if (colours === 1) continue;
        green += weight * (data[from + 1] as number);
        blue += weight * (data[from + 2] as number);
      }
      // The array clamps.
      narrow[to++] = red >> bits;
      if (colours === 1) continue;
      narrow[to++] = green >> bits;
      narrow[to++] = blue >> bits;
    }
  }
  const small = new Uint8ClampedArray(newHeight * newWidth * colours);
  const sums = new Int32Array(newWidth * colours);
  for (let y = 0; y < newHeight; y++) {
    sums.fill(half);
    for (let k = 0; k < (down.counts[y] as number); k++) {
      const weight = down.weights[y * down.stride + k] as number;
      const from = ((down.starts[y] as number) + k - first) * sums.length;
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + weight * (narrow[from + i] as number);
    }
    for (let i = 0, to = y * sums.length; i < sums.length; i++) small[to + i] = (sums[i] as number) >> bits;
  }
  return { data: small, width: newWidth, height: newHeight, channels: colours, left: Math.max(0, left), top: Math.max(0, top) };
}

/** Which pixels of a resized side lie in the model's picture. */
function visible(offset: number, resized: number, target: number): readonly [number, number] {
  return [Math.max(0, -offset), Math.min(resized, target - offset)];
}

function tapsFor(size: number, resized: number, [from, to]: readonly [number, number], filter: Filter): Taps {
  const scale = size / resized;
  const count = to - from;
  // A side that stays is left alone.
  if (filter === "nearest" || size === resized) {
    const starts = Int32Array.from({ length: count }, (_, i) => Math.min(size - 1, Math.floor((from + i + 0.5) * scale)));
    return { starts, counts: new Int32Array(count).fill(1), stride: 1, weights: new Int32Array(count).fill(1 << bits) };
  }
  const [reach, weigh] = filters[filter];
  const stretch = Math.max(1, scale);
  const support = reach * stretch;
  const stride = 2 * Math.ceil(support) + 1;
  const [starts, counts, weights] = [new Int32Array(count), new Int32Array(count), new Int32Array(count * stride)];
  const exact = new Float64Array(stride);
  for (let i = 0; i < count; i++) {
    const centre = (from + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(size, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let k = start; k < end; k++) sum += exact[k - start] = weigh((k - centre + 0.5) / stretch);
    for (let k = 0; k < end - start; k++) {
      const weight = ((exact[k] as number) / sum) * 2 ** bits;
      weights[i * stride + k] = weight < 0 ? weight - 0.5 : weight + 0.5;
    }
    [starts[i], counts[i]] = [start, end - start];
  }
  return { starts, counts, stride, weights };
}
