// Models over the network, from servers as they are: what breaks off is resumed, what is damaged is found.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Graph, loadGraphSync, openSource } from "../src/core.js";
import { type LoadOptions, type Progress, SconceError, load } from "../src/index.js";
import { Sha256, createHash as createOurs, toHex } from "../src/loading/sha256.js";
import { expected, makeArtifact, makeSplit } from "./fixture.js";
import { type MannerName, startMisbehaving } from "./misbehaving.js";

const padding = 2_000_000;
const whole = makeArtifact({ padding });
const { file, shards } = makeSplit(600_000, { padding });
const weightBytes = [...shards.values()].reduce((sum, { length }) => sum + length, 0);
const files = new Map([["whole.wasm", whole], ["split.wasm", file], ...shards, ...[...shards].map(([name, bytes]) => [`elsewhere/${name}`, bytes] as const)]);
const tensors = { x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } };

let server: Awaited<ReturnType<typeof startMisbehaving>>;
before(async () => { server = await startMisbehaving(files); });
beforeEach(() => server.forget());
after(() => server.close());

const at = (manner: MannerName, name: string) => `${server.origin}/${manner}/${name}`;

async function runs(source: Parameters<typeof load>[0], options: LoadOptions = {}): Promise<Progress[]> {
  const seen: Progress[] = [];
  using model = await load(source, { threads: 1, onProgress: (progress) => void seen.push(progress), ...options });
  assert.deepEqual((await model.run(tensors)).y?.data, expected([1, 2, 3, 4], [1]));
  return seen;
}

async function refusal(source: Parameters<typeof load>[0], options: LoadOptions = {}): Promise<SconceError> {
  const error = await load(source, { threads: 1, ...options }).then(() => assert.fail("was not refused"), (reason: unknown) => reason);
  assert.ok(error instanceof SconceError, String(error));
  return error;
}

for (const worker of [true, false]) {
  test(`a split model runs, ${worker ? "in a worker" : "without one"}, and its progress is over all of it`, async () => {
    const seen = await runs(at("good", "split.wasm"), { worker });
    assert.ok(seen.every(({ total }) => total === file.length + weightBytes));
    assert.ok((seen[0]?.loaded ?? Infinity) <= file.length);
    assert.equal(seen.at(-1)?.loaded, file.length + weightBytes);
    assert.equal(server.sent(), file.length + weightBytes);
  });
}

test("with memory that threads share", async () => { await runs(at("good", "split.wasm"), { threads: 2 }); });

test("equal shards are fetched once", async () => {
  const twice = makeSplit(8, { padding: 64 });
  const model = await startMisbehaving(new Map([["model.wasm", twice.file], ...twice.shards]));
  try {
    await runs(`${model.origin}/good/model.wasm`);
    assert.equal(model.asked.length, 1 + twice.shards.size);
  } finally {
    await model.close();
  }
});

for (const [manner, most] of [["cutting", 1.2], ["cutting-whole", 2.6], ["gzip", 1], ["gzip-cutting", 1.5], ["busy", 1], ["slow", 1], ["chunked", 1.2]] as const) {
  for (const name of ["whole.wasm", "split.wasm"]) {
    test(`from a server that is ${manner}: ${name}`, async () => {
      const bytes = name === "whole.wasm" ? whole.length : file.length + weightBytes;
      const seen = await runs(at(manner, name));
      assert.equal(seen.at(-1)?.loaded, bytes);
      assert.equal(seen.at(-1)?.total, bytes);
      assert.ok(server.sent() <= most * bytes, `${server.sent()} bytes were sent of ${bytes}`);
      if (manner === "cutting") assert.ok(server.asked.some(({ from }) => from > 0));
    });
  }
}

test("a byte that was changed on its way is found, and the shard fetched anew", async () => {
  const seen = await runs(at("flipping", "split.wasm"));
  assert.equal(seen.at(-1)?.loaded, file.length + weightBytes);
  assert.equal(server.sent(), file.length + 2 * weightBytes);
});

test("a shard that is damaged is named", async () => {
  const { code, message } = await refusal(at("damaged", "split.wasm"));
  assert.equal(code, "artifact");
  const [, name = "", found = ""] = /split\.wasm: the file of weights (\S+) is damaged: it has bytes whose SHA-256 is ([0-9a-f]{64}), also when fetched anew/.exec(message) ?? [];
  assert.ok(shards.has(name), message);
  assert.notEqual(name, `weights/${found}.bin`);
});

