// The package as it is built: what a page gets.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type * as Runtime from "../src/index.js";
import type * as Core from "../src/core.js";
import type * as Tensors from "../src/tensor.js";
import { expected, makeArtifact } from "./fixture.js";

const dist = new URL("../../dist/", import.meta.url);
const tensors = { x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } };

test("runs with and without a worker", async () => {
  const { load } = (await import(new URL("index.js", dist).href)) as typeof Runtime;
  for (const worker of [true, false]) {
    const model = await load(makeArtifact(), { threads: 2, worker });
    assert.deepEqual((await model.run(tensors)).y?.data, expected([1, 2, 3, 4], [1]));
    model.dispose();
  }
});

test("runs on the thread it is called on", async () => {
  const { Graph } = (await import(new URL("core.js", dist).href)) as typeof Core;
  const graph = await Graph.load(new Blob([makeArtifact()]).stream() as unknown as AsyncIterable<Uint8Array>);
  assert.deepEqual(graph.createContext().run(tensors).y?.data, expected([1, 2, 3, 4], [1]));
});

test("source maps bring their sources, for the package has none", async () => {
  for (const file of ["index.js", "worker.js", "core.js", "network.js", "cache.js", "tensor.js", "image.js", "audio.js"]) {
    const { sources, sourcesContent } = JSON.parse(await readFile(new URL(`${file}.map`, dist), "utf8")) as { sources: string[]; sourcesContent?: (string | null)[] };
    assert.ok(sources.length > 1);
    assert.ok(sources.every((_, index) => (sourcesContent?.[index]?.length ?? 0) > 50), file);
  }
});

test("an error is a SconceError to each script of the package", async () => {
  const [{ SconceError }, { SconceError: ofCore }, { tensor, SconceError: ofTensor }] = await Promise.all(["index", "core", "tensor"].map((name) => import(new URL(`${name}.js`, dist).href))) as [typeof Runtime, typeof Core, typeof Tensors];
  assert.throws(() => tensor(["1"] as unknown as number[]), (error) => error instanceof SconceError && error instanceof ofCore && error instanceof ofTensor && error.code === "input");
  for (const other of [new Error("none"), null, undefined, "SconceError"]) assert.ok(!((other as unknown) instanceof SconceError));
});

test("the network's part is fetched when a model wants it", async () => {
  assert.match(await readFile(new URL("index.js", dist), "utf8"), /import\("\.\/network\.js"\)/);
});

test("the worker's script stands for itself, and does not lead back to the page's", async () => {
  assert.doesNotMatch(await readFile(new URL("worker.js", dist), "utf8"), /\bimport\b|\bnew Worker\b/);
});

test("is a few kilobytes", async () => {
  const contents = await Promise.all(["index.js", "worker.js", "core.js", "network.js"].map((file) => readFile(new URL(file, dist))));
  const [index = 0, worker = 0, core = 0, network = 0] = contents.map((content) => gzipSync(content).length);
  assert.ok(index + worker <= 19.7 * 1024, `${index + worker} bytes compressed for a page`);
  assert.ok(core <= 18.4 * 1024, `${core} bytes compressed for a thread that runs models itself`);
  assert.ok(network <= 4 * 1024, `${network} bytes compressed for a model that is large, split or kept`);
  for (const content of contents) assert.doesNotMatch(content.toString(), /createObjectURL|\beval\(|new Function/);
});

/** What a page's bundle has of a module of which it uses so much. */
async function bundled(code: string): Promise<string> {
  const { outputFiles } = await build({ stdin: { contents: code, resolveDir: fileURLToPath(dist) }, bundle: true, minify: true, format: "esm", write: false, logLevel: "error" });
  return outputFiles[0]?.text ?? "";
}

test("what stands beside a model is small, and a bundler takes of it what is used", async () => {
  for (const [name, whole, part, bytes] of [["tensor", 8, "argmax", 2], ["image", 11, "nms", 2.5], ["image", 11, "toTensor", 6], ["audio", 8.5, "resample", 2.5]] as const) {
    const all = gzipSync(await bundled(`export * from "sconce/${name}";`)).length;
    const one = gzipSync(await bundled(`export { ${part} } from "sconce/${name}";`)).length;
    assert.ok(all <= whole * 1024, `${all} bytes compressed for sconce/${name}`);
    assert.ok(one <= bytes * 1024, `${one} bytes compressed for ${part} of sconce/${name}`);
  }
  assert.equal((await bundled('import "sconce/tensor"; import "sconce/image"; import "sconce/audio";')).trim(), "");
});

test("the loader has nothing of it", async () => {
  const { metafile } = await build({ stdin: { contents: 'export * from "sconce";', resolveDir: fileURLToPath(dist) }, bundle: true, format: "esm", write: false, metafile: true, logLevel: "error" });
  assert.deepEqual(Object.keys(metafile.inputs).filter((file) => /(tensor|image|audio|capture|shared-\w+)\.js$/.test(file)), []);
});
