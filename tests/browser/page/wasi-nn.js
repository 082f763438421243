// Runs a guest in a worker and on this page, and compares what it wrote with PyTorch's numbers.
import { createWasiNN } from "sconce-wasi-nn";
import { askWorker, check, failure, finish, isolated, same, test } from "./harness.js";
import { run } from "./wasi-nn-guest.js";

const canSuspend = "Suspending" in WebAssembly;
const wanted = new Float32Array(await (await fetch("../models/digits.out")).arrayBuffer());

const runInWorker = (request) => askWorker("../wasi-nn/guest.js", request);

function checkNumbers({ exitCode, stdout, stderr, errors, files, output }) {
  same(errors, [], "errors");
  same({ exitCode, stdout, stderr, files }, { exitCode: 0, stdout: "computed\n", stderr: "", files: ["data/probabilities-é"] }, "what it said");
  const got = new Float32Array(output.buffer, output.byteOffset, output.length / 4);
  same(got.length, wanted.length, "numbers");
  wanted.forEach((value, i) => check(Math.abs(got[i] - value) <= 1e-5 + 1e-4 * Math.abs(value), `number ${i}: expected ${value}, got ${got[i]}`));
}

function addCases(where, runThere, ways) {
  for (const threads of [1, 2]) {
    for (const way of ways) {
      test(`${where}, graphs from ${way}, ${threads} threads wanted`, async () => {
        const result = await runThere({ way, threads });
        checkNumbers(result);
        same(result.threads, isolated ? threads : 1, "threads");
        same(result.calls, ["load_by_name", "init_execution_context", "set_input", "compute", "get_output"], "calls");
      });
    }
    test(`${where}, an artifact's bytes, ${threads} threads wanted`, async () => checkNumbers(await runThere({ way: "nothing", graph: "@digits.wasm", threads })));
  }

  test(`${where}, PyTorch's own file that a manifest knows`, async () => checkNumbers(await runThere({ way: "a manifest", graph: "@digits.pt2", threads: 1 })));

  test(`${where}, a name that nobody knows`, async () => {
    for (const way of ["a map of bytes", "a manifest", "a template", "nothing"]) {
      const { exitCode, stdout, stderr, errors, output } = await runThere({ way, graph: "letters", threads: 1 });
      same({ exitCode, stdout, stderr, output }, { exitCode: way === "a template" ? exitCode : 8, stdout: "", stderr: "error\n", output: undefined }, `what it said (${way})`);
      same(errors.map(({ call }) => call), ["load_by_name"], "the call that failed");
      check(/letters|neither a compiled model|not WebAssembly/.test(errors[0].message), errors[0].message);
    }
  });

  test(`${where}, PyTorch's own file without a compiler`, async () => {
    const { exitCode, errors } = await runThere({ way: "nothing", graph: "@digits.pt2", threads: 1 });
    same(exitCode, 1, "exit code");
    check(/was not compiled ahead.*sconce compile/.test(errors[0].message), errors[0].message);
  });
}

addCases("worker", runInWorker, ["a map, as it arrives", "a map of bytes", "a template", "a manifest", "a hook"]);

if (canSuspend) {
  addCases("page", run, ["a map, as it arrives", "a map of a response", "a map of a blob", "a map of bytes", "a template", "a manifest", "a hook", "a hook that takes its time"]);

  test("page, PyTorch's own file that a hook compiles", async () => checkNumbers(await run({ way: "a compiler", graph: "@digits.pt2", threads: 1 })));

  test("page, PyTorch's own file that is compiled in this tab", async () => checkNumbers(await run({ way: "the compiler in this tab", graph: "@digits.pt2", threads: 1 })));

  test("page, contexts of one graph keep their own inputs and outputs", async () => {
    const nn = await createWasiNN({ graphs: { digits: "../models/digits.wasm" }, threads: 2 });
    const graph = await nn.component.graph.loadByName("digits");
    const pictures = new Uint8Array(await (await fetch("../models/digits.in")).arrayBuffer());
    const { Tensor } = nn.component.tensor;
    const contexts = [0, 1, 2].map((index) => {
      const context = graph.initExecutionContext();
      context.setInput("image", new Tensor([1, 1, 28, 28], "FP32", pictures.subarray(3136 * index, 3136 * (index + 1))));
      return context;
    });
    await Promise.all(contexts.map((context) => context.compute()));
    const output = (index) => new Float32Array(contexts[index].getOutput("0").data().buffer);
    const first = wanted.length / 7;
    for (const index of [0, 1, 2]) output(index).forEach((value, i) => check(Math.abs(value - wanted[index * first + i]) < 1e-4, `context ${index}, number ${i}: ${value}`));
    contexts[1][Symbol.dispose]();
    await contexts[2].compute();
    nn.dispose();
    check(/worker of the graphs stopped: it was disposed/.test(String(await failure(contexts[0].compute()))), "a computation after the end is not refused");
  });

  test("page, graphs that are dropped give their memory back", async () => {
    const nn = await createWasiNN({ threads: 2 });
    const bytes = new Uint8Array(await (await fetch("../models/digits.wasm")).arrayBuffer());
    // Each has a memory of its own, for which an engine sets gigabytes of addresses aside: without end there are none.
    for (let i = 0; i < 400; i++) {
      const graph = await nn.component.graph.load([bytes], "autodetect", "cpu");
      graph.initExecutionContext()[Symbol.dispose]();
      graph[Symbol.dispose]();
    }
    nn.dispose();
  });

  test("page, a missing input is named", async () => {
    const nn = await createWasiNN({ graphs: { digits: "../models/digits.wasm" }, threads: 1 });
    const context = (await nn.component.graph.loadByName("digits")).initExecutionContext();
    const error = await failure(context.compute());
    same([error.code(), /input 0 \(image\) was not set/.test(error.data())], ["invalid-argument", true], error.data());
    nn.dispose();
  });

  test("page, graphs are kept for the next visit, and what is damaged is not", async () => {
    const visit = async () => (await createWasiNN({ graphs: { digits: "../models/digits.wasm" }, threads: 1, cache: "graphs" })).dispose();
    await visit();
    const cache = await caches.open("sconce:graphs");
    const find = async (part) => (await cache.keys()).filter(({ url }) => url.includes(part));
    same((await find("/file?")).length, 1, "files that are kept");
    const [piece] = await find("/0");
    await cache.put(piece, new Response(new Uint8Array((await (await cache.match(piece)).arrayBuffer()).byteLength)));
    check(/is not WebAssembly/.test((await failure(visit())).message), "the second visit did not read what was kept");
    same((await cache.keys()).length, 0, "what is kept of a damaged file");
    await visit();
    same((await find("/file?")).length, 1, "files that are kept again");
    await caches.delete("sconce:graphs");
  });

  test("page, a map with a file that is missing", async () => {
    const error = await failure(createWasiNN({ graphs: { digits: "../models/nowhere" } }));
    same([error.code, /answers 404/.test(error.message)], ["not-found", true], error.message);
  });
} else {
  test("page, without JSPI it is said what to do", async () => {
    const { code, message } = await failure(createWasiNN({}));
    same(code, "unsupported-operation", "code");
    check(/cannot suspend it.*start it in a worker/.test(message), message);
  });
}

await finish({ canSuspend });