test("a shard of another length is named", async () => {
  assert.match((await refusal(at("short", "split.wasm"))).message, /split\.wasm: the file of weights weights\/\w+\.bin is damaged: it has \d+ bytes where \d+ belong/);
  assert.match((await refusal(at("long", "split.wasm"))).message, /split\.wasm: the file of weights weights\/\w+\.bin is damaged: it has more bytes where \d+ belong/);
  assert.match((await refusal(at("html", "split.wasm"))).message, /weights\/\w+\.bin/);
});

test("a shard that is not there is named, at once", async () => {
  assert.match((await refusal(at("gone", "split.wasm"))).message, /^the model's weights lie in files of their own, in weights\/ beside it, and http:\/\/localhost:\d+\/gone\/weights\/\w+\.bin cannot be fetched: the server answers 404 Not Found$/);
  // The file and four shards.
  const asked = () => server.asked.filter(({ manner }) => manner === "gone").length;
  assert.ok(asked() <= 5);
  // Nor goes anything on when it has failed.
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(asked() <= 5);
});

test("two versions of a file are never mixed", async () => {
  for (const manner of ["changing", "nameless"] as const) {
    const { code, message } = await refusal(at(manner, "whole.wasm"));
    assert.equal(code, "network");
    assert.match(message, /broke off at byte \d+ and cannot be resumed: the file changed on the server, or its answers carry neither ETag nor Last-Modified/);
    // Of a shard its digest tells.
    if (manner === "nameless") await runs(at(manner, "split.wasm")).catch((error: Error) => assert.match(error.message, /split\.wasm broke off/));
  }
});

test("a server that goes away is told of, with how far it got", async () => {
  const other = await startMisbehaving(files);
  const loading = refusal(`${other.origin}/slow/whole.wasm`);
  while (other.sent() < 300_000) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.close();
  assert.match((await loading).message, /whole\.wasm broke off at byte \d+, and 5 attempts to go on brought nothing: /);
});

test("a signal stops it while it waits", async () => {
  const other = await startMisbehaving(files);
  const controller = new AbortController();
  const loading = load(`${other.origin}/slow/split.wasm`, { signal: controller.signal }).then(() => assert.fail(), (error: unknown) => error);
  while (other.sent("weights") < 100_000) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.close();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 100);
  assert.equal(await loading, reason);
});

