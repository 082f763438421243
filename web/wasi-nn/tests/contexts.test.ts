// What graphs and contexts are to each other and to their guest: numbers, lifetimes, and what stays from one call to the next.
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { errno } from "../src/index.js";
import { type TestTensor, artifact, at, expectOutput, runOf, runsOf, tensorOf, withNN } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

const invalid = errno["invalid-argument"];
const [first, second] = runsOf("classifier") as [ReturnType<typeof runOf>, ReturnType<typeof runOf>];

for (const threads of [1, 2]) {
  for (const relaxed of [true, false]) {
    const how = `, ${threads} thread${threads > 1 ? "s" : ""}, relaxed SIMD ${relaxed ? "on" : "off"}`;
    const guest = <T>(run: (guest: EphemeralGuest) => T): Promise<T> => withNN({ threads, relaxed }, (nn) => run(new EphemeralGuest(nn)));

    test(`a second compute gives the second result${how}`, () => guest((g) => {
      const context = g.context(g.load(artifact("classifier")));
      for (const { inputs, outputs } of [first, second, first]) {
        g.run(context, inputs);
        expectOutput(g.read(context), at(outputs, 0));
      }
    }));

    test(`compute again without set_input gives the same${how}`, () => guest((g) => {
      const context = g.context(g.load(artifact("classifier")));
      g.run(context, first.inputs);
      const before = g.read(context);
      for (let i = 0; i < 5; i++) equal(g.call("compute", context), errno.success);
      deepEqual(g.read(context), before);
    }));

    test(`set_input leaves the outputs of the last compute as they are${how}`, () => guest((g) => {
      for (const name of ["classifier", "pair", "echo", "types", "table"] as const) {
        const [run, other] = runsOf(name) as [typeof first, typeof first];
        const context = g.context(g.load(artifact(name)));
        g.run(context, run.inputs);
        other.inputs.forEach((tensor, index) => equal(g.setInput(context, index, tensor), errno.success));
        run.outputs.forEach((right, index) => expectOutput(g.read(context, index), right, `${name}, output ${index}`));
      }
    }));

    test(`contexts of one graph do not meet${how}`, () => guest((g) => {
      const graph = g.load(artifact("classifier"));
      const contexts = Array.from({ length: 6 }, () => g.context(graph));
      // All inputs first, then all computations, then all outputs, the odd ones with another picture.
      contexts.forEach((context, i) => equal(g.setInput(context, 0, at((i % 2 === 0 ? first : second).inputs, 0)), errno.success));
      for (const context of [...contexts].reverse()) equal(g.call("compute", context), errno.success);
      contexts.forEach((context, i) => expectOutput(g.read(context), at((i % 2 === 0 ? first : second).outputs, 0)));
    }));

    test(`one that is finalized leaves its place to the next, and the others alone${how}`, () => guest((g) => {
      const graph = g.load(artifact("classifier"));
      const [left, middle, right] = [g.context(graph), g.context(graph), g.context(graph)];
      for (const context of [left, middle, right]) g.run(context, first.inputs);
      equal(g.call("finalize_execution_context", middle), errno.success);
      const next = g.context(graph);
      equal(g.output(next, 0).errno, invalid);
      g.run(next, second.inputs);
      for (const context of [left, right]) expectOutput(g.read(context), at(first.outputs, 0));
      expectOutput(g.read(next), at(second.outputs, 0));
    }));

    test(`a model's state is its context's${how}`, () => guest((g) => {
      const graph = g.load(artifact("counter"));
      const runs = runsOf("counter");
      const contexts = [g.context(graph), g.context(graph)];
      // The second one starts from the beginning, in between the first one's runs.
      for (const { inputs, outputs } of runs) {
        for (const context of contexts) {
          g.run(context, inputs);
          expectOutput(g.read(context), at(outputs, 0));
        }
      }
    }));
  }
}

const guest = <T>(run: (guest: EphemeralGuest) => T): Promise<T> => withNN({}, (nn) => run(new EphemeralGuest(nn)));

