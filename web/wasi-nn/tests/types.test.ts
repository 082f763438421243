// Element types: each goes in and comes out to the bit, by today's numbers and by the older ones.
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { errno } from "../src/index.js";
import { type TestTensor, artifact, at, expectOutput, runOf, runsOf, withNN } from "./fixture.js";
import { EphemeralGuest, typeNumbers } from "./guest.js";

const invalid = errno["invalid-argument"];
const guest = <T>(run: (guest: EphemeralGuest) => T): Promise<T> => withNN({}, (nn) => run(new EphemeralGuest(nn)));

for (const relaxed of [true, false]) {
  test(`f16, f32, f64, u8, i8, i32, i64 and bool go in and out to the bit, relaxed SIMD ${relaxed ? "on" : "off"}`, () => withNN({ relaxed }, (nn) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(artifact("types")));
    for (const { inputs, outputs } of runsOf("types")) {
      g.run(context, inputs);
      // In the order of PyTorch's dictionary.
      outputs.forEach((right, index) => deepEqual([...g.read(context, index)], [...right.data], right.type));
    }
  }));
}

test("bool: any byte but 0 is true", () => guest((g) => {
  const context = g.context(g.load(artifact("types")));
  const { inputs } = runOf("types");
  g.run(context, inputs.map((tensor, index) => (index === 7 ? { ...tensor, data: Uint8Array.of(0, 1, 2, 128, 255) } : tensor)));
  deepEqual([...g.read(context, 7)], [1, 0, 0, 0, 0]);
}));

test("numbers from before March 2025: u8 is 2, i32 is 3", () => guest((g) => {
  const context = g.context(g.load(artifact("types")));
  const { inputs, outputs } = runOf("types");
  const older: Readonly<Record<string, number>> = { ...typeNumbers, U8: 2, I32: 3 };
  inputs.forEach((tensor, index) => equal(g.setInput(context, index, tensor, older[tensor.type ?? ""]), errno.success, tensor.type));
  equal(g.call("compute", context), errno.success);
  outputs.forEach((right, index) => deepEqual([...g.read(context, index)], [...right.data], right.type));
}));

test("a number that fits the bytes in neither way is refused, and one that WASI-NN does not have", () => guest((g) => {
  const context = g.context(g.load(artifact("types")));
  const { inputs } = runOf("types");
  const [half, single, double, byte, , integer, long] = inputs as [TestTensor, TestTensor, TestTensor, TestTensor, TestTensor, TestTensor, TestTensor];
  equal(g.setInput(context, 3, byte, 4), invalid);
  equal(g.setInput(context, 5, integer, 2), invalid);
  equal(g.setInput(context, 0, half, 1), invalid);
  equal(g.setInput(context, 1, single, 0), invalid);
  equal(g.setInput(context, 2, double, 5), invalid);
  equal(g.setInput(context, 6, long, 2), invalid);
  for (const number of [6, 7, 255]) equal(g.setInput(context, 1, single, number), invalid);
}));

test("garbage in the three bytes after the type", () => guest((g) => {
  const context = g.context(g.load(artifact("types")));
  const { inputs } = runOf("types");
  inputs.forEach((tensor, index) => equal(g.setInput(context, index, tensor, 0xa5c3e700 + (typeNumbers[tensor.type ?? ""] ?? 0)), errno.success));
}));

test("a structure, dimensions and data at odd addresses", () => guest((g) => {
  const { inputs, outputs } = runOf("pair");
  const context = g.context(g.load(artifact("pair")));
  inputs.forEach(({ dimensions, data }, index) => {
    // A byte too many at the front of each.
    const odd = (bytes: Uint8Array) => g.put(Uint8Array.of(0, ...bytes), 2) + 1;
    const list = odd(new Uint8Array(Uint32Array.from(dimensions).buffer));
    const bytes = odd(data);
    const structure = odd(new Uint8Array(Uint32Array.of(list, dimensions.length, 1, bytes, data.length).buffer));
    equal(list & bytes & structure & 1, 1);
    equal(g.call("set_input", context, index, structure), errno.success);
  });
  equal(g.call("compute", context), errno.success);
  const [buffer, written] = [g.take(26, 2) + 1, g.take(6, 2) + 1];
  equal(g.call("get_output", context, 1, buffer, 24, written), errno.success);
  equal(new DataView(g.memory.buffer).getUint32(written, true), 24);
  expectOutput(g.bytes(buffer, 24).slice(), at(outputs, 1));
}));

test("dimensions must be the model's, and the bytes theirs", () => guest((g) => {
  const { inputs: [left] } = runOf("pair");
  if (left === undefined) throw new Error("pair has an input");
  const context = g.context(g.load(artifact("pair")));
  for (const dimensions of [[], [6], [3, 2], [2, 3, 1], [1, 2, 3], [2, 4], [0, 3]]) {
    equal(g.setInput(context, 0, { ...left, dimensions }), invalid, `[${dimensions.join(", ")}]`);
  }
  equal(g.setInput(context, 0, { ...left, data: left.data.slice(1) }), invalid);
  equal(g.setInput(context, 0, { ...left, data: new Uint8Array(28) }), invalid);
  equal(g.setInput(context, 0, left), errno.success);
}));

test("a single value has the dimensions [1], or none", () => guest((g) => {
  const context = g.context(g.load(artifact("scaled")));
  runsOf("scaled").forEach(({ inputs, outputs }, run) => {
    g.run(context, inputs.map((tensor, index) => (index === 1 && run === 1 ? { ...tensor, dimensions: [] } : tensor)));
    outputs.forEach((right, index) => expectOutput(g.read(context, index), right));
  });
}));

test("types that the witx does not name: bf16 cannot be given, int16 is read as bytes", () => guest((g) => {
  const { inputs: [brain] } = runOf("brain");
  const context = g.context(g.load(artifact("brain")));
  for (let number = 0; number < 8; number++) equal(g.setInput(context, 0, { ...(brain as TestTensor) }, number), invalid);
  const short = g.context(g.load(artifact("short")));
  const { inputs, outputs } = runOf("short");
  g.run(short, inputs);
  expectOutput(g.read(short), at(outputs, 0));
}));
