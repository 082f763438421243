// What WasmEdge's own tests of its PyTorch backend ask of the host calls, one test for each case, with graphs of ours.
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { errno } from "../src/index.js";
import { artifact, at, expectOutput, runOf, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const file = artifact("classifier");
const { inputs, outputs } = runOf("classifier");
const picture = at(inputs, 0);
const [pytorch, cpu, fp32] = [3, 0, 1];
const invalid = errno["invalid-argument"];
/** Beyond the 32 pages of a guest. */
const outside = 40 * 65536;

const guest = <T>(run: (guest: EphemeralGuest) => T): Promise<T> => withNN({}, (nn) => run(new EphemeralGuest(nn)));

test("load: a file that says nothing", () => guest((g) => {
  equal(g.call("load", g.builders(new Uint8Array(0)), 1, pytorch, cpu, g.take(4)), invalid);
  equal(g.call("load", g.builders(new Uint8Array(64)), 1, pytorch, cpu, g.take(4)), invalid);
}));

test("load: the graph's number would go out of memory", () => guest((g) => {
  equal(g.call("load", g.builders(file), 1, pytorch, cpu, outside), invalid);
}));

test("load: the list of builders is out of memory", () => guest((g) => {
  equal(g.call("load", outside, 1, pytorch, cpu, g.take(4)), invalid);
}));

test("load: a builder's bytes are out of memory", () => guest((g) => {
  equal(g.call("load", g.put32(outside, file.length), 1, pytorch, cpu, g.take(4)), invalid);
}));

test("load: two builders where a model is one", () => guest((g) => {
  equal(g.call("load", g.builders(file, file), 2, pytorch, cpu, g.take(4)), invalid);
  equal(g.call("load", g.builders(), 0, pytorch, cpu, g.take(4)), invalid);
}));

test("load: a target that is none", () => guest((g) => {
  // WasmEdge's own fourth, which chooses.
  equal(g.call("load", g.builders(file), 1, pytorch, 3, g.take(4)), invalid);
}));

test("load: a model, and a second one; they count from 0", () => guest((g) => {
  const [builders, graph] = [g.builders(file), g.put32(77)];
  equal(g.call("load", builders, 1, pytorch, cpu, graph), errno.success);
  equal(g.u32(graph), 0);
  equal(g.call("load", builders, 1, pytorch, cpu, graph), errno.success);
  equal(g.u32(graph), 1);
}));

test("init_execution_context: a graph that is not there", () => guest((g) => {
  g.load(file);
  g.load(file);
  const context = g.put32(77);
  equal(g.call("init_execution_context", 2, context), invalid);
  equal(g.u32(context), 77);
}));

test("init_execution_context: the context's number would go out of memory", () => guest((g) => {
  equal(g.call("init_execution_context", g.load(file), outside), invalid);
}));

test("init_execution_context: a context, and a second one of another graph", () => guest((g) => {
  const [first, second] = [g.load(file), g.load(file)];
  deepEqual([g.context(first), g.context(second)], [0, 1]);
}));

test("set_input: a context that is not there", () => guest((g) => {
  g.context(g.load(file));
  equal(g.call("set_input", 3, 0, g.tensor(picture, fp32)), invalid);
}));

test("set_input: another type than the model's", () => guest((g) => {
  const context = g.context(g.load(file));
  equal(g.call("set_input", context, 0, g.tensor(picture, 2)), invalid);
  // As many bytes, of integers.
  equal(g.call("set_input", context, 0, g.tensor(picture, 4)), invalid);
}));

test("set_input: a tensor, its dimensions or its data are out of memory", () => guest((g) => {
  const context = g.context(g.load(file));
  const [dimensions, data] = [g.put32(...picture.dimensions), g.put(picture.data)];
  equal(g.call("set_input", context, 0, outside), invalid);
  equal(g.call("set_input", context, 0, g.put32(outside, 4, fp32, data, picture.data.length)), invalid);
  equal(g.call("set_input", context, 0, g.put32(dimensions, 4, fp32, outside, picture.data.length)), invalid);
}));

test("set_input: an input that the model does not have", () => guest((g) => {
  equal(g.call("set_input", g.context(g.load(file)), 1, g.tensor(picture, fp32)), invalid);
}));

test("set_input: a tensor", () => guest((g) => {
  equal(g.call("set_input", g.context(g.load(file)), 0, g.tensor(picture, fp32)), errno.success);
}));

test("compute: a context that is not there", () => guest((g) => {
  g.context(g.load(file));
  equal(g.call("compute", 3), invalid);
}));

test("compute: a context without inputs", () => guest((g) => {
  equal(g.call("compute", g.context(g.load(file))), invalid);
}));

test("compute: a context with its inputs", () => guest((g) => {
  const context = g.context(g.load(file));
  equal(g.setInput(context, 0, picture), errno.success);
  equal(g.call("compute", context), errno.success);
}));

/** A context that has computed. */
function computed(g: EphemeralGuest): number {
  const context = g.context(g.load(file));
  g.run(context, inputs);
  return context;
}

test("get_output: the size would go out of memory", () => guest((g) => {
  equal(g.call("get_output", computed(g), 0, g.take(4096), 4096, outside), invalid);
}));

test("get_output: the buffer is out of memory", () => guest((g) => {
  equal(g.call("get_output", computed(g), 0, outside, 4096, g.take(4)), invalid);
}));

test("get_output: an output that the model does not have", () => guest((g) => {
  equal(g.output(computed(g), 10).errno, invalid);
}));

test("get_output: before anything was computed", () => guest((g) => {
  equal(g.output(g.context(g.load(file)), 0).errno, invalid);
}));

test("get_output: PyTorch's answer", () => guest((g) => {
  const { errno: error, size, buffer } = g.output(computed(g), 0);
  equal(error, errno.success);
  equal(size, 40);
  expectOutput(buffer.slice(0, size), at(outputs, 0));
}));

for (const call of ["unload", "finalize_execution_context", "compute", "compute_single", "fini_single"]) {
  test(`${call}: a number that nobody was given`, () => guest((g) => equal(g.call(call, 9999), invalid)));
}

test("load_by_name: a name that goes beyond memory", () => guest((g) => {
  const end = g.memory.buffer.byteLength;
  equal(g.call("load_by_name", end - 36, 64, 0), invalid);
  equal(g.call("load_by_name", 0xffffffff, 0, 0), invalid);
}));

test("load_by_name_with_config: a name or configuration that goes beyond memory", () => guest((g) => {
  const end = g.memory.buffer.byteLength;
  equal(g.call("load_by_name_with_config", end - 36, 64, 0, 8, 0), invalid);
  equal(g.call("load_by_name_with_config", 0, 8, end - 36, 64, 0), invalid);
  equal(g.call("load_by_name_with_config", 0xffffffff, 0, 0, 0, 0), invalid);
  equal(g.call("load_by_name_with_config", 0, 0, 0xffffffff, 0, 0), invalid);
}));

test("load_by_name: a name that the host does not know", () => guest((g) => {
  equal(g.call("load_by_name", ...g.text("nobody"), g.take(4)), errno["not-found"]);
}));

test("load: encodings without a backend, and one that is none", () => guest((g) => {
  const onnx = g.builders(new TextEncoder().encode("no artifact and no zip"));
  for (const encoding of [0, 1, 2, 4, 6, 7, 0xffffffff]) {
    equal(g.call("load", onnx, 1, encoding, cpu, g.take(4)), errno["invalid-encoding"], `encoding ${encoding}`);
  }
}));
