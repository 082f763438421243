// Graphs whose shapes the guest chooses, and the memory that graphs and contexts take.
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { errno } from "../src/index.js";
import { openCatalogue } from "../src/graphs/catalogue.js";
import { LocalStore } from "../src/graphs/local-store.js";
import { type TestTensor, artifact, artifactUrl, at, expectOutput, floats, runsOf, tensorOf, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const invalid = errno["invalid-argument"];
const runs = runsOf("table");

/** Pictures of digits, so many: noise that is the same each time. */
function noise(count: number, seed = 1): TestTensor {
  let state = seed;
  const numbers = Array.from({ length: count * 784 }, () => (state = (state * 48271) % 2147483647) / 2147483647);
  return tensorOf(numbers, [count, 1, 28, 28]);
}

for (const threads of [1, 2]) {
  const how = `, with ${threads} thread${threads > 1 ? "s" : ""}`;

  test(`shapes change from run to run${how}`, () => withNN({ threads }, (nn) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(artifact("table")));
    for (const { inputs, outputs } of [...runs, ...runs]) {
      g.run(context, inputs);
      outputs.forEach((right, index) => expectOutput(g.read(context, index), right, `${right.dimensions.join("x")}`));
    }
  }));

  test(`several contexts of different shapes, in turns${how}`, () => withNN({ threads }, (nn) => {
    const g = new EphemeralGuest(nn, { pages: 64 });
    const graph = g.load(artifact("table"));
    const contexts = runs.map(() => g.context(graph));
    // Each grows while the next one stands behind it, so they move.
    for (let turn = 0; turn < runs.length; turn++) {
      const shifted = (i: number) => at(runs, (i + turn) % runs.length);
      contexts.forEach((context, i) => shifted(i).inputs.forEach((tensor, index) => equal(g.setInput(context, index, tensor), errno.success)));
      for (const context of contexts) equal(g.call("compute", context), errno.success);
      contexts.forEach((context, i) => shifted(i).outputs.forEach((right, index) => expectOutput(g.read(context, index), right)));
    }
  }));

  test(`outputs have the sizes that each run finds${how}`, () => withNN({ threads }, (nn) => {
    const g = new EphemeralGuest(nn, { pages: 64 });
    const graph = g.load(artifact("found"));
    const found = runsOf("found");
    const contexts = found.map(() => g.context(graph));
    // Each asks for more memory while others stand behind it.
    for (let turn = 0; turn < found.length; turn++) {
      contexts.forEach((context, i) => g.run(context, at(found, (i + turn) % found.length).inputs));
      contexts.forEach((context, i) => at(found, (i + turn) % found.length).outputs.forEach((right, index) => {
        const { size, errno: status } = g.output(context, index, 32768);
        deepEqual([status, size], [errno.success, right.data.length]);
        expectOutput(g.read(context, index), right);
      }));
    }
  }));

  test(`an integer decides sizes${how}`, () => withNN({ threads }, (nn) => {
    const g = new EphemeralGuest(nn, { pages: 64 });
    const context = g.context(g.load(artifact("counted")));
    for (const { inputs, outputs } of runsOf("counted")) {
      g.run(context, inputs);
      outputs.forEach((right, index) => expectOutput(g.read(context, index), right));
    }
    // One that the model's guards refuse.
    equal(g.setInput(context, 1, { ...at(at(runsOf("counted"), 0).inputs, 1), data: new Uint8Array(BigInt64Array.of(1n).buffer) }), errno.success);
    equal(g.call("compute", context), invalid);
  }));

  test(`what a run finds is more than memory holds: 7, and the next run goes on${how}`, () => withNN({ threads, memory: 4 * 65536 }, (nn) => {
    const g = new EphemeralGuest(nn);
    const context = g.context(g.load(artifact("found")));
    const { inputs, outputs } = at(runsOf("found"), 0);
    g.run(context, inputs);
    const counts = { ...at(inputs, 1), data: new Uint8Array(BigInt64Array.of(2n, 0n, 2_000_000n, 0n, 1n).buffer) };
    equal(g.setInput(context, 1, counts), errno.success);
    equal(g.call("compute", context), errno["too-large"]);
    equal(g.output(context, 0).errno, invalid);
    g.run(context, inputs);
    outputs.forEach((right, index) => expectOutput(g.read(context, index), right));
  }));

  test(`what a batch gives is what its pictures give alone${how}`, () => withNN({ threads, relaxed: false }, (nn) => {
    const g = new EphemeralGuest(nn, { pages: 64 });
    const graph = g.load(artifact("digits"));
    const [one, many] = [g.context(graph), g.context(graph)];
    const pictures = noise(9);
    g.run(many, [pictures]);
    const answers = floats(g.read(many));
    for (const index of [0, 4, 8]) {
      g.run(one, [{ dimensions: [1, 1, 28, 28], type: "FP32", data: pictures.data.slice(index * 3136, (index + 1) * 3136) }]);
      expectOutput(g.read(one), tensorOf(answers.slice(10 * index, 10 * index + 10)));
    }
  }));

  test(`a context that memory does not suffice for: 7, and all go on${how}`, () => withNN({ threads, memory: 48 * 65536 }, (nn) => {
    const g = new EphemeralGuest(nn, { pages: 128 });
    const graph = g.load(artifact("digits"));
    const [first, second] = [g.context(graph), g.context(graph)];
    g.run(first, [noise(1)]);
    g.run(second, [noise(1, 2)]);
    const [before, other] = [g.read(first), g.read(second)];
    for (const context of [first, second, first]) {
      equal(g.setInput(context, 0, noise(64)), errno.success);
      equal(g.call("compute", context), errno["too-large"]);
      equal(g.output(context, 0).errno, invalid);
    }
    // A further one comes to a place of its own, not to theirs.
    const third = g.context(graph);
    g.run(first, [noise(1)]);
    g.run(second, [noise(1, 2)]);
    g.run(third, [noise(1, 3)]);
    deepEqual(g.read(first), before);
    deepEqual(g.read(second), other);
    equal(g.call("compute", first), errno.success);
    deepEqual(g.read(first), before);
  }));

  test(`contexts that memory does not suffice for leave nothing behind${how}`, () => withNN({ threads, memory: 2 * 65536 }, (nn) => {
    const g = new EphemeralGuest(nn);
    const graph = g.load(artifact("classifier"));
    const place = g.take(4);
    let opened = 0;
    while (g.call("init_execution_context", graph, place) === errno.success) opened++;
    ok(opened > 2 && opened < 1024, `${opened} contexts`);
    for (let i = 0; i < 3000; i++) equal(g.call("init_execution_context", graph, place), errno["too-large"]);
    // One goes, one comes: 3000 failures took no place.
    equal(g.call("finalize_execution_context", 0), errno.success);
    equal(g.call("init_execution_context", graph, place), errno.success);
    equal(g.call("init_execution_context", graph, place), errno["too-large"]);
  }));
}

