// Guests that are components, for each version of wasi:nn, as jco runs them with --instantiation.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { WASIShim } from "@bytecodealliance/preview2-shim/instantiation";
import type { NNError, WasiNN, WasiNNOptions } from "../src/index.js";
import { type Failure, type Guest, type Value, allowExtendedConstants, transpileGuest, versions } from "./component-guest.js";
import { type TestRun, type TestTensor, artifact, artifactUrl, at, expectOutput, runOf, runsOf, source, tensorOf, withNN } from "./fixture.js";

interface Transpiled {
  instantiate(core: (path: string) => WebAssembly.Module, imports: object): Promise<Guest>;
}

allowExtendedConstants();
/** WASI without a folder: the guest's QuickJS asks for more than the guest does. */
const wasi = { ...new WASIShim().getImportObject(), "wasi:filesystem/preopens": { getDirectories: () => [] } };

for (const version of versions) {
  describe(`a component for ${version}`, async () => {
    const url = await transpileGuest(version, "instantiation", { instantiation: "async" });
    const { instantiate } = (await import(url.href)) as Transpiled;

    const withGuest = (options: WasiNNOptions, body: (guest: Guest, nn: WasiNN) => void) => withNN(options, async (nn) => {
      const core = (path: string) => new WebAssembly.Module(readFileSync(new URL(path, url)));
      body(await instantiate(core, { ...wasi, ...nn.componentImports }), nn);
    });

    test("loads a graph by its bytes and by its name, and drops both", () => withGuest({ graphs: { classifier: artifactUrl("classifier") } }, ({ driver }) => {
      const { inputs, outputs } = runOf("classifier");
      for (const graph of [driver.load([artifact("classifier")], "autodetect", "gpu"), driver.load([source("classifier")], "pytorch", "cpu"), driver.loadByName("classifier")]) {
        const context = driver.open(graph);
        // The context outlives the graph.
        driver.dropGraph(graph);
        const [output, ...more] = driver.run(context, named(inputs, ["input"]), ["output"]);
        equal(more.length, 0);
        expectValue(output, at(outputs, 0));
        driver.close(context);
      }
    }));

    test("takes and gives PyTorch's names, in any order", () => withGuest({ graphs: { pair: artifactUrl("pair") } }, ({ driver }) => {
      const context = driver.open(driver.loadByName("pair"));
      for (const { inputs, outputs } of runsOf("pair")) {
        const given = driver.run(context, named(inputs, ["left", "right"]).reverse(), ["difference", "product"]);
        deepEqual(given.map(({ name }) => name), ["difference", "product"]);
        outputs.forEach((right, i) => expectValue(given[i], right));
      }
    }));

    test("takes places for names", () => withGuest({ graphs: { pair: artifactUrl("pair") } }, ({ driver }) => {
      const context = driver.open(driver.loadByName("pair"));
      const { inputs, outputs } = runOf("pair");
      const given = driver.run(context, named(inputs, ["0", "1"]).reverse(), ["0", "1"]);
      outputs.forEach((right, i) => expectValue(given[i], right));
    }));

    test("has every type of WIT", () => withGuest({ graphs: { types: artifactUrl("types"), brain: artifactUrl("brain") }, threads: 2 }, ({ driver }) => {
      const check = (graph: string, { inputs, outputs }: TestRun, inputNames: readonly string[], outputNames: readonly string[]) => {
        const given = driver.run(driver.open(driver.loadByName(graph)), named(inputs, inputNames), outputNames);
        equal(given.length, outputs.length);
        outputs.forEach((right, i) => expectValue(given[i], right));
      };
      const inputNames = ["half", "single", "double", "byte", "signed", "integer", "long", "flag"];
      for (const run of runsOf("types")) check("types", run, inputNames, inputNames);
      for (const run of runsOf("brain")) check("brain", run, ["brain"], ["brain"]);
    }));

    test("keeps tensors as they were made", () => withGuest({}, ({ driver }) => {
      for (const ty of ["FP16", "FP32", "FP64", "BF16", "U8", "I32", "I64"]) {
        const value = { name: "", dimensions: Uint32Array.of(3, 1, 2 ** 31), ty, data: Uint8Array.of(1, 2, 255) };
        const back = driver.tensor(value);
        deepEqual([back.ty, [...back.dimensions], [...back.data]], [ty, [3, 1, 2 ** 31], [1, 2, 255]]);
      }
    }));

    test("computes again and again, several contexts at once", () => withGuest({ graphs: { counter: artifactUrl("counter") } }, ({ driver }) => {
      const graph = driver.loadByName("counter");
      const contexts = [driver.open(graph), driver.open(graph)];
      for (const { inputs, outputs } of runsOf("counter")) {
        for (const context of contexts) expectValue(driver.run(context, named(inputs, ["step"]), ["total"])[0], at(outputs, 0));
      }
    }));

    test("takes shapes as they come", () => withGuest({ graphs: { table: artifactUrl("table") } }, ({ driver }) => {
      const context = driver.open(driver.loadByName("table"));
      for (const { inputs, outputs } of runsOf("table")) {
        const given = driver.run(context, named(inputs, ["rows", "weights"]), ["rows", "sum"]);
        outputs.forEach((right, i) => expectValue(given[i], right));
      }
    }));

    test("gives a context's memory back when the guest drops it", () => withGuest({ graphs: { classifier: artifactUrl("classifier") }, memory: 512 << 10 }, ({ driver }) => {
      const graph = driver.loadByName("classifier");
      const contexts: number[] = [];
      const error = failureOf(() => {
        for (let i = 0; i < 10_000; i++) contexts.push(driver.open(graph));
      });
      equal(error.code, "too-large");
      ok(contexts.length > 2, `${contexts.length} contexts fit`);
      equal(failureOf(() => driver.open(graph)).code, "too-large");
      for (let i = 0; i < 100; i++) {
        driver.close(contexts.pop() as number);
        contexts.push(driver.open(graph));
      }
      const { inputs, outputs } = runOf("classifier");
      expectValue(driver.run(at(contexts, contexts.length - 1), named(inputs, ["picture"]), ["0"])[0], at(outputs, 0));
    }));

    test("says what is wrong, as the resource error", () => {
      const told: string[] = [];
      const onError = ({ code }: NNError, call: string) => told.push(`${call}: ${code}`);
      const graphs = { pair: artifactUrl("pair"), short: artifactUrl("short") };
      return withGuest({ graphs, onError }, ({ driver }) => {
        const refused = (code: string, text: RegExp, call: () => unknown) => {
          const failure = failureOf(call);
          equal(failure.code, code, failure.data);
          match(failure.data, text);
        };
        refused("not-found", /there is no graph "nobody"/, () => driver.loadByName("nobody"));
        refused("invalid-encoding", /no backend for onnx/, () => driver.load([Uint8Array.of(8, 7)], "onnx", "cpu"));
        refused("invalid-argument", /neither a compiled model nor a file of PyTorch's/, () => driver.load([Uint8Array.of(8, 7)], "autodetect", "tpu"));
        refused("invalid-argument", /is one part; got 2/, () => driver.load([artifact("pair"), artifact("pair")], "pytorch", "cpu"));
        refused("invalid-argument", /is one part; got 0/, () => driver.load([], "pytorch", "cpu"));
        refused("invalid-argument", /was not compiled ahead/, () => driver.load([source("classifier")], "pytorch", "cpu"));
        const context = driver.open(driver.loadByName("pair"));
        const { inputs, outputs } = runOf("pair");
        const values = named(inputs, ["left", "right"]);
        const [left, right] = [at(values, 0), at(values, 1)];
        const run = (...given: readonly Value[]) => driver.run(context, given, ["difference", "product"]);
        refused("invalid-argument", /input 1 \(right\) (was not set|is not in the list)/, () => run(left));
        refused("invalid-argument", /no input "wrong": it has "left", "right"/, () => run(left, { ...right, name: "wrong" }));
        refused("invalid-argument", /should have the dimensions \[3\], got \[4\]/, () => run(left, named([tensorOf([1, 2, 3, 4])], ["right"])[0] as Value));
        refused("invalid-argument", /which WASI-NN calls FP32; got I32/, () => run(left, { ...right, ty: "I32" }));
        refused("invalid-argument", /has 12 bytes, got 11/, () => run(left, { ...right, data: right.data.slice(1) }));
        // None of these is the end of the context, nor of the guest.
        run(left, right).forEach((value, i) => expectValue(value, at(outputs, i)));
        refused("unsupported-operation", /int16, for which WASI-NN has no tensor type/, () => driver.run(driver.open(driver.loadByName("short")), named(runOf("short").inputs, ["input"]), ["output"]));
        deepEqual(told.slice(0, 2), ["load-by-name: not-found", "load: invalid-encoding"]);
        equal(told.length, 12);
      });
    });

    if (version === "2024-10-28") testList(withGuest);
    else testSteps(withGuest);
    test("guests make errors of their own in 2024-06-25 alone", () => withGuest({}, ({ makingErrors }) => {
      if (version !== "2024-06-25") equal(makingErrors, undefined);
      else for (const code of ["security", "timeout"]) deepEqual(makingErrors?.make({ code, data: "its own ✓" }), { code, data: "its own ✓" });
    }));
  });
}

type WithGuest = (options: WasiNNOptions, body: (guest: Guest) => void) => Promise<void>;

/** What differs since 2024-10-28. */
function testList(withGuest: WithGuest): void {
  test("a computation needs each input once, and takes unknown names in order", () => withGuest({ graphs: { pair: artifactUrl("pair") } }, ({ driver }) => {
    const context = driver.open(driver.loadByName("pair"));
    const { inputs, outputs } = runOf("pair");
    const run = (...names: string[]) => driver.run(context, named(inputs, names), []);
    run("a", "b").forEach((value, i) => expectValue(value, at(outputs, i)));
    match(failureOf(() => run("left", "0")).data, /input 0 \(left\) is there twice, as "left" and as "0"/);
    // An input of the computation before does not come back.
    match(failureOf(() => driver.run(context, named(inputs, ["left"]), [])).data, /input 1 \(right\) is not in the list/);
    match(failureOf(() => driver.run(context, [], [])).data, /input 0 \(left\) is not in the list/);
  }));
}

/** What was until 2024-08-19. */
function testSteps(withGuest: WithGuest): void {
  test("inputs are set and outputs asked for one by one", () => withGuest({ graphs: { pair: artifactUrl("pair") } }, ({ driver, steps }) => {
    ok(steps);
    const context = driver.open(driver.loadByName("pair"));
    const [first, second] = [runOf("pair", 0), runOf("pair", 1)];
    const refused = (call: () => unknown, text: RegExp) => {
      const { code, data } = failureOf(call);
      equal(code, "invalid-argument");
      match(data, text);
    };
    refused(() => steps.compute(context), /input 0 \(left\) was not set/);
    named(first.inputs, ["left", "right"]).forEach((value) => steps.setInput(context, value));
    refused(() => steps.getOutput(context, "0"), /nothing was computed yet/);
    steps.compute(context);
    expectValue(steps.getOutput(context, "product"), at(first.outputs, 1));
    expectValue(steps.getOutput(context, "0"), at(first.outputs, 0));
    refused(() => steps.getOutput(context, "output"), /no output "output": it has "difference", "product"/);
    refused(() => steps.getOutput(context, "2"), /no output "2"/);
    refused(() => steps.setInput(context, { ...at(named(first.inputs, ["left"]), 0), name: "input" }), /no input "input"/);
    // An input stays until it is set anew, and an output is the last computation's.
    steps.compute(context);
    expectValue(steps.getOutput(context, "product"), at(first.outputs, 1));
    named(second.inputs, ["left", "right"]).forEach((value) => steps.setInput(context, value));
    steps.compute(context);
    expectValue(steps.getOutput(context, "product"), at(second.outputs, 1));
  }));
}

function named(tensors: readonly TestTensor[], names: readonly string[]): Value[] {
  return names.map((name, i) => {
    const { dimensions, type, data } = at(tensors, i);
    return { name, dimensions: Uint32Array.from(dimensions), ty: type ?? "", data };
  });
}

function expectValue(value: Value | undefined, right: TestTensor): void {
  ok(value);
  equal(value.ty, right.type);
  deepEqual([...value.dimensions], right.dimensions);
  expectOutput(value.data, right, value.name);
}

/** The error that the guest was given, and reports. */
function failureOf(call: () => unknown): Failure {
  try {
    call();
  } catch (error) {
    const { code, data } = ((error as { payload?: unknown }).payload ?? error) as Partial<Failure>;
    if (typeof code === "string" && typeof data === "string") return { code, data };
    throw error;
  }
  throw new Error("nothing was refused");
}
