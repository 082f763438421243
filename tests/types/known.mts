// What TypeScript knows of a model by the declaration that `sconce types` writes of it, and what it refuses.
import { load, type InputsOf, type Model, type ModelTypes, type OutputsOf } from "sconce";
import digits, { type Digits } from "./digits.mjs";

interface Mixed {
  readonly inputs: {
    readonly "ids.0": { readonly dtype: "int64"; readonly shape: readonly [2, 3] };
    readonly mask: { readonly dtype: "bool"; readonly shape: readonly [batch: number, number] };
    readonly scale: { readonly dtype: "float32"; readonly shape: readonly [] };
    readonly half: { readonly dtype: "float16"; readonly shape: readonly [4] };
  };
  readonly outputs: {
    readonly "hidden.0": { readonly dtype: "complex64"; readonly shape: readonly [batch: number, 2] };
    readonly ids: { readonly dtype: "int64"; readonly shape: readonly [] };
  };
}

// By a type.
const model = await load<Digits>("digits.wasm");
const pixels = new Float32Array(784);
const { logits, probabilities } = await model.run({ image: { data: pixels, shape: [1, 1, 28, 28] } });
const data: Float32Array = logits.data;
const dtype: "float32" = probabilities.dtype;
const [rows, ten]: readonly [number, 10] = logits.shape;
Math.max(rows, ten, ...data, dtype.length);
const { outputs, steps } = await model.profile({ image: { data: pixels, shape: [1, 1, 28, 28], dtype: "float32" } });
Math.max(...outputs.logits.data, steps.length);
// By an address that a bundler gives, or where a Response is wanted.
const byUrl = await load(digits, { threads: 2 });
Math.max(...(await byUrl.run({ image: { data: pixels, shape: [1, 1, 28, 28] } })).logits.data);
const byResponse = await load<Digits>(fetch(digits));
const same: Model<Digits>[] = [model, byUrl, byResponse];
const any: Model[] = same;
const address: string = digits;

// The only input needs no name.
Math.max(...(await model.run({ data: pixels, shape: [1, 1, 28, 28] })).logits.data);
// @ts-expect-error a size that is fixed, of the only input
await model.run({ data: pixels, shape: [1, 3, 28, 28] });
// @ts-expect-error its shape is not fixed
await model.run(pixels);
// @ts-expect-error one of several inputs has a name
await (await load<Mixed>("mixed.wasm")).run({ data: new Float32Array(1), shape: [] });

// @ts-expect-error a misspelt input
await model.run({ imgae: { data: pixels, shape: [1, 1, 28, 28] } });
// @ts-expect-error a missing input
await model.run({});
// @ts-expect-error one input too many
await model.run({ image: { data: pixels, shape: [1, 1, 28, 28] }, mask: pixels });
// @ts-expect-error another array
await model.run({ image: { data: new Float64Array(784), shape: [1, 1, 28, 28] } });
// @ts-expect-error another dtype
await model.run({ image: { data: pixels, shape: [1, 1, 28, 28], dtype: "float64" } });
// @ts-expect-error a dimension too few
await model.run({ image: { data: pixels, shape: [1, 28, 28] } });
// @ts-expect-error a size that is fixed
await model.run({ image: { data: pixels, shape: [1, 3, 28, 28] } });
// @ts-expect-error which shape is not fixed, so it must be said
await model.run({ image: { data: pixels } });
// @ts-expect-error the same
await model.run({ image: pixels });
// @ts-expect-error a misspelt input, by the address
await byUrl.run({ imgae: { data: pixels, shape: [1, 1, 28, 28] } });
// @ts-expect-error a misspelt output
logits.data = probabilities.dta;
// @ts-expect-error no such output
outputs.logit;

// Where shapes are fixed the bare array will do; names that are no identifiers; memory of any kind.
const mixed = await load<Mixed>("mixed.wasm");
const shared = new BigInt64Array(new SharedArrayBuffer(48));
const tensors: InputsOf<Mixed> = { "ids.0": shared, mask: { data: new Uint8Array(8), shape: [2, 4] }, scale: Float32Array.of(2), half: { data: new Uint16Array(4) } };
const given: OutputsOf<Mixed> = await mixed.run({ ...tensors, scale: { data: Float32Array.of(2), shape: [] } });
const parts: Float32Array = given["hidden.0"].data;
const first: bigint | undefined = given.ids.data[0];
// An output is an input of the next run.
const ids = await mixed.run({ ...tensors, mask: { data: new Uint8ClampedArray(8), shape: [2, 4] } });
// @ts-expect-error ids has no dimension, and the input two
await mixed.run({ ...tensors, "ids.0": ids.ids });
// @ts-expect-error whole numbers of 64 bits
await mixed.run({ ...tensors, "ids.0": new Int32Array(6) });
// @ts-expect-error another shape than the fixed one
await mixed.run({ ...tensors, "ids.0": { data: shared, shape: [3, 2] } });
// @ts-expect-error no dtype of sconce
const wrong: ModelTypes = { inputs: { x: { dtype: "float", shape: [1] } }, outputs: {} };

// Of the outputs alone, as ever, and of nothing.
const outputsAlone = await load<{ logits: Float32Array }>(digits);
Math.max(...(await outputsAlone.run({ anything: pixels })).logits.data);
const unknown = await load("digits.wasm");
const tensor = (await unknown.run({ image: { data: pixels } })).logits;
if (tensor?.dtype === "float32") Math.max(...tensor.data);
Math.max(...(await unknown.run<Digits>({ image: { data: pixels, shape: [1, 1, 28, 28] } })).logits.data);

// Methods beside the main one.
interface Stream extends Digits {
  readonly methods: {
    readonly reset_memory: { readonly inputs: {}; readonly outputs: {} };
    readonly seek: { readonly inputs: { readonly at: { readonly dtype: "int64"; readonly shape: readonly [] } }; readonly outputs: { readonly was: { readonly dtype: "float32"; readonly shape: readonly [3] } } };
  };
}
const stream = await load<Stream>("stream.wasm");
await stream.call("reset_memory");
await stream.call("reset_memory", {}, { seed: 1 });
Math.max(...(await stream.call("seek", { at: 3 })).was.data);
// @ts-expect-error no such method
await stream.call("rest_memory");
// @ts-expect-error an input is missing
await stream.call("seek");
// @ts-expect-error a misspelt output
(await stream.call("seek", { at: 3 })).wsa;
// @ts-expect-error it has no methods
await model.call("seek");
Math.max(...Object.keys((await unknown.call("seek", { at: 3 })).was?.data ?? {}).map(Number));
void [any, address, parts, first, wrong];
