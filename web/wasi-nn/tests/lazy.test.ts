// TorchScript, which says nothing of its inputs: compiled when a context first computes, once for inputs alike.
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { errno, type InputLike, WitError } from "../src/index.js";
import { openCatalogue } from "../src/graphs/catalogue.js";
import { LocalStore } from "../src/graphs/local-store.js";
import { isTorchScript } from "../src/graphs/file-kind.js";
import { compileWith } from "../src/node.js";
import { at, expectOutput, runsOf, script, source, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const sconce = compileWith(fileURLToPath(new URL("../../../../sconce", import.meta.url)), { timeout: 600_000 });
const runs = runsOf("scripted");

/** The compiler, and what it was asked for. */
function counted(): { compile: typeof sconce; asked: InputLike[][] } {
  const asked: InputLike[][] = [];
  return { asked, compile: (model, inputs = []) => (asked.push([...inputs]), sconce(model, inputs)) };
}

test("what is TorchScript, by what a zip holds", () => {
  equal(isTorchScript(script("scripted")), true);
  equal(isTorchScript(source("classifier")), false);
  for (const length of [0, 4, 21, 22, 1000]) equal(isTorchScript(script("scripted").subarray(0, length)), false);
  equal(isTorchScript(new Uint8Array(200_000)), false);
});

test("compiles for the inputs of the first computation, and once for each shape", async () => {
  const { compile, asked } = counted();
  await withNN({ compile }, (nn) => {
    const g = new EphemeralGuest(nn);
    const graph = g.load(script("scripted"), 3);
    equal(asked.length, 0);
    const [context, other] = [g.context(graph), g.context(graph)];
    for (const of of [context, other]) {
      for (const { inputs, outputs } of runs) {
        g.run(of, inputs);
        outputs.forEach((right, index) => expectOutput(g.read(of, index), right));
      }
    }
    // Computed again, what is set stays.
    equal(g.call("compute", context), 0);
    expectOutput(g.read(context, 1), at(at(runs, 2).outputs, 1));
  });
  deepEqual(asked, [[{ dtype: "float32", shape: [2, 5] }, { dtype: "int64", shape: [3] }], [{ dtype: "float32", shape: [7, 5] }, { dtype: "int64", shape: [1] }]]);
});

test("tells what is wrong when it computes", async () => {
  const messages: string[] = [];
  await withNN({ compile: sconce, onError: (error) => messages.push(error.message) }, (nn) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(script("scripted"), 5));
    const [a, ids] = at(runs, 0).inputs;
    equal(g.call("compute", context), errno["invalid-argument"]);
    g.setInput(context, 1, ids!);
    equal(g.call("compute", context), errno["invalid-argument"]);
    match(at(messages, 1), /input 0 was not set/);
    g.setInput(context, 0, { ...a!, dimensions: [10], data: a!.data });
    equal(g.call("compute", context), errno["invalid-argument"]);
    match(at(messages, 2), /the model does not compile: .*\n/);
    equal(g.call("get_output", context, 0, g.take(4), 4, g.take(4)), errno["invalid-argument"]);
    g.setInput(context, 0, a!);
    equal(g.call("compute", context), 0);
    expectOutput(g.read(context, 0), at(at(runs, 0).outputs, 0));
  });
});

test("keeps state, and refuses to lose it for other shapes", async () => {
  const states = runsOf("scripted-state");
  const messages: string[] = [];
  await withNN({ compile: sconce, onError: (error) => messages.push(error.message) }, (nn) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(script("scripted-state"), 3));
    for (const { inputs, outputs } of states.slice(0, 2)) {
      g.run(context, inputs);
      expectOutput(g.read(context), at(outputs, 0));
    }
    g.setInput(context, 0, at(at(states, 2).inputs, 0));
    equal(g.call("compute", context), errno["unsupported-operation"]);
    match(at(messages, 0), /keeps state from one computation to the next/);
  });
});

test("components: by place, by the model's names, and by names that are nobody's", () => withNN({ compile: sconce }, async ({ component }) => {
  const graph = await component.graph.load([script("scripted")], "pytorch", "cpu");
  const { inputs: [a, ids], outputs } = at(runs, 0);
  const tensor = ({ dimensions, type, data }: NonNullable<typeof a>) => new component.tensor.Tensor(dimensions, type ?? "U8", data);
  for (const names of [["0", "1"], ["1", "0"], ["a", "ids"], ["first", "second"]]) {
    const context = graph.initExecutionContext();
    const inOrder = names[0] === "1" ? [ids, a] : [a, ids];
    const results = (await context.compute(names.map((name, i) => [name, tensor(inOrder[i]!)]))) ?? [];
    deepEqual(results.map(([name]) => name), ["output.0", "output.1"]);
    outputs.forEach((right, index) => expectOutput(at(results, index)[1].data(), right));
    context.setInput("a", tensor(a!));
    context.compute();
    expectOutput(context.getOutput("output.1").data(), at(outputs, 1));
  }
  const context = graph.initExecutionContext();
  throws(() => context.setInput("0", new component.tensor.Tensor([3], "FP32", new Uint8Array(4))), (error) => error instanceof WitError && error.code() === "invalid-argument");
}));

test("where a promise of the compiler can be waited for", async () => {
  const store = await LocalStore.start({ catalogue: await openCatalogue({}, undefined), threads: 1, mayWait: true, compile: async (model, inputs) => sconce(model, inputs) });
  const context = (await store.load([script("scripted")], "pytorch")).createContext();
  at(runs, 0).inputs.forEach((input, index) => context.setInput(index, { ...input, type: input.type ?? "U8" }));
  await context.compute();
  expectOutput(context.output(0).data.slice(), at(at(runs, 0).outputs, 0));
  equal(context.graph.inputs.length, 2);
  store.dispose();
});
