import assert from "node:assert/strict";
import { test } from "node:test";
import { joinArguments, splitArguments } from "../src/arguments.js";
import { graphName, kindOf } from "../src/kinds.js";
import { Outbox } from "../src/outbox.js";

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
