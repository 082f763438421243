// The compiler in a tab: what it makes are the bytes that the command line makes, and what it refuses it refuses in the same words.
import { CompileError, compile, inspect, lazy, verify } from "../compiler/index.js";
import { load } from "../runtime/index.js";
import { check, failure, finish, same, test } from "./harness.js";

const bytesAt = async (path) => new Uint8Array(await (await fetch(`../models/${path}`)).arrayBuffer());
const { compiled, refused } = await (await fetch("../models/list.json")).json();

for (const { file, options } of compiled) {
  test(`${file}: the command line's bytes`, async () => {
    const stages = [];
    const source = new File([await bytesAt(file)], file);
    const { wasm, manifest, summary } = await compile(source, { ...options, onProgress: ({ stage }) => stages.push(stage) });
    const wanted = await bytesAt(`${file}.wasm`);
    same(wasm.length, wanted.length, "bytes");
    const differing = wasm.findIndex((byte, i) => byte !== wanted[i]);
    check(differing < 0, `byte ${differing} differs`);
    same([stages[0], stages.at(-1)], ["starting", "writing"], "stages");
    check(stages.includes("reading") && stages.includes("code"), `stages are ${stages}`);
    same([summary.source, summary.bytes.file, typeof summary.multiplyAdds !== "undefined"], [file, wasm.length, true], "summary");
    const model = await load(wasm, { threads: 1 });
    same(model.inputs.map(({ name }) => name), summary.inputs.map(({ name }) => name), "inputs");
    same(manifest.inputs.map(({ name }) => name), summary.inputs.map(({ name }) => name), "the manifest's inputs");
    model.dispose();
  });
}

for (const { file, message } of refused) {
  test(`${file}: the command line's words`, async () => {
    const error = await failure(compile(await bytesAt(file), { name: file }));
    check(error instanceof CompileError, `it is ${error}`);
    same(error.message, message, "message");
    check(error.message.startsWith(error.problem), "it begins with the problem");
  });
}

for (const { file, options } of compiled) {
  test(`${file}: its kernels agree with the reference evaluator`, async () => {
    const [stages, runs] = [[], []];
    let early;
    const proof = await verify(new File([await bytesAt(file)], file), {
      ...options, load, onProgress: ({ stage }) => stages.push(stage), onCompiled: (model) => (early = model), onRun: ({ name }) => runs.push(name),
    });
    check(proof.passed && proof.problem === undefined, proof.problem);
    check(proof.runs >= 1 && proof.maxError < 1e-3, `${proof.runs} runs, difference ${proof.maxError}`);
    same(runs.length, proof.runs, "runs that were told");
    check(/^compared with the reference evaluator on /.test(proof.note), proof.note);
    same([stages.at(-1), early.wasm.length, early.summary.source], ["evaluating", proof.wasm.length, file], "stages, and the model before it is verified");
  });
}

/** A model all of whose outputs are changed. */
const loadWrongly = (change) => async (wasm) => {
  const model = await load(wasm, { threads: 1 });
  return { dispose: () => model.dispose(), run: async (inputs, how) => change(await model.run(inputs, how)) };
};

test("numbers that differ are told with the first node, and its line of Python", async () => {
  const file = await bytesAt(compiled[0].file);
  const off = loadWrongly((outputs) => {
    for (const { data } of Object.values(outputs)) if (data instanceof Float32Array) data[0] += 1;
    return outputs;
  });
  // The first run is of the least sizes: an empty batch, of which nothing differs.
  const { passed, problem, runs } = await verify(file, { name: "digits.pt2", load: off });
  same([passed, runs], [false, 2], "verdict");
  check(/^random inputs of s40 = \d+: logits\[0, 0\]: expected [-\d.e]+, but got [-\d.e]+ \(1 of \d+ differ\)\n/.test(problem), problem);
  check(/\nthe first node that differs from the reference evaluator: aten::conv2d\.default\n {2}conv2d\[0, 0, 0, 0\]: expected .*\n {2}at module features\.0$/.test(problem), problem);
});

test("an error where the evaluator gives numbers is wrong too", async () => {
  const failing = loadWrongly(() => { throw new Error("it does not run"); });
  const { passed, problem } = await verify(await bytesAt(compiled[0].file), { load: failing });
  same([passed, problem], [false, "random inputs of s40 = 0: the reference evaluator gives numbers, the model an error: it does not run"], "verdict");
});

test("inspect tells of an address", async () => {
  const { file, options } = compiled[0];
  const { source, inputs, steps } = await inspect(`../models/${file}`, options);
  same(source, file, "source");
  check(inputs.length > 0 && steps.length > 0, "it has inputs and steps");
});

test("TorchScript is compiled for the inputs that it is given", async () => {
  const model = lazy("../models/traced.pt", { load });
  const ones = (rows) => ({ x: { data: new Float32Array(rows * 5).fill(1), shape: [rows, 5] } });
  const [two, three] = [await model.run(ones(2)), await model.run(ones(3))];
  same([two.output.shape[0], three.output.shape[0]], [2, 3], "rows");
  same([...two.output.data.slice(0, two.output.shape[1])], [...three.output.data.slice(-three.output.shape[1])], "each row alike");
  check((await model.for(ones(2))) === (await model.for(ones(2))), "compiled once for each size");
  await model.dispose();
  check(/expected/.test((await failure(lazy("../models/none.pt", { load }).run(ones(2)))).message), "a missing file is told");
});

test("an address without a model", async () => {
  const { message } = await failure(compile("../models/none.pt2"));
  check(/^expected a model at .*none\.pt2, but the server answers 404/.test(message), message);
});

test("a signal stops it", async () => {
  const controller = new AbortController();
  const { file, options } = compiled[0];
  const reason = new Error("enough");
  const stopped = compile(await bytesAt(file), { ...options, signal: controller.signal, onProgress: ({ stage }) => stage === "reading" && controller.abort(reason) });
  check((await failure(stopped)) === reason, "the reason comes back");
  check((await failure(compile(new Uint8Array(), { signal: AbortSignal.abort(reason) }))) === reason, "before it began as well");
});

await finish();
