import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Worker as NodeWorker } from "node:worker_threads";
import { type Inputs, type LoadOptions, type Model, type RunOptions, SconceError, load } from "../src/index.js";
import { Helpers, loadGraphSync } from "../src/core.js";
import { makeArtifact } from "./fixture.js";

const slow = makeArtifact({ burn: 5000 });
const file = makeArtifact();
const tensors: Inputs = { x: { data: new Float32Array(4), shape: [1, 4] }, mask: { data: new Uint8Array(1), shape: [1] } };
const fault: Inputs = { ...tensors, x: { data: new Float32Array(4).fill(-2), shape: [1, 4] } };
const trap: Inputs = { ...tensors, x: { data: new Float32Array(4).fill(-1), shape: [1, 4] } };

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => assert.fail("was not rejected"), (error: Error) => error);
}

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return error instanceof SconceError ? error.code : error.name;
}

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

for (const threads of [1, 2]) {
  test(`an abort stops a run between steps, with ${threads} threads`, async () => {
    using model = await load(slow, { threads });
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const run = rejection(model.run(tensors, { signal: controller.signal }));
    const queued = rejection(model.run(tensors, { signal: AbortSignal.timeout(30) }));
    await later(60);
    const aborted = performance.now();
    controller.abort(reason);
    assert.equal(await run, reason);
    assert.equal((await queued).name, "TimeoutError");
    await model.reset();
    assert.ok(performance.now() - aborted < 500, "the worker went on computing");
  });

  test(`after an abort the model still runs, with ${threads} threads`, async () => {
    using model = await load(makeArtifact({ burn: 400 }), { threads });
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const run = model.run(tensors, { signal: controller.signal });
      await later(5 * i);
      controller.abort();
      assert.equal((await rejection(run)).name, "AbortError");
      assert.ok((await model.run(tensors, { signal: new AbortController().signal })).y);
    }
  });

  test(`a trap is reported, with ${threads} threads`, async () => {
    using model = await load(file, { threads });
    const error = await rejection(model.run(trap));
    assert.ok(error instanceof SconceError && error.code === "run", String(error));
    assert.match(error.message, /stopped.*unreachable/s);
    assert.equal(await code(model.run(tensors)), "run");
  });

  test(`a fault says what the model found, and the next run is right, with ${threads} threads`, async () => {
    using model = await load(file, { threads });
    const error = await rejection(model.run(fault));
    assert.ok(error instanceof SconceError && error.code === "run", String(error));
    assert.equal(error.message, "aten::mul: value -9007199254740993, limit 512, at model.py:7");
    const { y } = await model.run(tensors);
    assert.deepEqual([...y!.data], [0, 0, 0, 0]);
  });

  test(`disposing rejects what is under way and queued, with ${threads} threads`, async () => {
    const model = await load(slow, { threads });
    const runs = [model.run(tensors), model.run(tensors), model.reset()];
    await later(20);
    model.dispose();
    model.dispose();
    for (const run of runs) assert.equal(await code(run), "disposed");
    assert.equal(await code(model.run(tensors)), "disposed");
    assert.equal(model.inputs.length, 2);
  });
}

test("a signal that is aborted already never starts", async () => {
  assert.equal(await code(load(file, { signal: AbortSignal.abort() })), "AbortError");
  using model = await load(file, { threads: 1 });
  assert.equal(await code(model.run(tensors, { signal: AbortSignal.abort() })), "AbortError");
  assert.deepEqual((await model.run(tensors)).count?.data, BigInt64Array.of(1n));
});

test("loading stops at an abort", async () => {
  let canceled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => (controller.enqueue(file.slice(0, 2000)), later(5)),
    cancel: () => void (canceled = true),
  });
  const controller = new AbortController();
  const loading = load(new Response(endless), { signal: controller.signal });
  await later(30);
  controller.abort();
  assert.equal(await code(loading), "AbortError");
  await later(30);
  assert.ok(canceled);
});

test("an abort lets go of a source that stalls", async () => {
  let canceled = false;
  const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(file.slice(0, 2000)), cancel: () => void (canceled = true) });
  assert.equal(await code(load(new Response(stalled), { signal: AbortSignal.timeout(100) })), "TimeoutError");
  await later(10);
  assert.ok(canceled);
});

test("the state outlives an input that is wrong", async () => {
  using model = await load(file, { threads: 2 });
  await model.run(tensors);
  assert.equal(await code(model.run({ x: tensors["x"] ?? new Float32Array() })), "input");
  assert.deepEqual((await model.run(tensors)).count?.data, BigInt64Array.of(2n));
});

test("memory has a cap, and its error says so", async () => {
  const rows = (count: number): Inputs => ({ x: { data: new Float32Array(4 * count), shape: [count, 4] }, mask: { data: new Uint8Array(count), shape: [count] } });
  for (const threads of [1, 2]) {
    using model = await load(file, { threads, memory: 1 << 20 });
    assert.ok((await model.run(rows(1000))).y);
    const error = await rejection(model.run(rows(40_000)));
    assert.ok(error instanceof SconceError && error.code === "memory");
    assert.equal(error.message, "the model needs 2.5 MiB of memory for these shapes, but the option memory allows 1.0 MiB");
    assert.ok((await model.run(rows(1000))).y);
    assert.ok(model.report().bytes.memory <= 1 << 20);
  }
  assert.equal(await code(load(file, { memory: 65536 })), "memory");
});

