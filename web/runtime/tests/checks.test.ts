// Conditions on sizes: evaluated as Python would, and an error of the run, before anything is computed, where one does not hold.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSizes } from "../src/graph/checks.js";
import { type Condition, isCondition } from "../src/shared/conditions.js";
import { Graph } from "../src/core.js";
import { SconceError } from "../src/shared/errors.js";
import { load } from "../src/index.js";
import type { Manifest } from "../src/artifact/manifest.js";
import { type Json, expected, makeArtifact } from "./fixture.js";

const symbols = [
  { name: "a", min: 0, max: null, input: 0, dim: 0, scale: 1, offset: 0 },
  { name: "b", min: 0, max: null, input: 1, dim: 2, scale: 4, offset: 1 },
];
const inputs = [{ name: "x", dtype: "float32", shape: ["a"] }, { name: "past.0", dtype: "float32", shape: [1, 2, "b"] }];

function broken(condition: Condition, a: number, b: number): string | undefined {
  const manifest = { symbols, inputs, checks: [{ condition, text: "the guard", why: "PyTorch said so", source: "m.py:3" }] } as unknown as Manifest;
  try {
    checkSizes(manifest, new Map([["a", a], ["b", b]]));
  } catch (error) {
    assert.ok(error instanceof SconceError && error.code === "input", String(error));
    return error.message;
  }
  return undefined;
}

const conditions: readonly (readonly [condition: Condition, holds: readonly (readonly [number, number])[], fails: readonly (readonly [number, number])[]])[] = [
  [["==", ["%", "a", 4], 0], [[0, 1], [8, 1]], [[1, 1], [10, 1]]],
  [["!=", ["//", "a", 2], 1], [[0, 0], [1, 0], [4, 0]], [[2, 0], [3, 0]]],
  [["<", "a", "b"], [[1, 2]], [[2, 2], [3, 2]]],
  [["<=", "a", "b"], [[2, 2]], [[3, 2]]],
  [[">", ["*", "a", "b"], 64], [[13, 5]], [[8, 8]]],
  [[">=", ["min", "a", "b"], ["max", 3, ["+", "b", -2]]], [[3, 4]], [[2, 4], [3, 6]]],
  // Floor division and remainder as Python's, with the divisor's sign.
  [["==", ["//", ["+", "a", -7], 2], -2], [[3, 0], [4, 0]], [[2, 0], [5, 0]]],
  [["==", ["%", ["+", "a", -7], -3], -1], [[0, 0], [3, 0]], [[1, 0], [7, 0]]],
  [["or", ["==", "a", 1], ["and", [">", "a", 3], ["==", ["%", "b", 2], 1]]], [[1, 2], [4, 3]], [[2, 3], [4, 2]]],
  // A remainder or quotient by zero is no number, and meets nothing.
  [["!=", ["%", "a", "b"], 1], [[4, 2]], [[4, 0], [5, 2]]],
  [["==", ["*", 0, ["//", "a", "b"]], 0], [[4, 2]], [[4, 0]]],
  // Beyond 32 and 53 bits.
  [["==", ["%", ["*", ["*", "a", "a"], ["+", "a", 2]], 10], 3], [[2 ** 32 - 1, 0], [2 ** 31 + 7, 0]].filter(([a = 0]) => (BigInt(a) ** 2n * BigInt(a + 2)) % 10n === 3n) as [number, number][],
    [[2 ** 32, 0], [2 ** 31, 0]]],
  [["<", "a", ["+", ["*", 2 ** 21, 2 ** 32], 1]], [[4, 0]], []],
  [["<", ["*", "a", "b"], ["+", ["*", "a", "b"], 1]], [[2 ** 32 - 1, 2 ** 32 - 1]], []],
];

for (const [condition, holds, fails] of conditions) {
  test(JSON.stringify(condition), () => {
    assert.ok(isCondition(condition));
    for (const [a, b] of holds) assert.equal(broken(condition, a, b), undefined, `at ${a}, ${b}`);
    for (const [a, b] of fails) assert.ok(broken(condition, a, b) !== undefined, `at ${a}, ${b}`);
  });
}

test("the message names guard, sizes, inputs and the line", () => {
  assert.equal(broken(["and", ["==", "a", 3], ["<", "b", "a"]], 3, 5),
    'the inputs\' sizes break a condition of the model, the guard, for dim 0 of "x" is 3 and dim 2 of "past.0" is 21: PyTorch said so (m.py:3);'
    + " give inputs whose sizes meet it, or export the model for these");
});

for (const wrong of [null, [], ["<", 1], ["in", 1, 2], ["and", ["<", 1, 2]], ["and", 1, 2], ["<", 1.5, 2], ["<", ["^", 1, 2], 1], [["<"], 1, 2], ["toString", 1, 2]]) {
  test(`${JSON.stringify(wrong)} is no condition`, () => assert.ok(!isCondition(wrong)));
}

test("conditions that nest without end are none", () => {
  let deep: Json = ["<", 1, 2];
  for (let i = 0; i < 100_000; i++) deep = ["and", ["<", 1, 2], deep];
  assert.ok(!isCondition(deep));
});

const even = { checks: [{ condition: ["==", ["%", "s0", 2], 0], text: "x.shape[0] % 2 == 0", why: "PyTorch exported it so" }] };
const tensors = (n: number) => ({ x: { data: new Float32Array(4 * n).fill(2), shape: [n, 4] }, mask: { data: new Uint8Array(n).fill(1), shape: [n] } });
const message = /x\.shape\[0\] % 2 == 0, for dim 0 of "x" is 3: PyTorch exported it so/;

test("a run whose sizes break a guard is refused, and the next one is right", async () => {
  for (const options of [{ worker: true, threads: 2 }, { worker: false }]) {
    const model = await load(makeArtifact({ manifest: even }), options);
    assert.deepEqual((await model.run(tensors(2))).y?.data, expected(tensors(2).x.data, [1, 1]));
    await assert.rejects(model.run(tensors(3)), (error) => error instanceof SconceError && error.code === "input" && message.test(error.message));
    assert.deepEqual((await model.run(tensors(2))).y?.data, expected(tensors(2).x.data, [1, 1]));
    model.dispose();
  }
});

test("binding inputs whose sizes break a guard is refused", async () => {
  const graph = await Graph.load(new Blob([makeArtifact({ manifest: even })]).stream() as unknown as AsyncIterable<Uint8Array>);
  const context = graph.createContext();
  assert.throws(() => context.bind(tensors(3)), message);
  assert.deepEqual(context.run(tensors(4)).y?.data, expected(tensors(4).x.data, [1, 1, 1, 1]));
});