const guest = <T>(run: (guest: EphemeralGuest) => T): Promise<T> => withNN({}, (nn) => run(new EphemeralGuest(nn)));

test("sizes that do not agree: compute says so, and the next inputs are good", () => guest((g) => {
  const context = g.context(g.load(artifact("table")));
  const [three, seven] = runs as [(typeof runs)[number], (typeof runs)[number]];
  g.run(context, three.inputs);
  equal(g.setInput(context, 0, at(seven.inputs, 0)), errno.success);
  // The outputs of the last computation are there until the next one.
  expectOutput(g.read(context), at(three.outputs, 0));
  equal(g.call("compute", context), invalid);
  equal(g.output(context, 0).errno, invalid);
  equal(g.setInput(context, 1, at(seven.inputs, 1)), errno.success);
  equal(g.call("compute", context), errno.success);
  seven.outputs.forEach((right, index) => expectOutput(g.read(context, index), right));
}));

test("sizes beyond what the model was exported for", () => guest((g) => {
  const context = g.context(g.load(artifact("table")));
  // None at all is a size that PyTorch's own program takes.
  for (const [count, answer] of [[0, errno.success], [4097, invalid]] as const) {
    equal(g.setInput(context, 0, tensorOf(new Float32Array(4 * count), [count, 4])), errno.success);
    equal(g.setInput(context, 1, tensorOf(new Float32Array(count), [count])), errno.success);
    equal(g.call("compute", context), answer, `${count} rows`);
  }
  g.run(context, at(runs, 0).inputs);
  expectOutput(g.read(context), at(at(runs, 0).outputs, 0));
}));

test("a further context takes memory for itself alone, not for the weights", async () => {
  const store = await LocalStore.start({ catalogue: await openCatalogue({ digits: artifactUrl("digits") }, undefined), threads: 1 });
  const graph = await store.loadByName("digits");
  equal(await store.loadByName("digits"), graph);
  const contextOf = () => {
    const context = graph.createContext();
    context.setInput(0, { ...noise(1), type: "FP32" });
    void context.compute();
    return graph.byteLength;
  };
  const sizes = Array.from({ length: 16 }, contextOf);
  const each = (at(sizes, 15) - at(sizes, 0)) / 15;
  // What is there beside the contexts: the constants, once. They are some 117,000 numbers, and padding.
  const rest = at(sizes, 15) - 16 * each;
  ok(each > 0 && rest > 4 * 115_000 - 65536 && rest < 4 * 125_000 + 65536, `${each} bytes for each context, ${rest} beside them`);
  store.dispose();
});

test("contexts that come and go take no more memory than the first ones", async () => {
  const store = await LocalStore.start({ catalogue: await openCatalogue({ digits: artifactUrl("digits") }, undefined), threads: 2 });
  const graph = await store.loadByName("digits");
  const turn = () => {
    const contexts = [1, 3, 2].map((count) => {
      const context = graph.createContext();
      context.setInput(0, { ...noise(count), type: "FP32" });
      void context.compute();
      return context;
    });
    for (const context of contexts) context.dispose();
    return graph.byteLength;
  };
  const before = turn();
  for (let i = 0; i < 20; i++) equal(turn(), before);
  store.dispose();
});