test("options are checked", async () => {
  assert.match((await rejection(load(file, { threads: 0 }))).message, /^the option threads should be a whole number of threads from 1 up, got 0$/);
  assert.match((await rejection(load(file, { memory: 1.5 }))).message, /^the option memory should be a whole number of bytes/);
  for (const [given, message] of [
    [{ thraeds: 2 }, /^load has no option thraeds \(did you mean "threads"\?\): it takes threads, onProgress, /],
    [{ numThreads: 2 }, /^load has no option numThreads: it is called threads here$/],
    [{ intraOpNumThreads: 2 }, /no option intraOpNumThreads: it is called threads here$/],
    [{ progress_callback: () => {} }, /no option progress_callback: it is called onProgress here$/],
    [{ wasmPaths: "/" }, /no option wasmPaths: it is called workerUrl here$/],
    [{ executionProviders: ["webgpu"] }, /no option executionProviders: a model runs on the CPU, by its own code$/],
    [{ simd: true }, /no option simd: it is called relaxed here$/],
    [{ constructor: 1 }, /no option constructor: it takes/],
    [{ onProgress: 5 }, /^the option onProgress should be a function, got 5$/],
    [{ signal: {} }, /^the option signal should be an AbortSignal, got \{\}$/],
    [{ relaxed: "no" }, /^the option relaxed should be true or false, got "no"$/],
    [{ threads: "2" }, /^the option threads should be a whole number of threads from 1 up, got "2"$/],
    [{ workerUrl: 1 }, /^the option workerUrl should be a URL, got 1$/],
    [null, /^load takes its options in an object, got null$/],
  ] as const) {
    const error = await rejection(load(file, given as unknown as LoadOptions));
    assert.ok(error instanceof SconceError && error.code === "input");
    assert.match(error.message, message);
  }
  using model = await load(file, { threads: undefined, signal: undefined });
  assert.match((await rejection(model.run(tensors, { signl: new AbortController().signal } as RunOptions))).message, /^run has no option signl \(did you mean "signal"\?\): it takes signal, seed$/);
  assert.match((await rejection(load(42 as unknown as string))).message, /^load takes a URL, Response, Blob, bytes or WebAssembly.Module, got 42$/);
});

test("a file that is no model is named", async () => {
  const here = fileURLToPath(import.meta.url);
  assert.equal((await rejection(load(here))).message, `${here}: the file is not WebAssembly`);
  assert.equal((await rejection(load(new URL(import.meta.url)))).message, `${import.meta.url}: the file is not WebAssembly`);
});

test("a Node that is too old to read files is told so", () => {
  const script = `process.getBuiltinModule = undefined; const { load } = await import("sconce"); await load("model.wasm").catch(({ message }) => console.log(message))`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(stdout, `model.wasm is no whole URL, and a path wants Node 20.16 or newer: this is ${process.version}\n`);
});

test("what cannot be fetched is named", async () => {
  assert.match((await rejection(load("/nowhere/model.wasm"))).message, /^\/nowhere\/model.wasm cannot be read: ENOENT/);
  assert.match((await rejection(load(tmpdir()))).message, /cannot be read: it is a folder; load takes the .wasm/);
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const nobody = `http://127.0.0.1:${port}/model.wasm`;
  assert.equal((await rejection(load(nobody))).message, `${nobody} cannot be fetched: fetch failed (ECONNREFUSED)`);
  assert.match((await rejection(load(new Response("gone", { status: 404, statusText: "Not Found" })))).message, /^the response cannot be fetched: the server answers 404 Not Found$/);
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("reset by peer")) });
  assert.match((await rejection(load(new Response(broken)))).message, /^the response broke off: reset by peer$/);
  assert.match((await rejection(load(new Response(file.slice(0, 5000))))).message, /^the file is damaged: it ends at byte 5000/);
});

// A process must end by itself, with a model that was disposed, one that was not, and one that is dropped.
for (const ending of ["model.dispose();", "", "model = undefined;"]) {
  test(`a process ends by itself: ${ending || "nothing done"}`, () => {
    const index = new URL("../src/index.js", import.meta.url).href;
    const fixture = new URL("./fixture.js", import.meta.url).href;
    const script = `
      const { load } = await import(${JSON.stringify(index)});
      const { makeArtifact } = await import(${JSON.stringify(fixture)});
      let model = await load(makeArtifact(), { threads: 2 });
      const { y } = await model.run({ x: { data: new Float32Array(4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } });
      console.log(y.data[3]);
      ${ending}`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000, cwd: fileURLToPath(new URL(".", import.meta.url)) });
    assert.equal(`${stdout}${stderr}`.trim(), "100");
    assert.equal(status, 0);
  });
}

