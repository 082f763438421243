// Runs compiled models, and compares with what PyTorch gave.
import { load } from "../runtime/index.js";
import { check, finish, same, test } from "./harness.js";

const arrays = {
  float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array, int16: Int16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
};

function decode({ dtype, shape, data }) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return { shape, data: new arrays[dtype](bytes.buffer) };
}

function compare(actual, wanted, what) {
  same(actual.shape, wanted.shape, `shape of ${what}`);
  const isFloat = wanted.data instanceof Float32Array || wanted.data instanceof Float64Array;
  if (!isFloat) return same(actual.data, wanted.data, what);
  const scale = wanted.data.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0);
  wanted.data.forEach((value, i) => {
    const got = actual.data[i];
    const near = Object.is(got, value) || got === value || Math.abs(got - value) <= 1e-4 * scale + 1e-3 * Math.abs(value);
    check(near, `${what}[${i}]: expected ${value}, got ${got}`);
  });
}

const models = await (await fetch("../models/list.json")).json();
for (const { name, calls } of models) {
  test(`${name}: PyTorch's numbers`, async () => {
    for (const options of [{ threads: 1 }, { threads: 2 }, { threads: 2, relaxed: false }]) {
      const model = await load(`../models/${name}.wasm`, options);
      for (const [index, call] of calls.entries()) {
        const outputs = await model.run(Object.fromEntries(model.inputs.map((input, i) => [input.name, decode(call.inputs[i])])));
        same(model.outputs.length, call.outputs.length, "outputs");
        model.outputs.forEach((output, i) => compare(outputs[output.name], decode(call.outputs[i]), `${output.name} of call ${index} with ${JSON.stringify(options)}`));
      }
      model.dispose();
    }
  });
}

await finish();
