import assert from "node:assert/strict";
import { test } from "node:test";
import { checkSizes } from "../src/graph/checks.js";
import { bindInputs, solve } from "../src/graph/inputs.js";
import { type Manifest, parseManifest } from "../src/artifact/manifest.js";
import { SconceError } from "../src/shared/errors.js";
import type { Inputs, TensorInput } from "../src/shared/tensor.js";
import type { Json } from "./fixture.js";

function manifest(parts: Readonly<Record<string, Json>>): Manifest {
  return parseManifest(new TextEncoder().encode(JSON.stringify({
    format: 3, compiler: "sconce 0.1.0", fileBytes: 0, source: { name: "test.pt2", sha256: "" },
    memory: { constantsOffset: 1024, constantsEnd: 1024, minPages: 1 },
    context: { symbols: 64, inputs: 128, outputs: 192, header: 256 },
    symbols: [], checks: [], inputs: [], outputs: [], steps: [], faults: [], errors: {}, parameters: 0, multiplyAdds: 0, arena: 0, threadArena: 0, ...parts,
  })));
}

const vision = manifest({
  symbols: [
    { name: "batch", min: 1, max: 64, input: 0, dim: 0, scale: 1, offset: 0 },
    { name: "h", min: 65, max: 1024, input: 0, dim: 2, scale: 1, offset: 0 },
    { name: "w", min: 2, max: null, input: 0, dim: 3, scale: 8, offset: 1 },
  ],
  inputs: [
    { name: "pixel_values", dtype: "float32", shape: ["batch", 3, "h", ["+", ["*", 8, "w"], 1]] },
    { name: "mask", dtype: "bool", shape: ["batch", ["+", 1, ["//", ["+", "h", -1], 8]]] },
    { name: "input_ids", dtype: "int64", shape: [4] },
  ],
});

const pixels = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
const good: Inputs = {
  pixel_values: pixels(1, 3, 65, 17),
  mask: { data: new Uint8Array(9), shape: [1, 9] },
  input_ids: new BigInt64Array(4),
};

function message(inputs: unknown): string {
  try {
    bindInputs(vision, inputs as Inputs);
  } catch (error) {
    assert.ok(error instanceof SconceError && error.code === "input", String(error));
    return error.message;
  }
  return "accepted";
}

test("learns symbols from shapes", () => {
  assert.deepEqual([...bindInputs(vision, good).symbols], [["batch", 1], ["h", 65], ["w", 2]]);
  assert.deepEqual([...solve(vision, [[64, 3, 1024, 801], [64, 128], [4]])], [["batch", 64], ["h", 1024], ["w", 100]]);
});

