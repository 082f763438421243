import assert from "node:assert/strict";
import { test } from "node:test";
import { LazyModel, type ShapedInput } from "../src/browser/lazy.js";

/** What was compiled, and which of it was freed. */
function recorded() {
  const made: Record<string, string>[] = [];
  const freed: number[] = [];
  const model = new LazyModel(async (inputs) => {
    const number = made.push({ ...inputs });
    if (inputs["x"] === "float32:9") throw new Error("too long");
    return { run: async ({ x }: Record<string, ShapedInput>, options?: object) => ({ number, sum: x?.data.byteLength, options }), dispose: () => void freed.push(number) };
  });
  return { made, freed, model };
}

const x = (...shape: number[]): Record<string, ShapedInput> => ({ x: { data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape } });

test("each shape is compiled once", async () => {
  const { made, freed, model } = recorded();
  assert.deepEqual(await Promise.all([model.run(x(2, 3)), model.run(x(2, 3)), model.run(x(4))]), [
    { number: 1, sum: 24, options: undefined }, { number: 1, sum: 24, options: undefined }, { number: 2, sum: 16, options: undefined },
  ]);
  assert.deepEqual(await model.run(x(4), { seed: 1 }), { number: 2, sum: 16, options: { seed: 1 } });
  assert.deepEqual(made, [{ x: "float32:2x3" }, { x: "float32:4" }]);
  await model.dispose();
  assert.deepEqual(freed, [1, 2]);
});

test("dtypes are those of the arrays, or what is said", async () => {
  const { made, model } = recorded();
  await model.run({ x: { data: new BigInt64Array(1), shape: [] } });
  await model.run({ x: { data: new Uint8ClampedArray(3), shape: [3] } });
  await model.run({ x: { data: new Uint8Array(3), shape: [3], dtype: "bool" } });
  await model.run({ x: { data: new Uint16Array(3), shape: [1, 3], dtype: "float16" } });
  assert.deepEqual(made.map(({ x }) => x), ["int64:scalar", "uint8:3", "bool:3", "float16:1x3"]);
});

test("what failed is tried again", async () => {
  const { made, model } = recorded();
  await assert.rejects(model.run(x(9)), /too long/);
  await assert.rejects(model.run(x(9)), /too long/);
  assert.equal(made.length, 2);
});

test("an input without its shape is refused", async () => {
  const { model } = recorded();
  await assert.rejects(model.run({ x: new Float32Array(3) as never }), /expected the input 'x' as \{ data, shape \}/);
  await assert.rejects(model.run({ x: { data: new DataView(new ArrayBuffer(4)), shape: [1] } }), /expected a typed array as the input 'x', but got DataView/);
});