test("numbers count up and are never given out again", () => guest((g) => {
  const file = artifact("sum");
  for (let i = 0; i < 5; i++) {
    equal(g.load(file), i);
    equal(g.context(i), 2 * i);
    equal(g.context(i), 2 * i + 1);
    equal(g.call("finalize_execution_context", 2 * i + 1), errno.success);
    equal(g.call("unload", i), errno.success);
  }
  for (let i = 0; i < 5; i++) {
    equal(g.call("unload", i), invalid);
    equal(g.call("init_execution_context", i, g.take(4)), invalid);
    equal(g.call("finalize_execution_context", 2 * i + 1), invalid);
    equal(g.call("compute", 2 * i + 1), invalid);
  }
}));

test("a failed call takes no number", () => guest((g) => {
  equal(g.load(artifact("sum")), 0);
  equal(g.call("load", g.builders(Uint8Array.of(1)), 1, 5, 0, g.take(4)), invalid);
  equal(g.call("load_by_name", ...g.text("nobody"), g.take(4)), errno["not-found"]);
  equal(g.load(artifact("sum")), 1);
  equal(g.call("init_execution_context", 7, g.take(4)), invalid);
  equal(g.context(1), 0);
}));

test("a context lives on when its graph is unloaded", () => guest((g) => {
  const graph = g.load(artifact("classifier"));
  const context = g.context(graph);
  g.run(context, first.inputs);
  equal(g.call("unload", graph), errno.success);
  expectOutput(g.read(context), at(first.outputs, 0));
  g.run(context, second.inputs);
  expectOutput(g.read(context), at(second.outputs, 0));
}));

test("a finalized context is gone", () => guest((g) => {
  const context = g.context(g.load(artifact("classifier")));
  g.run(context, first.inputs);
  equal(g.call("finalize_execution_context", context), errno.success);
  equal(g.output(context, 0).errno, invalid);
  equal(g.setInput(context, 0, at(first.inputs, 0)), invalid);
  equal(g.call("compute", context), invalid);
}));

test("get_output can come again, and in any order", () => guest((g) => {
  const { inputs, outputs } = runOf("pair");
  const context = g.context(g.load(artifact("pair")));
  g.run(context, inputs);
  for (const index of [1, 0, 1, 1, 0]) expectOutput(g.read(context, index), at(outputs, index));
}));

test("the inputs of a model may come in any order, and again before compute", () => guest((g) => {
  const { inputs, outputs } = runOf("pair");
  const [left, right] = inputs as [TestTensor, TestTensor];
  const context = g.context(g.load(artifact("pair")));
  equal(g.setInput(context, 1, { ...right, data: new Uint8Array(12) }), errno.success);
  equal(g.call("compute", context), invalid);
  equal(g.setInput(context, 1, right), errno.success);
  equal(g.setInput(context, 0, left), errno.success);
  equal(g.call("compute", context), errno.success);
  outputs.forEach((output, index) => expectOutput(g.read(context, index), output));
}));

test("an input stays until it is set anew", () => guest((g) => {
  const [one, other] = runsOf("pair") as [typeof first, typeof first];
  const context = g.context(g.load(artifact("pair")));
  g.run(context, one.inputs);
  equal(g.setInput(context, 1, at(other.inputs, 1)), errno.success);
  equal(g.call("compute", context), errno.success);
  g.run(context, [tensorOf([0, 0, 0, 0, 0, 0], [2, 3]), at(other.inputs, 1)]);
  // 0 - right, in both rows.
  const right = new Float32Array(at(other.inputs, 1).data.slice().buffer);
  expectOutput(g.read(context, 0), tensorOf([...right, ...right].map((value) => -value)));
}));

test("a buffer that is too small: 7, the size that is needed, and not one byte", () => guest((g) => {
  const context = g.context(g.load(artifact("classifier")));
  g.run(context, first.inputs);
  for (const room of [0, 1, 39]) {
    const { errno: error, size, buffer } = g.output(context, 0, room);
    deepEqual([error, size], [errno["too-large"], 40]);
    ok(buffer.every((byte) => byte === 0));
  }
  const { errno: error, size, buffer } = g.output(context, 0, 41);
  deepEqual([error, size, buffer[40]], [errno.success, 40, 0]);
  expectOutput(buffer.slice(0, 40), at(first.outputs, 0));
}));

