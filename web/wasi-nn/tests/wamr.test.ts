// WAMR's test program against its module wasi_nn: five graphs over pictures that count up, and what the module's structures may hold.
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { errno } from "../src/index.js";
import { type GraphName, artifact, artifactUrl, at, expectOutput, floats, runOf, tensorOf, withNN } from "./fixture.js";
import { WamrGuest } from "./guest.js";

const fp32 = 1;
const [tensorflowLite, autodetect] = [4, 6];
const names = ["sum", "max", "average", "mult_dimension", "mult_outputs"] as const;
type Name = (typeof names)[number];

/** Sides of the pictures, and the answers: PyTorch's, and what WAMR's program expects. */
const expected: Readonly<Record<Name, { side: number; answers: number[] }>> = {
  sum: { side: 5, answers: [300] },
  max: { side: 5, answers: [24] },
  average: { side: 5, answers: [12] },
  mult_dimension: { side: 3, answers: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  mult_outputs: { side: 4, answers: [24, 28, 32, 36, 6, 7, 8, 9] },
};

function picture(side: number) {
  return tensorOf(Array.from({ length: side * side }, (_, i) => i), [1, 1, side, side]);
}

/** Runs a graph as that program does: outputs one after the other in one buffer, each told how many floats are left. */
function infer(g: WamrGuest, graph: number, side: number, outputs: number): number[] {
  const context = g.take(4);
  equal(g.call("init_execution_context", graph, context), errno.success);
  equal(g.call("set_input", g.u32(context), 0, g.tensor(picture(side), fp32)), errno.success);
  equal(g.call("compute", g.u32(context)), errno.success);
  const room = 200;
  const [buffer, size] = [g.take(4 * room), g.take(4)];
  let floatsRead = 0;
  for (let index = 0; index < outputs; index++) {
    new DataView(g.memory.buffer).setUint32(size, room - floatsRead, true);
    equal(g.call("get_output", g.u32(context), index, buffer + 4 * floatsRead, size), errno.success);
    floatsRead += g.u32(size);
  }
  return [...floats(g.bytes(buffer, 4 * floatsRead))];
}

for (const name of names) {
  const { side, answers } = expected[name];
  const run = runOf(name);

  test(`${name}, by name`, () => withNN({ graphs: { [`./models/${name}.tflite`]: artifactUrl(name) } }, (nn) => {
    const g = new WamrGuest(nn);
    const graph = g.take(4);
    equal(g.call("load_by_name", ...g.text(`./models/${name}.tflite`), graph), errno.success);
    deepEqual(infer(g, g.u32(graph), side, run.outputs.length), answers);
  }));

  test(`${name}, by its bytes`, () => withNN({}, (nn) => {
    const g = new WamrGuest(nn);
    const { errno: error, graph } = g.load(artifact(name), tensorflowLite);
    equal(error, errno.success);
    deepEqual(infer(g, graph, side, run.outputs.length), answers);
  }));

  test(`${name}: PyTorch says the same`, () => {
    deepEqual(run.outputs.flatMap(({ data }) => [...floats(data)]), answers);
    deepEqual(at(run.inputs, 0), picture(side));
  });
}

const guest = <T>(run: (guest: WamrGuest) => T): Promise<T> => withNN({}, (nn) => run(new WamrGuest(nn)));

function contextOf(g: WamrGuest, name: GraphName): number {
  const { graph } = g.load(artifact(name), autodetect);
  const context = g.take(4);
  equal(g.call("init_execution_context", graph, context), errno.success);
  return g.u32(context);
}

test("a buffer that is too small: the floats that are needed, and not one written", () => guest((g) => {
  const context = contextOf(g, "mult_dimension");
  equal(g.call("set_input", context, 0, g.tensor(picture(3), fp32)), errno.success);
  equal(g.call("compute", context), errno.success);
  for (const room of [0, 8]) {
    const { errno: error, size, buffer } = g.output(context, 0, room);
    equal(error, errno["too-large"]);
    equal(size, 9);
    deepEqual([...buffer], Array.from({ length: 4 * room }, () => 0));
  }
  const { errno: error, size } = g.output(context, 0, 9);
  deepEqual([error, size], [errno.success, 9]);
}));

test("a size that claims more than memory has: only what is written must be in it", () => guest((g) => {
  const context = contextOf(g, "sum");
  equal(g.call("set_input", context, 0, g.tensor(picture(5), fp32)), errno.success);
  equal(g.call("compute", context), errno.success);
  const last = g.memory.buffer.byteLength - 4;
  equal(g.call("get_output", context, 0, last, g.put32(0xffffffff)), errno.success);
  deepEqual([...floats(g.bytes(last, 4))], [300]);
  equal(g.call("get_output", context, 0, last + 1, g.put32(0xffffffff)), errno["invalid-argument"]);
}));

test("types: half, single, u8 and i32 by their older numbers, and no others", () => guest((g) => {
  const context = contextOf(g, "types");
  const numbers: Readonly<Record<string, number>> = { FP16: 0, FP32: 1, U8: 2, I32: 3 };
  const errors = runOf("types").inputs.map((tensor, index) => g.call("set_input", context, index, g.tensor(tensor, numbers[tensor.type ?? ""] ?? 4)));
  deepEqual(errors, [0, 0, errno["invalid-argument"], 0, 0, 0, errno["invalid-argument"], 0]);
  // What could not be given is missing.
  equal(g.call("compute", context), errno["invalid-argument"]);
}));

test("half a float counts as one", () => guest((g) => {
  const { inputs, outputs } = runOf("short");
  const context = contextOf(g, "short");
  equal(g.call("set_input", context, 0, g.tensor(at(inputs, 0), 3)), errno.success);
  equal(g.call("compute", context), errno.success);
  // Five numbers of two bytes.
  equal(g.output(context, 0, 2).errno, errno["too-large"]);
  const { errno: error, size, buffer } = g.output(context, 0, 3);
  deepEqual([error, size], [errno.success, 3]);
  expectOutput(buffer.slice(0, 10), at(outputs, 0));
}));

test("its numbers of encodings: ggml before autodetect", () => guest((g) => {
  const bytes = Uint8Array.of(1, 2, 3, 4);
  equal(g.load(bytes, 5).errno, errno["invalid-encoding"]);
  equal(g.load(bytes, 6).errno, errno["invalid-argument"]);
  equal(g.load(bytes, 7).errno, errno["invalid-encoding"]);
}));

test("structures out of memory", () => guest((g) => {
  const outside = 40 * 65536;
  const context = contextOf(g, "sum");
  const { dimensions, data } = picture(5);
  const list = g.put32(g.put32(...dimensions), 4);
  const invalid = errno["invalid-argument"];
  equal(g.call("load", outside, autodetect, 0, g.take(4)), invalid);
  equal(g.call("load", g.put32(outside, 1), autodetect, 0, g.take(4)), invalid);
  equal(g.call("set_input", context, 0, outside), invalid);
  equal(g.call("set_input", context, 0, g.put32(outside, fp32, g.put(data))), invalid);
  equal(g.call("set_input", context, 0, g.put32(g.put32(outside, 4), fp32, g.put(data))), invalid);
  equal(g.call("set_input", context, 0, g.put32(list, fp32, outside)), invalid);
  equal(g.call("set_input", context, 0, g.put32(g.put32(g.put32(65535, 65535, 65535, 65535), 4), fp32, g.put(data))), invalid);
  equal(g.call("get_output", context, 0, g.take(4), outside), invalid);
}));

test("both modules speak of the same graphs and contexts", () => withNN({}, (nn) => {
  const g = new WamrGuest(nn);
  const context = contextOf(g, "sum");
  equal(g.call("set_input", context, 0, g.tensor(picture(5), fp32)), errno.success);
  equal(nn.imports.wasi_ephemeral_nn["compute"]?.(context), errno.success);
  deepEqual([...floats(g.output(context, 0, 1).buffer)], [300]);
}));
