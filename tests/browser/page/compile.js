// The compiler in a tab: what it makes are the bytes that the command line makes, and what it refuses it refuses in the same words.
import { CompileError, compile, inspect } from "../compiler/index.js";
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
    same([summary.source, summary.bytes.file], [file, wasm.length], "summary");
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

test("inspect tells of an address", async () => {
  const { file, options } = compiled[0];
  const { source, inputs, steps } = await inspect(`../models/${file}`, options);
  same(source, file, "source");
  check(inputs.length > 0 && steps.length > 0, "it has inputs and steps");
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
