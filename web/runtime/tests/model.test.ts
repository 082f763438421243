import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker as NodeWorker } from "node:worker_threads";
import { type Inputs, type LoadOptions, load } from "../src/index.js";
import { expected, makeArtifact } from "./fixture.js";

const file = makeArtifact();

function inputs(rows: number, masked = -1): { x: Float32Array; mask: Uint8Array; tensors: Inputs } {
  const x = Float32Array.from({ length: rows * 4 }, (_, i) => Math.round(Math.sin(i) * 80) / 8);
  const mask = Uint8Array.from({ length: rows }, (_, i) => (i === masked ? 0 : 1));
  return { x, mask, tensors: { x: { data: x, shape: [rows, 4] }, mask: { data: mask, shape: [rows] } } };
}

const ways: readonly (readonly [string, LoadOptions])[] = [
  ["one thread", { threads: 1 }],
  ["two threads", { threads: 2 }],
  ["three threads", { threads: 3 }],
  ["without relaxed SIMD", { threads: 2, relaxed: false }],
  ["on this thread", { threads: 1, worker: false }],
  ["on this thread, with a helper", { threads: 2, worker: false }],
];

for (const [way, options] of ways) {
  test(`runs ${way}, for one shape after the other`, async () => {
    using model = await load(file, options);
    let runs = 0n;
    for (const rows of [3, 1, 5000, 64, 64]) {
      const { x, mask, tensors } = inputs(rows, 0);
      const outputs = await model.run(tensors);
      assert.deepEqual(outputs.y, { dtype: "float32", shape: [rows, 4], data: expected(x, mask) });
      assert.deepEqual(outputs.count, { dtype: "int64", shape: [], data: BigInt64Array.of(++runs) });
    }
    assert.equal(model.report().threads.used, options.threads);
    assert.equal(model.report().runs, 5);
  });
}

test("starts its worker where another library has made Node's own kind global", async () => {
  Object.assign(globalThis, { Worker: NodeWorker });
  try {
    using model = await load(file, { threads: 2 });
    await model.run(inputs(3).tensors);
  } finally {
    Reflect.deleteProperty(globalThis, "Worker");
  }
});

test("gives the model's face", async () => {
  using model = await load(file);
  assert.deepEqual(model.inputs, [{ name: "x", dtype: "float32", shape: ["s0", 4] }, { name: "mask", dtype: "bool", shape: ["s0"] }]);
  assert.deepEqual(model.outputs.map(({ name, shape }) => [name, shape]), [["y", ["s0", 4]], ["count", []], ["relaxed", [1]]]);
});

test("queues runs that are asked for at once, and copies their inputs", async () => {
  using model = await load(file, { threads: 2 });
  const { x, mask, tensors } = inputs(7);
  const first = expected(x, mask);
  const runs = Array.from({ length: 8 }, () => model.run(tensors));
  x.fill(0);
  for (const [index, { y, count }] of (await Promise.all(runs)).entries()) {
    assert.deepEqual(y?.data, first);
    assert.deepEqual(count?.data, BigInt64Array.of(BigInt(index + 1)));
  }
});

test("sets state back", async () => {
  using model = await load(file, { threads: 1 });
  await model.reset();
  const { tensors } = inputs(2);
  await model.run(tensors);
  await model.run(tensors);
  await model.reset();
  const { count } = await model.run(tensors);
  assert.deepEqual(count?.data, BigInt64Array.of(1n));
});

test("warms up before the first run, and leaves no trace", async () => {
  for (const options of [{ threads: 2 }, { threads: 1, worker: false }] as const) {
    using model = await load(file, options);
    await model.warmup();
    assert.equal(model.report().runs, 0);
    assert.equal(model.report().milliseconds.lastRun, undefined);
    // The state that counts runs is as it was, whether one waits or not.
    const warm = model.warmup({ sizes: { s0: 50 } });
    const { x, mask, tensors } = inputs(3);
    const { y, count } = await model.run(tensors);
    await warm;
    await model.warmup();
    assert.deepEqual([y?.data, count?.data], [expected(x, mask), BigInt64Array.of(1n)]);
    assert.deepEqual((await model.run(tensors)).count?.data, BigInt64Array.of(2n));
  }
});