test("a model that nobody holds is ended", { skip: typeof gc === "undefined" ? "needs --expose-gc" : false }, async () => {
  const models: (Model | undefined)[] = [await load(file, { threads: 2 })];
  const reference = new WeakRef(models[0] as Model);
  models[0] = undefined;
  for (let i = 0; i < 50 && reference.deref() !== undefined; i++) {
    await later(10);
    gc?.();
  }
  assert.equal(reference.deref(), undefined);
});

// What the caller throws is the caller's, whenever and however.
for (const threads of [1, 2]) {
  for (const worker of [true, false]) {
    for (const [kind, onProgress] of [["throws", () => { throw new RangeError("mine"); }], ["rejects", () => Promise.reject(new RangeError("mine"))]] as const) {
      test(`an onProgress that ${kind} rejects the loading, ${threads} threads, worker ${worker}`, async () => {
        const error = await rejection(load(makeArtifact({ padding: 5 << 20 }), { threads, worker, onProgress: onProgress as () => void }));
        assert.equal(`${error}`, "RangeError: mine");
      });
    }
  }
}

test("what the caller gave stays the caller's", async () => {
  const chunk = file.slice();
  const made = () => new Response(new ReadableStream({ start: (controller) => (controller.enqueue(chunk), controller.close()) }));
  for (const worker of [true, false]) {
    for (const source of [made(), chunk, chunk.buffer, new Blob([chunk])]) {
      using model = await load(source, { threads: 1, worker });
      assert.ok((await model.run(tensors)).y);
      assert.deepEqual(chunk, file);
    }
  }
});

test("a stream of something else than bytes is named", async () => {
  const words = new ReadableStream({ start: (controller) => (controller.enqueue("text"), controller.close()) });
  assert.match((await rejection(load(Object.defineProperty(new Response(""), "body", { value: words })))).message, /gives text where bytes should be/);
});

// As a framework hands objects out: Vue's ref, and others.
test("a model works behind a proxy", async () => {
  const behind = <T extends object>(target: T): T => new Proxy(target, {
    get: (object, key, receiver) => Reflect.get(object, key, receiver) as unknown,
  });
  const model = behind(await load(file, { threads: 2 }));
  assert.ok((await model.run(tensors)).y);
  assert.ok((await model.profile(tensors)).steps.length > 0);
  await model.reset();
  assert.equal(model.report().threads.used, 2);
  assert.equal(model.inputs.length, 2);
  model[Symbol.dispose]();
  assert.equal(await code(model.run(tensors)), "disposed");

  const graph = behind(loadGraphSync(file, { shared: true }));
  const context = behind(graph.createContext());
  const helpers = behind(await Helpers.start(1));
  context.threads = helpers.count + 1;
  assert.equal(context.threads, 2);
  helpers.help(context);
  assert.ok(context.run(tensors).y);
  assert.ok(context.byteLength > 0);
  helpers.end();
  context.dispose();
});

/** The workers that Node starts while `action` runs. */
async function workersOf<T>(action: () => Promise<T>): Promise<[T, NodeWorker[]]> {
  const started: NodeWorker[] = [];
  const listener = (worker: NodeWorker) => void started.push(worker);
  process.on("worker", listener);
  try {
    return [await action(), started];
  } finally {
    process.off("worker", listener);
  }
}

for (const [which, index] of [["the model's worker", 0], ["a helper", 1]] as const) {
  test(`a run is rejected when ${which} is ended from outside`, async () => {
    const [model, workers] = await workersOf(() => load(makeArtifact({ burn: 3000 }), { threads: 3 }));
    const runs = [model.run(tensors), model.run(tensors)].map(rejection);
    await later(30);
    await workers[index]?.terminate();
    for (const run of runs) {
      const error = await run;
      assert.ok(error instanceof SconceError && error.code === "engine");
      assert.match(error.message, /^the model's worker stopped: it ended with code 1/);
    }
    assert.equal(await code(model.run(tensors)), "engine");
    model.dispose();
  });
}

test("a loading is rejected when its worker is ended from outside", async () => {
  const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(file.slice(0, 2000)) });
  const loading = rejection(load(new Response(stalled), { threads: 1 }));
  const [, workers] = await workersOf(() => later(100));
  await workers[0]?.terminate();
  assert.match((await loading).message, /^the model's worker stopped/);
});

test("helpers that are ended from outside are done without", async () => {
  const [helpers, workers] = await workersOf(() => Helpers.start(2));
  const context = loadGraphSync(file, { shared: true }).createContext();
  context.threads = 3;
  for (const worker of workers) {
    helpers.help(context);
    await later(50);
    assert.ok(context.run(tensors).y);
    await worker.terminate();
    await later(10);
    assert.ok(context.run(tensors).y);
    helpers.leave();
  }
  helpers.help(context);
  assert.ok(context.run(tensors).y);
  helpers.end();
});

test("a worker's script may lie elsewhere", async () => {
  using model = await load(file, { threads: 2, workerUrl: new URL("../src/worker/worker.js", import.meta.url) });
  assert.ok((await model.run(tensors)).y);
  assert.match((await rejection(load(file, { workerUrl: new URL("./nowhere.js", import.meta.url) }))).message, /^the model's worker stopped: [^]*nowhere[^]* \(the option workerUrl\)$/);
});
