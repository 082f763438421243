// Loops of a model: an abort is seen between turns, wherever the model runs, and a run that looks for one computes the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { type Inputs, type LoadOptions, type Model, load } from "sconce";
import { artifact, runOf, runsOf } from "./fixture.js";

const places: readonly (LoadOptions & { readonly named: string })[] = [
  { named: "in a worker", threads: 1 }, { named: "with two threads", threads: 2 }, { named: "in place", threads: 1, worker: false },
];
const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const runs = runsOf("loops").map(({ inputs: [values, last], outputs }) => ({
  inputs: { values: floats(values), last: new BigInt64Array(copy(last)) } satisfies Inputs,
  outputs: outputs.map((output) => [...floats(output)]),
}));

function copy(tensor: { readonly data: Uint8Array } | undefined): ArrayBuffer {
  assert.ok(tensor);
  return tensor.data.slice().buffer as ArrayBuffer;
}

function floats(tensor: { readonly data: Uint8Array } | undefined): Float32Array {
  return new Float32Array(copy(tensor));
}

function near(outputs: Awaited<ReturnType<Model["run"]>>, expected: readonly number[][]): void {
  ["total", "rows", "runs"].forEach((name, at) => {
    const data = outputs[name]?.data as Float32Array;
    assert.equal(data.length, expected[at]?.length);
    data.forEach((value, i) => assert.ok(Math.abs(value - (expected[at]?.[i] ?? NaN)) < 1e-4, `${name}[${i}] is ${value}, not ${expected[at]?.[i]}`));
  });
}

for (const { named, ...options } of places) {
  test(`a loop that never ends can be aborted, ${named}, and the state stays as it was`, async () => {
    using model = await load(artifact("loops"), options);
    const [first, second, third] = runs;
    assert.ok(first && second && third);
    near(await model.run(first.inputs), first.outputs);
    for (const wait of [1, 80]) {
      const controller = new AbortController();
      const run = model.run({ ...first.inputs, last: BigInt64Array.of(-1n) }, { signal: controller.signal });
      const begun = performance.now();
      setTimeout(() => controller.abort(), wait);
      await assert.rejects(run, { name: "AbortError" });
      // The next one waits for its end.
      near(await model.run(first.inputs, { signal: new AbortController().signal }), [...first.outputs.slice(0, 2), [wait === 1 ? 2 : 3]]);
      assert.ok(performance.now() - begun < 5000, "it went on");
    }
    await model.reset();
    for (const { inputs, outputs } of runs) near(await model.run(inputs), outputs);
  });

  test(`looking for an abort between turns changes no number, ${named}`, async () => {
    using model = await load(artifact("loops"), options);
    for (const { inputs, outputs } of runs) {
      near(await model.run(inputs, { signal: new AbortController().signal }), outputs);
    }
    await model.reset();
    for (const { inputs, outputs } of runs) near((await model.profile(inputs)).outputs, outputs);
  });
}

for (const { named, ...options } of places) {
  test(`a loop that never ends, and whose memory grows, can be aborted, ${named}`, async () => {
    using model = await load(artifact("growing"), options);
    for (const { inputs: [values, last], outputs: [total] } of runsOf("growing")) {
      const inputs = { values: floats(values), last: new BigInt64Array(copy(last)) };
      const controller = new AbortController();
      const endless = model.run({ ...inputs, last: BigInt64Array.of(-1n, -1n, -1n) }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 30);
      await assert.rejects(endless, { name: "AbortError" });
      for (const outputs of [await model.run(inputs), await model.run(inputs, { signal: new AbortController().signal }), (await model.profile(inputs)).outputs]) {
        const [value = NaN] = Object.values(outputs)[0]?.data as Float32Array;
        const [wanted = NaN] = floats(total);
        assert.ok(Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)), `${value}, not ${wanted}`);
      }
    }
  });
}

test("the profile counts turns, and what they cost", async () => {
  using model = await load(artifact("loops"), { threads: 2 });
  const profile = async (values: readonly number[], last: bigint) => {
    const { steps } = await model.profile({ values: Float32Array.from(values), last: BigInt64Array.of(last) });
    const loops = steps.filter(({ turns }) => turns !== undefined);
    assert.equal(loops.length, 1, "one step has loops");
    return { turns: loops[0]?.turns ?? NaN, flops: loops[0]?.flops ?? NaN };
  };
  // Four rows, of which each that is above zero counts to the last.
  const rows = [1, 2, 3, -1, -2, -3, 1, 1, 1, 2, 2, 2];
  const few = await profile(rows, 5n);
  assert.equal(few.turns, 4 + 3 * 5);
  const many = await profile(rows, 1005n);
  assert.equal(many.turns, 4 + 3 * 1005);
  const none = await profile(rows.map((value) => -Math.abs(value)), 1005n);
  assert.equal(none.turns, 4);
  // Each turn costs the same.
  assert.equal((many.flops - few.flops) / 3000, (few.flops - none.flops) / 15);
  assert.ok(few.flops > none.flops);
});

test("a guest whose graph never ends ends with its worker", async () => {
  const [values] = runOf("loops").inputs;
  assert.ok(values);
  const guest = new Worker(`
    import { workerData, parentPort } from "node:worker_threads";
    import { createWasiNN } from ${JSON.stringify(import.meta.resolve("sconce-wasi-nn"))};
    import { EphemeralGuest } from ${JSON.stringify(new URL("guest.js", import.meta.url).href)};
    const g = new EphemeralGuest(await createWasiNN({ graphs: {} }));
    const context = g.context(g.load(workerData.file));
    g.setInput(context, 0, workerData.values);
    g.setInput(context, 1, { dimensions: [1], type: "I64", data: new Uint8Array(8).fill(255) });
    parentPort.postMessage("computing");
    g.call("compute", context);
    parentPort.postMessage("done");
  `, { eval: true, workerData: { file: artifact("loops"), values } });
  const messages: unknown[] = [];
  guest.on("message", (message) => messages.push(message));
  await new Promise<void>((resolve, reject) => guest.once("message", () => resolve()).once("error", reject));
  await later(100);
  await guest.terminate();
  assert.deepEqual(messages, ["computing"]);
});