const wide = '"pixel_values" float32 [batch, 3, h, (8 * w) + 1]';
const cases: readonly (readonly [string, unknown, string])[] = [
  ["a bare array", new Float32Array(3),
    `expected an object of named tensors, ${wide}, "mask" bool [batch, 1 + ((h + -1) // 8)], "input_ids" int64 [4], got Float32Array`],
  ["null", null, `expected an object of named tensors, ${wide}, "mask" bool [batch, 1 + ((h + -1) // 8)], "input_ids" int64 [4], got null`],
  ["a name that is nearly right", { ...good, pixelvalues: good.mask },
    `the model has no input "pixelvalues" (did you mean "pixel_values"?): it takes ${wide}, "mask" bool [batch, 1 + ((h + -1) // 8)], "input_ids" int64 [4]`],
  ["a name that is nowhere near", { ...good, zzzzzz: good.mask },
    `the model has no input "zzzzzz": it takes ${wide}, "mask" bool [batch, 1 + ((h + -1) // 8)], "input_ids" int64 [4]`],
  ["a missing name", { pixel_values: good.pixel_values, mask: good.mask }, 'an input is missing: "input_ids" int64 [4]'],
  ["missing names", { mask: good.mask }, `inputs are missing: ${wide}, "input_ids" int64 [4]`],
  ["plain numbers", { ...good, input_ids: [1, 2, 3, 4] },
    'input "input_ids" should be "input_ids" int64 [4] as { data: BigInt64Array, shape }, got Array: BigInt64Array.from(numbers, BigInt) makes one'],
  ["plain numbers as data", { ...good, input_ids: { data: [1, 2, 3, 4] } },
    'input "input_ids" should be "input_ids" int64 [4] as { data: BigInt64Array, shape }, got data is Array: BigInt64Array.from(numbers, BigInt) makes one'],
  ["nested numbers", { ...good, pixel_values: [[[1, 2], [3, 4]]] },
    `input "pixel_values" should be ${wide} as { data: Float32Array, shape }, got Array: Float32Array.from(numbers.flat(Infinity)) makes one`],
  ["doubles", { ...good, pixel_values: { data: new Float64Array(3), shape: [1, 3, 1, 1] } },
    'input "pixel_values" is float32 and comes in a Float32Array, got a Float64Array: Float32Array.from(numbers) makes one'],
  ["text", { ...good, pixel_values: "cat.png" }, `input "pixel_values" should be ${wide} as { data: Float32Array, shape }, got string`],
  ["a picture", { ...good, pixel_values: { data: new Uint8ClampedArray(16), width: 2, height: 2, [Symbol.toStringTag]: "ImageData" } },
    'input "pixel_values" is float32 and comes in a Float32Array, got ImageData: toTensor of sconce/image makes a tensor of a picture'],
  ["channels last", { ...good, pixel_values: { data: new Float32Array(65 * 17 * 3), shape: [1, 65, 17, 3] } },
    'input "pixel_values" should have the shape [batch, 3, h, (8 * w) + 1], got [1, 65, 17, 3]: its channels come last (NHWC), and PyTorch wants them before height and width (NCHW): data[(c * height + y) * width + x]'],
  ["another dtype", { ...good, input_ids: { data: new BigInt64Array(4), dtype: "int32" } },
    'input "input_ids" should have the dtype int64 (in a BigInt64Array), got int32'],
  ["another array", { ...good, input_ids: new Int32Array(4) },
    'input "input_ids" is int64 and comes in a BigInt64Array, got a Int32Array: BigInt64Array.from(numbers, BigInt) makes one'],
  ["no shape where it is not fixed", { ...good, mask: new Uint8Array(9) },
    'input "mask" has the shape [batch, 1 + ((h + -1) // 8)], which is not fixed: give { data, shape }, got { data }'],
  ["dims for shape", { ...good, mask: { data: new Uint8Array(9), dims: [1, 9] } as TensorInput },
    'input "mask" has the shape [batch, 1 + ((h + -1) // 8)], which is not fixed: give { data, shape }, got { data, dims }'],
  ["another rank", { ...good, pixel_values: pixels(3, 65, 17) },
    'input "pixel_values" should have 4 dimensions, [batch, 3, h, (8 * w) + 1], got 3, [3, 65, 17]'],
  ["another size", { ...good, input_ids: new BigInt64Array(5) },
    'input "input_ids" of shape [4] has 4 elements, but its data has 5'],
  ["a fraction as dimension", { ...good, mask: { data: new Uint8Array(9), shape: [1, 4.5] } },
    'input "mask" has the shape [1, 4.5], but a dimension is a whole number from 0 up'],
  ["a huge shape", { ...good, mask: { data: new Uint8Array(9), shape: [2 ** 40, 9] } },
    'input "mask" has the shape [1099511627776, 9]: more than fits into WebAssembly\'s memory'],
  ["a fixed dimension that differs", { ...good, pixel_values: pixels(1, 1, 65, 17) },
    'input "pixel_values": dim 1 of [batch, 3, h, (8 * w) + 1] must be 3, got 1'],
  ["a symbol too small", { ...good, pixel_values: pixels(1, 3, 32, 17) },
    'input "pixel_values": dim 2 of [batch, 3, h, (8 * w) + 1] must be 65..1024 (symbol h), got 32'],
  ["a symbol too large", { ...good, pixel_values: pixels(65, 3, 65, 17) },
    'input "pixel_values": dim 0 of [batch, 3, h, (8 * w) + 1] must be 1..64 (symbol batch), got 65'],
  ["a size that is not of the form", { ...good, pixel_values: pixels(1, 3, 65, 18) },
    'input "pixel_values": dim 3 of [batch, 3, h, (8 * w) + 1] must be 17 or more, of the form (8 * w) + 1 (symbol w), got 18'],
  ["dimensions that disagree", { ...good, mask: { data: new Uint8Array(10), shape: [1, 10] } },
    'input "mask": dim 1 of [batch, 1 + ((h + -1) // 8)] must be 9 = 1 + ((h + -1) // 8), for h = 65 from dim 2 of "pixel_values", got 10'],
];

