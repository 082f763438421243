import assert from "node:assert/strict";
import { test } from "node:test";
import { type Point, type Stroke, centreOfMass, side, toDigit } from "../src/digit.js";

const line = (from: Point, to: Point): Stroke => Array.from({ length: 20 }, (_, i) => (
  { x: from.x + ((to.x - from.x) * i) / 19, y: from.y + ((to.y - from.y) * i) / 19 }));

const seven = (left: number, top: number, size: number): Stroke[] => [
  line({ x: left, y: top }, { x: left + 0.6 * size, y: top }),
  line({ x: left + 0.6 * size, y: top }, { x: left + 0.2 * size, y: top + size }),
];

function extent(picture: Float32Array): { width: number; height: number } {
  const inked = [...picture.keys()].filter((i) => (picture[i] ?? 0) > 0.5);
  const [xs, ys] = [inked.map((i) => i % side), inked.map((i) => Math.floor(i / side))];
  return { width: Math.max(...xs) - Math.min(...xs) + 1, height: Math.max(...ys) - Math.min(...ys) + 1 };
}

test("an empty drawing is an empty picture", () => {
  assert.ok(toDigit([]).every((ink) => ink === 0));
});

test("the digit fits the box, with its centre of mass in the middle", () => {
  const picture = toDigit(seven(0.1, 0.5, 0.3));
  const { x, y } = centreOfMass(picture);
  assert.ok(Math.abs(x - 14) < 0.1 && Math.abs(y - 14) < 0.1, `${x}, ${y}`);
  const { width, height } = extent(picture);
  assert.ok(height >= 19 && height <= 21 && width >= 11 && width <= 14, `${width} x ${height}`);
  assert.ok(picture.every((ink) => ink >= 0 && ink <= 1) && Math.max(...picture) === 1);
});

test("size and place of the drawing do not matter", () => {
  const [small, large] = [toDigit(seven(0.05, 0.05, 0.2)), toDigit(seven(0.3, 0.1, 0.85))];
  small.forEach((ink, i) => assert.ok(Math.abs(ink - (large[i] ?? 0)) < 1e-3));
});

test("a dot stays a dot", () => {
  const { width, height } = extent(toDigit([[{ x: 0.9, y: 0.9 }]]));
  assert.ok(width <= 4 && height <= 4, `${width} x ${height}`);
});
