// Random numbers: the same ones for the same seed, with any number of threads, with relaxed SIMD and without, in a worker and in place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type LoadOptions, type Model, type Outputs, type RunOptions, load } from "sconce";
import { artifact } from "./fixture.js";

const places: readonly (LoadOptions & { readonly named: string })[] = [
  { named: "in a worker", threads: 1 }, { named: "in place", threads: 1, worker: false }, { named: "without relaxed SIMD", threads: 1, relaxed: false },
  { named: "with three threads", threads: 3 }, { named: "with two threads, without relaxed SIMD", threads: 2, relaxed: false },
];
const weights = Float32Array.from({ length: 11 }, (_, i) => i + 1);

/** All but normal numbers, whose logarithm and cosine round as the engine's float32 does, are equal to the bit. */
const exact = ["uniform", "whole", "order", "chosen", "kept", "walk"];

function numbers(outputs: Outputs, name: string): number[] {
  const data = outputs[name]?.data;
  assert.ok(data, name);
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

function same(a: Outputs, b: Outputs): void {
  for (const name of exact) assert.deepEqual(numbers(a, name), numbers(b, name), name);
  const normal = numbers(b, "normal");
  numbers(a, "normal").forEach((value, i) => assert.ok(Math.abs(value - (normal[i] ?? NaN)) < 1e-5, `normal[${i}] is ${value}, not ${normal[i]}`));
}

/** In each output, wherever it stands in the program. */
function differ(a: Outputs, b: Outputs): void {
  for (const name of [...exact, "normal"]) assert.notDeepEqual(numbers(a, name), numbers(b, name), name);
}

const run = (model: Model, options?: RunOptions) => model.run({ weights }, options);

let first: Promise<Outputs> | undefined;
const reference = () => (first ??= (async () => {
  using model = await load(artifact("random"), { threads: 1 });
  return await run(model, { seed: 5 });
})());

for (const { named, ...options } of places) {
  test(`a seed gives the same numbers, ${named}`, async () => {
    using model = await load(artifact("random"), options);
    same(await run(model, { seed: 5 }), await reference());
    differ(await run(model), await reference());
    await model.reset();
    same(await run(model, { seed: 5n }), await reference());
    same((await model.profile({ weights }, { seed: 5 })).outputs, await reference());
    // A run that can be aborted pauses between turns, where it draws on.
    same(await run(model, { seed: 5, signal: new AbortController().signal }), await reference());
  });
}

test("seeds of all kinds are seeds, and each has numbers of its own", async () => {
  using model = await load(artifact("random"), { threads: 1 });
  const drawn: Outputs[] = [];
  for (const seed of [0, 1, -1, 2 ** 32, 2n ** 63n - 1n, -(2n ** 63n)]) drawn.push(await run(model, { seed }));
  drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => differ(a, b)));
  for (const seed of [0.5, "five", NaN]) await assert.rejects(run(model, { seed: seed as number }), { name: "SconceError", message: /seed/ });
});

test("after a seed runs go on, each with others, the same ones again", async () => {
  using one = await load(artifact("random"), { threads: 1 });
  using other = await load(artifact("random"), { threads: 2 });
  const runs = await Promise.all([one, other].map(async (model) => [await run(model, { seed: -7 }), await run(model), await run(model)] as const));
  const [[a, b, c], again] = runs as [(typeof runs)[number], (typeof runs)[number]];
  [a, b, c].forEach((outputs, i) => same(outputs, again[i] ?? {}));
  differ(a, b);
  differ(b, c);
  differ(a, c);
});

test("without a seed each model and each run draws others", async () => {
  using one = await load(artifact("random"), { threads: 1 });
  using other = await load(artifact("random"), { threads: 1 });
  const drawn = [await run(one), await run(one), await run(other), await run(other)];
  drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => differ(a, b)));
});

test("numbers are spread as they should be", async () => {
  using model = await load(artifact("random"), { threads: 2 });
  const outputs = await run(model, { seed: 20261130 });
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
  const near = (value: number, wanted: number, by: number) => assert.ok(Math.abs(value - wanted) < by, `${value} is not near ${wanted}`);
  // Four standard errors.
  near(mean(numbers(outputs, "uniform")), 0.5, 4 * Math.sqrt(1 / 12 / 70_070));
  near(mean(numbers(outputs, "normal").map((value) => value * value)), 1, 4 * Math.sqrt(2 / 4099));
  near(mean(numbers(outputs, "whole")), 0, 4 * Math.sqrt(10 / 3001));
  near(mean(numbers(outputs, "kept")), 1, 4 * Math.sqrt(1 / 3 / 2145));
  assert.deepEqual([...new Set(numbers(outputs, "kept"))].map(Math.fround).sort(), [0, Math.fround(4 / 3)]);
  assert.deepEqual([...numbers(outputs, "order")].sort((a, b) => a - b), Array.from({ length: 500 }, (_, i) => i));
  assert.equal(new Set(numbers(outputs, "whole")).size, 11);
});
