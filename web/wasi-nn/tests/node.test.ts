import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { NNError } from "../src/errors.js";
import { compileWith } from "../src/node.js";

/** Stands for the tool: a script that gets "compile", SOURCE, "-o" and OUTPUT. */
const tool = (script: string) => compileWith([process.execPath, "-e", `const { readFileSync, writeFileSync } = require("node:fs"); const [what, source, flag, output] = process.argv.slice(1);${script}`, "--"]);

const model = Uint8Array.of(0x50, 0x4b, 3, 4);
const temporary = process.env["TMPDIR"];
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "compile-with-"));
  process.env["TMPDIR"] = folder;
});

after(() => {
  if (temporary === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = temporary;
  rmSync(folder, { recursive: true });
});

/** The error that it throws; the files that it made must be gone. */
function failure(compile: (model: Uint8Array) => Uint8Array): NNError {
  let thrown: unknown;
  assert.throws(() => compile(model), (error) => ((thrown = error), true));
  assert.ok(thrown instanceof NNError);
  assert.deepEqual(readdirSync(folder), []);
  return thrown;
}

test("the tool gets the model's bytes, and what it writes is the artifact", () => {
  const bytes = tool(`if (what !== "compile" || flag !== "-o") process.exit(9); writeFileSync(output, Buffer.concat([Buffer.from("made of "), readFileSync(source)]))`)(model);
  assert.deepEqual([...bytes], [...Buffer.from("made of "), ...model]);
  assert.deepEqual(readdirSync(folder), []);
});

test("what the tool says against a model is the message, without a place that means nothing to the guest", () => {
  const error = failure(tool(`console.error("error: it is too good\\n  where: " + source + "\\n  what to do: make it worse"); process.exit(1)`));
  assert.equal(error.code, "invalid-argument");
  assert.equal(error.message, "the model does not compile: it is too good\n  what to do: make it worse");
});

test("a tool that ends without a word", () => {
  assert.match(failure(tool("process.exit(7)")).message, /ended with 7$/);
  assert.match(failure(tool(`process.kill(process.pid, "SIGKILL")`)).message, /ended with SIGKILL$/);
});

test("a tool that is not there", () => {
  const name = join(folder, "no-tool");
  assert.equal(existsSync(name), false);
  const error = failure(compileWith(name));
  assert.equal(error.code, "runtime-error");
  assert.match(error.message, /no-tool.* cannot be started: .*ENOENT/);
});

test("a tool that does not end", () => {
  const error = failure(compileWith([process.execPath, "-e", "setInterval(() => {}, 1000)", "--"], { timeout: 100 }));
  assert.match(error.message, /does not compile within 0.1 s/);
});
