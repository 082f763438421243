/** A point of a drawing, in units of its side: 0 to 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly Point[];

/** The side of the picture that the model takes. */
export const side = 28;

// As MNIST was made: the digit fits a box of 20 pixels, and lies with its centre of mass in the middle of 28.
const box = 20;
const penWidth = 2.6;
// A dot is no digit: it must not be blown up to a whole one.
const leastExtent = 0.12;

interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** The drawing as the model wants it: 28 x 28, 0 to 1, ink is 1. Lines have the same width whatever the size of the drawing. */
export function toDigit(strokes: readonly Stroke[]): Float32Array {
  const points = strokes.flat();
  if (points.length === 0) return new Float32Array(side * side);
  const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))];
  const scale = (box - penWidth) / Math.max(right - left, bottom - top, leastExtent);
  const place = (centre: Point) => strokes.flatMap((stroke) => segments(stroke.map(({ x, y }) => (
    { x: side / 2 + (x - centre.x) * scale, y: side / 2 + (y - centre.y) * scale }))));
  const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
  const mass = centreOfMass(rasterise(place(middle)));
  return rasterise(place({ x: middle.x + (mass.x - side / 2) / scale, y: middle.y + (mass.y - side / 2) / scale }));
}

/** Where a picture's ink lies on the whole, in pixels from its upper left corner. */
export function centreOfMass(picture: Float32Array): Point {
  let [sum, x, y] = [0, 0, 0];
  picture.forEach((ink, i) => {
    sum += ink;
    x += ink * ((i % side) + 0.5);
    y += ink * (Math.floor(i / side) + 0.5);
  });
  return sum === 0 ? { x: side / 2, y: side / 2 } : { x: x / sum, y: y / sum };
}

function segments(stroke: Stroke): Segment[] {
  return stroke.map((to, i) => ({ from: stroke[Math.max(0, i - 1)] ?? to, to }));
}

/** How much of each pixel lies under a pen that goes along the lines: by its distance, which is right to a shade. */
function rasterise(lines: readonly Segment[]): Float32Array {
  const picture = new Float32Array(side * side);
  const reach = penWidth / 2 + 0.5;
  for (const { from, to } of lines) {
    const [x0, x1] = range(from.x, to.x, reach);
    const [y0, y1] = range(from.y, to.y, reach);
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) {
        const ink = reach - distance(x + 0.5, y + 0.5, from, to);
        const i = y * side + x;
        if (ink > (picture[i] ?? 0)) picture[i] = Math.min(1, ink);
      }
    }
  }
  return picture;
}

function range(a: number, b: number, reach: number): [number, number] {
  return [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(side, Math.ceil(Math.max(a, b) + reach))];
}

function distance(x: number, y: number, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - from.x) * dx + (y - from.y) * dy) / length));
  return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
}
