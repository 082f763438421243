// What Wasmtime's test programs do, nn_witx_* and nn_wit_*: they classify a picture, by a model's bytes and by its name, and sort the classes.
import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type GraphEncoding, WitError, errno } from "../src/index.js";
import { type TestTensor, artifact, artifactUrl, at, expectOutput, floats, runOf, runsOf, source, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const { inputs, outputs } = runOf("classifier");
const picture = at(inputs, 0);
const answer = at(outputs, 0);

/** The classes, the likeliest first. */
function sorted(probabilities: Float32Array): number[] {
  return [...probabilities.keys()].sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
}

const expectedClasses = sorted(floats(answer.data));
const graphs = { fixtures: artifactUrl("classifier"), mobilenet: artifactUrl("classifier") };
/** In Wasmtime each has a backend of its own; what the graphs are here, the files say. */
const encodings: readonly GraphEncoding[] = ["openvino", "onnx", "pytorch"];

/** As the programs of the witx call: a buffer for 1001 floats, of which the model fills fewer. */
function classifyWitx(g: EphemeralGuest, graph: number): Float32Array {
  const context = g.context(graph);
  equal(g.setInput(context, 0, picture), errno.success);
  equal(g.call("compute", context), errno.success);
  const { errno: error, size, buffer } = g.output(context, 0, 1001 * 4);
  equal(error, errno.success);
  return floats(buffer.slice(0, size));
}

for (const encoding of encodings) {
  test(`nn_witx: a classifier by its bytes, called ${encoding}`, () => withNN({}, (nn) => {
    const g = new EphemeralGuest(nn);
    deepEqual(sorted(classifyWitx(g, g.load(artifact("classifier"), ["openvino", "onnx", "tensorflow", "pytorch"].indexOf(encoding)))), expectedClasses);
  }));

  test(`nn_wit: a classifier by its bytes, called ${encoding}`, () => withNN({}, async ({ component }) => {
    const graph = await component.graph.load([artifact("classifier")], encoding, "cpu");
    const context = graph.initExecutionContext();
    const results = await context.compute([["input", new component.tensor.Tensor(picture.dimensions, "FP32", picture.data)]]);
    const [name, tensor] = at(results ?? [], 0);
    deepEqual([name, tensor.ty(), [...tensor.dimensions()]], ["output", "FP32", [1, 10]]);
    expectOutput(tensor.data(), answer);
    deepEqual(sorted(floats(tensor.data())), expectedClasses);
  }));
}

for (const name of Object.keys(graphs)) {
  test(`nn_witx: a classifier by the name ${name}`, () => withNN({ graphs }, (nn) => {
    const g = new EphemeralGuest(nn);
    deepEqual(sorted(classifyWitx(g, g.loadByName(name))), expectedClasses);
  }));

  test(`nn_wit: a classifier by the name ${name}`, () => withNN({ graphs }, async ({ component }) => {
    const context = (await component.graph.loadByName(name)).initExecutionContext();
    const results = await context.compute([["input", new component.tensor.Tensor(picture.dimensions, "FP32", picture.data)]]);
    deepEqual(sorted(floats(at(results ?? [], 0)[1].data())), expectedClasses);
  }));
}

test("nn_wit: OpenVINO's two parts are no graph of ours", () => withNN({}, ({ component }) => {
  throws(() => component.graph.load([new Uint8Array(4), new Uint8Array(4)], "openvino", "cpu"), (error) => error instanceof WitError && error.code() === "invalid-argument");
}));

test("nn_wit: PyTorch's own file, compiled when it comes", () => withNN({ compile: () => artifact("classifier") }, async ({ component }) => {
  const context = (await component.graph.load([source("classifier")], "pytorch", "cpu")).initExecutionContext();
  const results = await context.compute([["picture", new component.tensor.Tensor(picture.dimensions, "FP32", picture.data)]]);
  expectOutput(at(results ?? [], 0)[1].data(), answer);
}));

test("wit: every type goes in and comes out to the bit, bf16 too", () => withNN({}, async ({ component }) => {
  for (const name of ["types", "brain"] as const) {
    const context = (await component.graph.load([artifact(name)], "autodetect", "cpu")).initExecutionContext();
    for (const run of runsOf(name)) {
      const tensors = run.inputs.map(({ dimensions, type, data }) => new component.tensor.Tensor(dimensions, type ?? "U8", data));
      const results = (await context.compute(tensors.map((tensor, index) => [String(index), tensor]))) ?? [];
      run.outputs.forEach((right, index) => {
        const [, tensor] = at(results, index);
        deepEqual([tensor.ty(), [...tensor.dimensions()], [...tensor.data()]], [right.type, right.dimensions, [...right.data]]);
      });
    }
  }
}));

test("wit: an output for which it has no type", () => withNN({}, async ({ component }) => {
  const { inputs: [integer] } = runOf("short");
  const context = (await component.graph.load([artifact("short")], "autodetect", "cpu")).initExecutionContext();
  const { dimensions, data } = integer as TestTensor;
  throws(() => context.compute([["integer", new component.tensor.Tensor(dimensions, "I32", data)]]), (error) => error instanceof WitError && error.code() === "unsupported-operation");
}));

test("wit: names of inputs and outputs, PyTorch's own, by number, and by position", () => withNN({}, async ({ component }) => {
  const run = runOf("pair");
  const [left, right] = run.inputs.map(({ dimensions, data }) => new component.tensor.Tensor(dimensions, "FP32", data));
  if (left === undefined || right === undefined) throw new Error("pair has two inputs");
  const context = (await component.graph.load([artifact("pair")], "autodetect", "gpu")).initExecutionContext();
  for (const list of [[["left", left], ["right", right]], [["right", right], ["left", left]], [["1", right], ["0", left]], [["a", left], ["b", right]]] as const) {
    const results = (await context.compute(list.map(([name, tensor]) => [name, tensor]))) ?? [];
    deepEqual(results.map(([name]) => name), ["difference", "product"]);
    results.forEach(([, tensor], index) => expectOutput(tensor.data(), at(run.outputs, index)));
  }
  // As guests until 2024-08-19 do.
  context.setInput("left", left);
  context.setInput("1", right);
  await context.compute();
  expectOutput(context.getOutput("product").data(), at(run.outputs, 1));
  expectOutput(context.getOutput("0").data(), at(run.outputs, 0));
  for (const wrong of [() => context.getOutput("output"), () => context.setInput("input", left), () => context.setInput("2", left), () => context.setInput("left", right)]) {
    throws(wrong, (error) => error instanceof WitError && error.code() === "invalid-argument");
  }
}));

test("wit: a tensor that was given back is the guest's own", () => withNN({}, async ({ component }) => {
  const [first, second] = runsOf("classifier");
  const context = (await component.graph.load([artifact("classifier")], "autodetect", "cpu")).initExecutionContext();
  const classify = async (tensor: TestTensor) => at((await context.compute([["input", new component.tensor.Tensor(tensor.dimensions, "FP32", tensor.data)]])) ?? [], 0)[1];
  if (first === undefined || second === undefined) throw new Error("classifier has two runs");
  const one = await classify(at(first.inputs, 0));
  expectOutput((await classify(at(second.inputs, 0))).data(), at(second.outputs, 0));
  expectOutput(one.data(), at(first.outputs, 0));
}));

test("wit: names that are unknown, and what no backend reads", () => withNN({}, ({ component }) => {
  const codeOf = (call: () => unknown) => {
    try {
      call();
    } catch (error) {
      return error instanceof WitError ? error.code() : error;
    }
    return undefined;
  };
  equal(codeOf(() => component.graph.loadByName("nobody")), "not-found");
  equal(codeOf(() => component.graph.load([Uint8Array.of(1, 2, 3, 4)], "onnx", "cpu")), "invalid-encoding");
  equal(codeOf(() => component.graph.load([Uint8Array.of(1, 2, 3, 4)], "pytorch", "cpu")), "invalid-argument");
  equal(codeOf(() => component.graph.load([], "pytorch", "cpu")), "invalid-argument");
}));
