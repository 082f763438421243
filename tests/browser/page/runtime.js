// Runs in the browser: every case below that fits this page's mode, and posts what came of each.
import { load } from "../runtime/index.js";
import { check, failure, finish, isolated, later, mode, same, test } from "./harness.js";

/** What came out about the engine. */
const engine = {};
const facts = await (await fetch("../models/facts.json")).json();

function inputs(rows) {
  const x = Float32Array.from({ length: rows * 4 }, (_, i) => ((i * 37) % 101) / 8);
  return { x: { data: x, shape: [rows, 4] }, mask: { data: new Uint8Array(rows).fill(1), shape: [rows] } };
}

function expected({ x: { data } }) {
  return data.map((value, i) => value * facts.weights[i % 4] + facts.bias[i % 4]);
}

if (mode === "forbidding") {
  test("a policy that forbids WebAssembly is named", async () => {
    const { code, message } = await failure(load("../models/affine.wasm"));
    same(code, "engine", "code");
    check(/content security policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src/.test(message), message);
  });
} else {
  for (const threads of [1, 2]) {
    for (const relaxed of [true, false]) {
      test(`gives the numbers with ${threads} thread${threads > 1 ? "s" : ""}, relaxed ${relaxed ? "allowed" : "off"}`, async () => {
        const model = await load("../models/affine.wasm", { threads, relaxed });
        const { threads: got, relaxedSimd } = model.report();
        if (relaxed) engine.relaxedSimd = relaxedSimd.used;
        engine.threads = Math.max(engine.threads ?? 1, got.used);
        same(got.used, isolated ? threads : 1, "threads");
        if (threads > got.used) check(/not cross-origin isolated|has no SharedArrayBuffer|no shared WebAssembly memory/.test(got.reason), got.reason);
        if (!relaxed) same(relaxedSimd, { used: false, reason: "the option relaxed is false" }, "relaxed");
        for (const rows of [1, 7, 3000]) {
          const tensors = inputs(rows);
          const outputs = await model.run(tensors);
          same(outputs.y, { dtype: "float32", shape: [rows, 4], data: expected(tensors) }, "y");
          same(outputs.relaxed.data[0], relaxedSimd.used ? 1 : 0, "which code ran");
        }
        model.dispose();
      });
    }
  }

  test("loads from a response, a blob and bytes", async () => {
    const bytes = new Uint8Array(await (await fetch("../models/affine.wasm")).arrayBuffer());
    for (const source of [fetch("../models/affine.wasm"), new Blob([bytes]), bytes, await WebAssembly.compile(bytes)]) {
      const model = await load(source);
      const tensors = inputs(2);
      same((await model.run(tensors)).y.data, expected(tensors), "y");
      model.dispose();
    }
  });

  test("reads a file that trickles in, and tells how far it is", async () => {
    const seen = [];
    const model = await load("../slow/models/affine.wasm", { onProgress: (progress) => seen.push(progress) });
    const tensors = inputs(5);
    same((await model.run(tensors)).y.data, expected(tensors), "y");
    check(seen.length > 0, `progress was told ${seen.length} times`);
    same(seen.at(-1), { loaded: facts.bytes, total: facts.bytes }, "the last progress");
    model.dispose();
  });

  // A policy of 'self' forbids scripts from elsewhere.
  if (mode !== "strict") {
    test("a runtime that comes from another origin takes its worker from this one", async () => {
      const elsewhere = new URL("../runtime/index.js", location.href.replace("//localhost:", "//127.0.0.1:"));
      check(elsewhere.origin !== location.origin, elsewhere.origin);
      const { load: loadFromElsewhere } = await import(elsewhere.href);
      const refused = await failure(loadFromElsewhere("../models/affine.wasm"));
      check(/its script must come from the page's own origin .*the option workerUrl/.test(refused.message), refused.message);
      const model = await loadFromElsewhere("../models/affine.wasm", { threads: 2, workerUrl: "../runtime/worker.js" });
      const tensors = inputs(3);
      same((await model.run(tensors)).y.data, expected(tensors), "y");
      same([model.report().worker, model.report().threads.used], [true, isolated ? 2 : 1], "worker and threads");
      model.dispose();
    });
  }

  test("a worker's script that is not there is an error", async () => {
    const { code, message } = await failure(load("../models/affine.wasm", { threads: 2, workerUrl: "../runtime/nowhere.js" }));
    same(code, "engine", "code");
    check(/its script worker.js is not found at ..\/runtime\/nowhere.js/.test(message), message);
  });

  for (const which of [0, 1]) {
    test(`a run is rejected when ${which === 0 ? "the model's worker" : "a helper"} is ended from outside`, async () => {
      const workers = [];
      const Original = Worker;
      globalThis.Worker = class extends Original {
        constructor(...parameters) {
          super(...parameters);
          workers.push(this);
        }
      };
      let model;
      try {
        model = await load("../models/slow.wasm", { threads: 2 });
      } finally {
        globalThis.Worker = Original;
      }
      const running = failure(model.run(inputs(1)));
      await later(20);
      workers[Math.min(which, workers.length - 1)].terminate();
      const { code, message } = await running;
      same(code, "engine", "code");
      check(/the model's worker stopped: it was terminated/.test(message), message);
      same((await failure(model.run(inputs(1)))).code, "engine", "code of the next run");
    });
  }

  test("a page that cannot have threads is told once, with the headers", async () => {
    // A module of its own, which has said nothing yet.
    const { load: anew } = await import("../runtime/index.js?anew");
    const said = [];
    const { info } = console;
    console.info = (text) => said.push(text);
    try {
      for (let i = 0; i < 2; i++) (await anew("../models/affine.wasm", { threads: 2 })).dispose();
    } finally {
      console.info = info;
    }
    same(said.length, mode === "plain" ? 1 : 0, "messages");
    for (const text of said) check(/Cross-Origin-Opener-Policy: same-origin.*Cross-Origin-Embedder-Policy: require-corp/.test(text), text);
  });

  test("leaves the page free while it runs", async () => {
    const model = await load("../models/slow.wasm", { threads: 1 });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const started = performance.now();
    await model.run(inputs(1));
    clearInterval(timer);
    const took = performance.now() - started;
    check(took > 50 && ticks > took / 50, `${ticks} ticks of 5 ms in a run of ${took} ms`);
    model.dispose();
  });

  test("stops a run that is aborted", async () => {
    const model = await load("../models/slow.wasm", { threads: 2 });
    const began = performance.now();
    await model.run(inputs(1));
    const whole = performance.now() - began;
    const controller = new AbortController();
    const running = failure(model.run(inputs(1), { signal: controller.signal }));
    await later(20);
    const aborted = performance.now();
    controller.abort();
    same((await running).name, "AbortError", "the error");
    await model.reset();
    const rest = performance.now() - aborted;
    check(rest < whole / 2 + 50, `the worker went on for ${rest} ms; a whole run takes ${whole} ms`);
    await model.run(inputs(1));
    model.dispose();
  });

  test("gives memory back", async () => {
    // Together far more than a tab may have.
    for (let i = 0; i < 24; i++) {
      const model = await load("../models/large.wasm");
      check(model.report().bytes.memory > 400 << 20, "the memory is smaller than meant");
      const tensors = inputs(1);
      same((await model.run(tensors)).y.data, expected(tensors), `y of model ${i}`);
      model.dispose();
    }
  });

  test("says what came instead of a model", async () => {
    check(/looks like HTML/.test((await failure(load("../models/nowhere.wasm"))).message), "HTML is not named");
    check(/the server answers 404/.test((await failure(load("../models/nowhere"))).message), "404 is not named");
    check(/must be 1\.\.40000 \(symbol s0\), got 0/.test(
      (await failure(load("../models/affine.wasm").then((model) => model.run(inputs(0))))).message), "the range is not named");
  });
}

await finish(engine);