test("says what is wrong with a size to warm up at", async () => {
  using model = await load(file, { threads: 1 });
  await assert.rejects(model.warmup({ sizes: { s1: 2 } }), /the model has no size s1 \(did you mean "s0"\?\): it has s0/);
  await assert.rejects(model.warmup({ sizes: { s0: -1 } }), /^SconceError: input "x" has the shape \[-1, 4\], but a dimension is a whole number from 0 up$/);
  await assert.rejects(model.warmup({ sizes: { s0: 50_000 } }), /input "x": dim 0 of \[s0, 4\] must be 1\.\.40000 \(symbol s0\), got 50000/);
  await assert.rejects(model.warmup({ size: {} } as object), /warmup has no option size \(did you mean "sizes"\?\): it takes sizes, signal/);
  await assert.rejects(model.warmup({ signal: AbortSignal.abort(new Error("not now")) }), /not now/);
  await model.warmup();
});

test("profiles each step", async () => {
  using model = await load(file, { threads: 2 });
  const { x, mask, tensors } = inputs(100);
  const { outputs, steps, milliseconds } = await model.profile(tensors);
  assert.deepEqual(outputs.y?.data, expected(x, mask));
  assert.deepEqual(steps.map(({ name, operator, flops, bytes }) => ({ name, operator, flops, bytes })), [
    { name: "mul", operator: "aten::mul", flops: 400, bytes: 3200 },
    { name: "add", operator: "aten::add", flops: 400, bytes: 3200 },
  ]);
  assert.ok(steps.every((step) => step.milliseconds > 0) && milliseconds > 0);
});

test("reports what it runs on", async () => {
  using model = await load(file, { threads: 2, relaxed: false });
  const { threads, relaxedSimd, bytes, milliseconds, worker } = model.report();
  assert.equal(threads.used, 2);
  assert.equal(threads.reason, "the option threads asks for 2");
  assert.deepEqual(relaxedSimd, { used: false, reason: "the option relaxed is false" });
  assert.equal(bytes.file, file.length);
  assert.equal(bytes.weights, 16 + 100_000 + 16);
  assert.ok(bytes.code > 500 && bytes.code < 3000);
  assert.ok(milliseconds.load > 0 && milliseconds.lastRun === undefined);
  assert.ok(worker);
});

test("takes relaxed SIMD where the engine has it", async () => {
  const probe = await load(file, { threads: 1 });
  const { relaxed } = await probe.run(inputs(1).tensors);
  assert.equal(relaxed?.data[0], probe.report().relaxedSimd.used ? 1 : 0);
  probe.dispose();
  using without = await load(makeArtifact({ relaxed: false }), { threads: 1 });
  assert.equal(without.report().relaxedSimd.used, false);
  assert.equal((await without.run(inputs(1).tensors)).relaxed?.data[0], 0);
});

test("loads from paths, URLs, responses, blobs, bytes and modules", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sconce-"));
  const path = join(folder, "affine.wasm");
  await writeFile(path, file);
  const { x, mask, tensors } = inputs(3);
  const sources = {
    path,
    url: pathToFileURL(path),
    data: `data:application/wasm;base64,${Buffer.from(file).toString("base64")}`,
    response: new Response(file),
    promise: Promise.resolve(new Response(file)),
    blob: new Blob([file]),
    bytes: file,
    part: new Uint8Array([1, 2, ...file, 3]).subarray(2, 2 + file.length),
    buffer: file.buffer,
    module: await WebAssembly.compile(file),
  };
  for (const [kind, source] of Object.entries(sources)) {
    const model = await load(source, { threads: 1 });
    assert.deepEqual((await model.run(tensors)).y?.data, expected(x, mask), kind);
    model.dispose();
  }
  await rm(folder, { recursive: true });
});

test("says why a compiled module runs on one thread", async () => {
  using model = await load(await WebAssembly.compile(file), { threads: 2 });
  assert.deepEqual({ used: model.report().threads.used, reason: model.report().threads.reason },
    { used: 1, reason: "it was loaded from a compiled module, whose memory is not shared" });
});

test("reads a file of many chunks", async () => {
  using model = await load(makeArtifact({ padding: 5 << 20 }), { threads: 2 });
  const { x, mask, tensors } = inputs(9);
  assert.deepEqual((await model.run(tensors)).y?.data, expected(x, mask));
});

test("tells progress by the byte", async () => {
  const seen: { loaded: number; total: number }[] = [];
  const pieces = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < file.length; at += 7001) controller.enqueue(file.slice(at, at + 7001));
      controller.close();
    },
  });
  using model = await load(new Response(pieces), { threads: 1, onProgress: (progress) => seen.push(progress) });
  assert.ok(model);
  // From none on: how many there are is known before the first piece is read.
  assert.deepEqual([...new Set(seen.map(({ loaded }) => loaded))], [0, ...Array.from({ length: Math.ceil(file.length / 7001) }, (_, i) => Math.min(file.length, 7001 * (i + 1)))]);
  assert.ok(seen.every(({ total }) => total === file.length));
  assert.deepEqual(seen.at(-1), { loaded: file.length, total: file.length });
});