test("weights may lie elsewhere", async () => {
  await runs(at("good", "split.wasm"), { weights: at("good", "elsewhere/weights") });
  await runs(file, { weights: `${at("good", "weights")}/` });
  await runs(new Response(file), { weights: at("good", "weights") });
  await runs(await fetch(at("good", "split.wasm")));
  for (const source of [file, new Blob([file]), new Response(file), await WebAssembly.compile(file)]) {
    assert.match((await refusal(source)).message, /^the model's weights lie in files of their own, in weights\/ beside it, and what was given does not say where: give load its URL or path, or the option weights/);
  }
});

test("from a folder, by path and URL, and on this thread", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sconce-split-"));
  try {
    mkdirSync(join(folder, "weights"));
    for (const [name, bytes] of [["split.wasm", file] as const, ...shards]) writeFileSync(join(folder, name), bytes);
    const path = join(folder, "split.wasm");
    await runs(path);
    await runs(pathToFileURL(path));
    const { chunks, shard } = await openSource(path);
    assert.deepEqual((await Graph.load(chunks, { shard })).createContext().run(tensors).y?.data, expected([1, 2, 3, 4], [1]));
    const readShard = ({ sha256 }: { sha256: string }) => shards.get(`weights/${sha256}.bin`) ?? new Uint8Array();
    assert.deepEqual(loadGraphSync(file, { readShard }).createContext().run(tensors).y?.data, expected([1, 2, 3, 4], [1]));
    assert.throws(() => loadGraphSync(file, { readShard: () => new Uint8Array(3) }), /is damaged: it has 3 bytes where 600000 belong/);
    assert.throws(() => loadGraphSync(file), /the model's weights lie in files of their own/);
    const [name = ""] = shards.keys();
    writeFileSync(join(folder, name), new Uint8Array(600_000));
    assert.match((await refusal(path)).message, new RegExp(`^${path}: the file of weights ${name} is damaged`));
    rmSync(join(folder, name));
    assert.match((await refusal(path)).message, new RegExp(`^the model's weights lie in files of their own, in weights/ beside it, and ${folder}/${name} cannot be read: ENOENT`));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("contexts of one graph hold its weights once", async () => {
  const { chunks, shard } = await openSource(at("good", "split.wasm"));
  const graph = await Graph.load(chunks, { shard, shared: true, contexts: 8 });
  const [first, second] = [graph.createContext(), graph.createContext()];
  const other = { ...tensors, x: { data: Float32Array.of(5, 6, 7, 8), shape: [1, 4] } };
  assert.deepEqual([first.run(tensors).y?.data, second.run(other).y?.data], [expected([1, 2, 3, 4], [1]), expected([5, 6, 7, 8], [1])]);
  assert.deepEqual(first.output(0).data, expected([1, 2, 3, 4], [1]));
  // Weights of 2 MB, once: what is beyond them is small.
  assert.ok(graph.memory.buffer.byteLength < weightBytes + 2 ** 20, `${graph.memory.buffer.byteLength} bytes`);
  second.dispose();
  assert.deepEqual(graph.createContext().run(other).y?.data, expected([5, 6, 7, 8], [1]));
});

test("the memory of what was read is given back at once", async () => {
  for (const source of [whole, at("good", "whole.wasm")]) {
    let before: Uint8Array | undefined;
    for await (const chunk of (await openSource(source)).chunks) {
      assert.equal(before?.length ?? 0, 0);
      assert.notEqual(chunk.length, 0);
      before = chunk;
    }
    assert.equal(before?.length, 0);
  }
  // What is given to load or openSource itself is left alone.
  assert.notEqual(whole.length, 0);
});

test("a file is checked before anything of it runs", async () => {
  for (const source of [whole, file]) {
    const integrity = `sha256-${createHash("sha256").update(source).digest("base64")}`;
    const options = { integrity, weights: at("good", "weights") };
    await runs(source, options);
    const other = source.slice();
    other[other.length - 1]! ^= 1;
    const { code, message } = await refusal(other, options);
    assert.equal(code, "artifact");
    assert.match(message, /the file is not the one that integrity names: expected sha256-\S+=, got sha256-\S+=|damaged/);
  }
  assert.match((await refusal(whole, { integrity: "sha256-abc" })).message, /^the option integrity should be "sha256-" and the file's SHA-256 in base64, 44 characters, got "sha256-abc"$/);
  assert.match((await refusal(await WebAssembly.compile(whole), { integrity: `sha256-${"a".repeat(43)}=` })).message, /cannot be checked: integrity is for its file/);
});

test("a cache that is not to be had is told of, and the model runs", async () => {
  using model = await load(at("good", "split.wasm"), { cache: true, threads: 1 });
  const { cache } = model.report();
  assert.deepEqual({ ...cache, reason: cache?.reason?.slice(0, 32) }, { kept: false, fetched: file.length + weightBytes, reason: "there is no Cache API here: brow" });
  using local = await load(whole, { cache: "mine", threads: 1 });
  assert.equal(local.report().cache?.reason, "only what is fetched by its URL is kept");
  assert.match((await refusal(whole, { cache: "" })).message, /^the option cache should be true, false or a name, got ""$/);
});

test("a manifest's shards are looked at before they are believed", async () => {
  const { sha256 = "" } = { sha256: "a".repeat(64) };
  for (const [shard, wrong] of [
    [{ sha256: "../../etc/passwd", bytes: 8, addresses: [1024] }, /shards\[0\]\.sha256 should be a SHA-256 in hexadecimal/],
    [{ sha256, bytes: 2 ** 40, addresses: [1024] }, /shards\[0\]\.bytes should be an integer/],
    [{ sha256, bytes: 8, addresses: [0] }, /shards\[0\]\.addresses\[0\] should be an integer from 1024 to/],
    [{ sha256, bytes: 80_000, addresses: [90_000] }, /shards\[0\]\.addresses\[0\] should be an integer from 1024 to/],
  ] as const) {
    assert.match((await refusal(makeSplit(1e6, { manifest: { shards: [{ ...shard, addresses: [...shard.addresses] }] } }).file)).message, wrong);
  }
  assert.match((await refusal(makeArtifact({ manifest: { format: 4 } }))).message, /the file has format 4/);
  assert.match((await refusal(makeSplit(1e6, { manifest: { format: 3 } }).file)).message, /the file has format 3/);
});

test("our SHA-256 is SHA-256", () => {
  let seed = 7;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let length = 0; length < 300; length += 1 + next(3)) {
    const bytes = Uint8Array.from({ length }, () => next(256));
    const ours = new Sha256();
    const theirs = createOurs();
    for (let from = 0; from < length;) {
      const to = from + next(90);
      ours.update(bytes.subarray(from, to));
      theirs.update(bytes.subarray(from, to));
      from = to;
    }
    assert.equal(toHex(ours.digest()), createHash("sha256").update(bytes).digest("hex"));
    assert.equal(toHex(theirs.digest()), createHash("sha256").update(bytes).digest("hex"));
  }
});
