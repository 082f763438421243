import assert from "node:assert/strict";
import { test } from "node:test";
import { joinArguments, splitArguments } from "../src/program/arguments.js";
import { graphName, kindOf } from "../src/kinds.js";
import { factsOf } from "../src/manifest.js";
import { Outbox } from "../src/program/outbox.js";
import { digestOf, missingWeights, sayMissing, sizeOf } from "../src/program/weights.js";

test("a line of arguments is split as a shell does", () => {
  const lines: [string, string[]][] = [
    ["", []],
    ["  a  b ", ["a", "b"]],
    [`'a b' "c d" e\\ f`, ["a b", "c d", "e f"]],
    [`'' ""`, ["", ""]],
    [`a'b c'd`, ["ab cd"]],
    [`"it's" 'say "so"'`, ["it's", 'say "so"']],
    [`'a\\b' "a\\"b"`, ["a\\b", 'a"b']],
    ["'not closed", ["not closed"]],
    ["ends\\", ["ends\\"]],
  ];
  for (const [line, args] of lines) assert.deepEqual(splitArguments(line), args, line);
});

test("joined arguments split into the same ones", () => {
  for (const args of [["a", "b c", ""], ["it's", 'a"b', "c\\d", "\t"]]) assert.deepEqual(splitArguments(joinArguments(args)), args);
});

test("a file's first bytes say what it is", () => {
  const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const section = (name: string) => Uint8Array.from([...preamble, 0, 100, name.length, ...new TextEncoder().encode(name)]);
  assert.equal(kindOf(section("sconce.manifest")), "model");
  assert.equal(kindOf(section("producers")), "guest");
  assert.equal(kindOf(Uint8Array.from([...preamble.slice(0, 4), 0x0d, 0, 1, 0])), "component");
  assert.equal(kindOf(new TextEncoder().encode("P5 28 28 255")), "file");
  assert.equal(kindOf(new Uint8Array()), "file");
  for (const [path, name] of [["models/mobilenet.WASM", "mobilenet"], ["v1.2/net.v1.pt", "net.v1"], ["net", "net"], [".net", ".net"]] as const) assert.equal(graphName(path), name);
});

test("a model says which files its weights are in, and which of them were not given", () => {
  const digests = Array.from({ length: 12 }, (_, i) => String(i % 10).repeat(64));
  const text = new TextEncoder().encode(JSON.stringify({ symbols: [{ name: "s40" }], shards: digests.map((sha256) => ({ sha256, bytes: 1000 })) }));
  const section = [15, ...new TextEncoder().encode("sconce.manifest"), ...text];
  const model = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 128 | (section.length & 127), section.length >> 7, ...section, 1, 2, 3]);
  assert.deepEqual(factsOf(model).sizes, ["s40"]);
  assert.equal(missingWeights(model, new Map()).length, 12);
  const missing = missingWeights(model, new Map([["1".repeat(64), 0]]));
  assert.equal(missing.length, 10);
  assert.equal(missing[1], `weights/${"2".repeat(64)}.bin`);
  assert.match(sayMissing("net", missing, model), /^net keeps its weights in files of their own, and 10 of 12 are missing: drop the folder weights\/ .*\n  weights\/0{64}\.bin\n[^]* and 6 more$/);
  assert.match(sizeOf(model), /^1(\.\d+)? kB \+ 12 kB$/);
  for (const harmful of [model.subarray(0, 40), Uint8Array.from(model, (byte, i) => (i > 8 && i < 11 ? 255 : byte))]) assert.deepEqual(factsOf(harmful), { sizes: [], weights: [] });
});

test("a file of weights is known by its name", () => {
  const digest = "0123456789abcdef".repeat(4);
  for (const path of [`${digest}.bin`, `weights/${digest}.bin`, `net/weights/${digest}.bin`]) assert.equal(digestOf(path), digest);
  for (const path of [`${digest}`, `x${digest}.bin`, "weights/a.bin"]) assert.equal(digestOf(path), undefined);
});

test("what a guest says goes out at once, but never in more messages than a page can take", () => {
  let now = 0;
  const sent: string[] = [];
  const outbox = new Outbox((pieces) => sent.push(pieces.map(({ stream, text }) => `${stream}:${text}`).join("|")), () => now);
  outbox.say("stdout", "a");
  outbox.say("stderr", "b");
  assert.deepEqual(sent, ["stdout:a", "stderr:b"]);
  for (let i = 0; i < 1000; i++) outbox.say("stdout", "x");
  assert.ok(sent.length <= 50, `${sent.length} messages`);
  now = 200;
  outbox.say("error", "c");
  const said = sent.join("");
  assert.equal(said.split("x").length - 1, 1000);
  assert.ok(said.endsWith("|error:c"), said.slice(-20));
});
