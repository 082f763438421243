// Methods beside the main one: other inputs, over the same state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph } from "../src/core.js";
import { type LoadOptions, type Model, load } from "../src/index.js";
import { expected, makeArtifact, start } from "./fixture.js";

const file = makeArtifact({ manifest: { methods: [start] } });

function rows(count: number): { x: Float32Array; mask: Uint8Array; tensors: Parameters<Model["run"]>[0] } {
  const [x, mask] = [new Float32Array(count * 4).fill(2), new Uint8Array(count).fill(1)];
  return { x, mask, tensors: { x: { data: x, shape: [count, 4] }, mask: { data: mask, shape: [count] } } };
}

const ways: readonly LoadOptions[] = [{ threads: 1 }, { threads: 3 }, { threads: 1, worker: false }, { threads: 2, relaxed: false }];

for (const options of ways) {
  test(`share their state with the main one: ${JSON.stringify(options)}`, async () => {
    using model = await load(file, options);
    assert.deepEqual(model.methods, { start: { inputs: [{ name: "from", dtype: "int64", shape: [] }], outputs: [{ name: "was", dtype: "int64", shape: [] }] } });
    // The first of all calls: there is no plan of the main one yet.
    assert.deepEqual(await model.call("start", { from: 7 }), { was: { dtype: "int64", shape: [], data: BigInt64Array.of(0n) } });
    let count = 7n;
    for (const size of [3, 3, 5000, 1]) {
      const { x, mask, tensors } = rows(size);
      const outputs = await model.run(tensors);
      assert.deepEqual(outputs.y?.data, expected(x, mask));
      assert.deepEqual(outputs.count?.data, BigInt64Array.of(++count));
      assert.deepEqual((await model.call("start", { from: count + 10n })).was?.data, BigInt64Array.of(count));
      count += 10n;
    }
    await model.reset();
    assert.deepEqual((await model.call("start", { from: 0 })).was?.data, BigInt64Array.of(0n));
  });
}

test("are checked as runs are", async () => {
  using model = await load(file, { threads: 1 });
  const said = (call: Promise<unknown>) => call.then(() => "nothing", ({ message }: Error) => message);
  assert.equal(await said(model.call("starts", { from: 1 })), "the model has no method \"starts\" (did you mean \"start\"?): start");
  assert.equal(await said(model.call("start")), "an input is missing: \"from\" int64 []");
  assert.match(await said(model.call("start", { x: 1 })), /the model has no input "x"/);
  assert.match(await said(model.call("start", { from: 1 }, { sede: 1 } as object)), /^call has no option sede/);
  assert.deepEqual((await model.call("start", { from: 1 })).was?.data, BigInt64Array.of(0n));
  using without = await load(makeArtifact(), { threads: 1 });
  assert.equal(await said(without.call("start")), "the model has no method \"start\": it was compiled without --method");
});

test("are looked at before they are believed", async () => {
  const failure = (methods: Parameters<typeof makeArtifact>[0] & object) =>
    Graph.load(new Blob([makeArtifact(methods)]).stream() as unknown as AsyncIterable<Uint8Array>).then(() => "nothing", ({ message }: Error) => message);
  assert.match(await failure({ manifest: { methods: [start, start] } }), /two of its methods have one name/);
  assert.match(await failure({ manifest: { methods: [{ ...start, context: { ...start.context, header: 4096 } }] } }), /context.header should be an integer from 96 to 96, but is 4096/);
  assert.match(await failure({ manifest: { methods: [{ ...start, context: { ...start.context, inputs: 96 } }] } }), /context.inputs should be an integer from 64 to 92/);
  assert.match(await failure({ manifest: { methods: [{ ...start, inputs: "from" }] } }), /methods\[0\].inputs should be a list/);
  assert.equal(await failure({ manifest: { methods: [{ ...start, name: "stop" }] } }), "the file is damaged: plan:stop is missing");
});

test("may run in an execution context", async () => {
  const graph = await Graph.load(new Blob([file]).stream() as unknown as AsyncIterable<Uint8Array>);
  const context = graph.createContext();
  context.run(rows(3).tensors);
  context.bind({ from: 5n }, undefined, "start");
  context.compute();
  assert.deepEqual(context.outputs().was?.data, BigInt64Array.of(1n));
  assert.equal(context.manifest.inputs[0]?.name, "from");
  assert.deepEqual(context.run(rows(2).tensors).count?.data, BigInt64Array.of(6n));
});