for (const [what, inputs, expected] of cases) test(`refuses ${what}`, () => assert.equal(message(inputs), expected));

test("a size that guards bind to multiples says so", () => {
  const pairs = manifest({
    symbols: [{ name: "s_by2", min: 1, max: null, input: 0, dim: 0, scale: 2, offset: 0 }],
    inputs: [{ name: "x", dtype: "float32", shape: [["*", 2, "s_by2"]] }],
  });
  assert.throws(() => bindInputs(pairs, { x: pixels(7) }), { message: 'input "x": dim 0 of [2 * s_by2] must be 2 or more and a multiple of 2 (symbol s_by2), got 7' });
});

test("the only input needs no name", () => {
  const one = manifest({ inputs: [{ name: "x", dtype: "float32", shape: [2] }] });
  const x = Float32Array.of(1, 2);
  const bound = [{ dtype: "float32", shape: [2], data: x }];
  for (const inputs of [{ x }, x, { data: x }, { data: x, shape: [2] }, { dtype: "float32", data: x, shape: [2] } as const]) assert.deepEqual(bindInputs(one, inputs).tensors, bound);
  // Where the input is called "data", that is a name.
  const data = manifest({ inputs: [{ name: "data", dtype: "float32", shape: [2] }] });
  for (const inputs of [{ data: x }, { data: { data: x, shape: [2] } }, x]) assert.deepEqual(bindInputs(data, inputs).tensors, bound);
  assert.throws(() => bindInputs(one, new Float64Array(2)), { message: 'input "x" is float32 and comes in a Float32Array, got a Float64Array: Float32Array.from(numbers) makes one' });
  assert.throws(() => bindInputs(one, { data: [1, 2] } as unknown as TensorInput), { message: 'the model has no input "data": it takes "x" float32 [2]' });
  assert.throws(() => bindInputs(manifest({}), x), { message: "expected an object of named tensors, no inputs, got Float32Array" });
});

test("an integer that decides sizes is a number, a bigint or a tensor", () => {
  const counted = manifest({
    symbols: [{ name: "k", min: 0, max: 9, input: 1, dim: 0, scale: 1, offset: 0 }],
    checks: [{ condition: ["!=", "k", 1], text: "k != 1", why: "PyTorch assumed it" }],
    inputs: [{ name: "x", dtype: "float32", shape: [2] }, { name: "k", dtype: "int64", shape: [] }],
    outputs: [{ name: "y", dtype: "float32", shape: ["k"] }],
  });
  const x = new Float32Array(2);
  for (const k of [7, 7n, BigInt64Array.of(7n), { data: BigInt64Array.of(7n), shape: [] }]) {
    const { tensors, symbols } = bindInputs(counted, { x, k });
    assert.deepEqual(symbols, new Map([["k", 7]]));
    assert.deepEqual(tensors[1], { dtype: "int64", shape: [], data: BigInt64Array.of(7n) });
  }
  const refusal = (inputs: unknown) => {
    try {
      checkSizes(counted, bindInputs(counted, inputs as Inputs).symbols);
    } catch (error) {
      return (error as SconceError).message;
    }
    return undefined;
  };
  assert.equal(refusal({ x, k: 10 }), 'input "k" must be 0..9 (symbol k), got 10');
  assert.equal(refusal({ x, k: -1n }), 'input "k" must be 0..9 (symbol k), got -1');
  assert.match(refusal({ x, k: 1 }) ?? "", /^the inputs' sizes break a condition of the model, k != 1, for "k" is 1: PyTorch assumed it;/);
  assert.match(refusal({ x, k: 2.5 }) ?? "", /^input "k" should be "k" int64 \[\] as \{ data: BigInt64Array, shape \}, got /);
  assert.match(refusal({ x: 1, k: 2 }) ?? "", /^input "x" should be "x" float32 \[2\]/);
});