test("get_output_single, compute_single and fini_single are the whole at once", () => guest((g) => {
  const context = g.context(g.load(artifact("classifier")));
  equal(g.setInput(context, 0, at(first.inputs, 0)), errno.success);
  equal(g.call("compute_single", context), errno.success);
  const { errno: error, size, buffer } = g.output(context, 0, 64, "get_output_single");
  deepEqual([error, size], [errno.success, 40]);
  expectOutput(buffer.slice(0, 40), at(first.outputs, 0));
  equal(g.call("fini_single", context), errno.success);
}));

test("outputs that are an input, a buffer, or a buffer that the run changes", () => guest((g) => {
  const context = g.context(g.load(artifact("echo")));
  for (const { inputs, outputs } of runsOf("echo")) {
    g.run(context, inputs);
    outputs.forEach((right, index) => expectOutput(g.read(context, index), right, `output ${index}`));
  }
}));

for (const threads of [1, 2]) {
  test(`what PyTorch raises an error for is a runtime error, and the next run is right, ${threads} threads`, () => withNN({ threads }, (nn) => {
    const g = new EphemeralGuest(nn);
    const refuses = (context: number, inputs: readonly TestTensor[]): void => {
      inputs.forEach((tensor, index) => equal(g.setInput(context, index, tensor), errno.success));
      equal(g.call("compute", context), errno["runtime-error"]);
      equal(g.output(context, 0).errno, invalid);
    };
    const lookup = g.context(g.load(artifact("lookup")));
    const { inputs, outputs } = runOf("lookup");
    for (const beyond of [10n, -1n, -11n, 1n << 40n, -(1n << 63n)]) {
      refuses(lookup, [{ dimensions: [3], type: "I64", data: new Uint8Array(BigInt64Array.of(0n, beyond, 1n).buffer) }]);
      g.run(lookup, inputs);
      expectOutput(g.read(lookup), at(outputs, 0));
    }

    const { inputs: [left], outputs: quotients } = runOf("quotient");
    const quotient = g.context(g.load(artifact("quotient")));
    if (left === undefined) throw new Error("quotient has two inputs");
    refuses(quotient, [left, { ...left, data: new Uint8Array(16) }]);
    g.run(quotient, [{ ...left, data: new Uint8Array(Int32Array.of(-(2 ** 31), 1, 1, 1).buffer) }, { ...left, data: new Uint8Array(Int32Array.of(-1, 1, 1, 1).buffer) }]);
    deepEqual([...new Int32Array(g.read(quotient).buffer).slice(1)], [1, 1, 1]);
    g.run(quotient, runOf("quotient").inputs);
    expectOutput(g.read(quotient), at(quotients, 0));
  }));
}

test("so many graphs and contexts can be open, and not one more", () => guest((g) => {
  const graph = g.load(artifact("sum"));
  const contexts = Array.from({ length: 1024 }, () => g.context(graph));
  equal(g.call("init_execution_context", graph, g.take(4)), errno.busy);
  equal(g.call("finalize_execution_context", at(contexts, 500)), errno.success);
  equal(g.context(graph), 1024);
}));

test("a guest that takes all memory it may have learns so, and goes on when it gives some back", () => withNN({ guestMemory: 2 << 20, graphs: { known: artifact("classifier") } }, (nn) => {
  const g = new EphemeralGuest(nn);
  const file = artifact("classifier");
  const [builders, number] = [g.builders(file), g.put32(0)];
  const load = () => g.call("load", builders, 1, 3, 0, number);
  let loaded = 0;
  while (load() === errno.success) loaded++;
  ok(loaded > 2 && loaded <= 32, `${loaded} graphs`);
  equal(load(), errno["too-large"]);
  // What the host knows is not the guest's doing, but contexts of it are.
  const known = g.loadByName("known");
  const context = g.put32(0);
  // A graph that still has a context takes its memory still.
  equal(g.call("init_execution_context", 0, context), errno.success);
  equal(g.call("unload", 0), errno.success);
  equal(load(), errno["too-large"]);
  equal(g.call("finalize_execution_context", g.u32(context)), errno.success);
  equal(load(), errno.success);
  equal(g.call("unload", known), errno.success);
  equal(load(), errno["too-large"]);
}));
