// The example in Node: the tokenizer as Python's, the choice of tokens, and the text that PyTorch tells. Needs the built command line and runtime.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { choose, dice } from "./sampler.js";
import { Tokenizer } from "./tokenizer.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
/** @param {string} name */
const read = (name) => JSON.parse(readFileSync(join(here, name), "utf8"));
const tokens = new Tokenizer(read("story.json").pieces);
const { prompt, numbers, text } = read("story-text.json");

let folder = "";
let model = "";

/** @param {string[]} args */
const node = (args) => spawnSync(process.execPath, args, { cwd: root, encoding: "utf8", timeout: 120_000 });
/** @param {string[]} args */
function tell(...args) {
  const { status, stdout, stderr } = node([join(here, "story.js"), model, ...args]);
  assert.equal(status, 0, stderr);
  return stdout;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sconce-story-"));
  model = join(folder, "story.wasm");
  const { status, stderr } = spawnSync("dotnet", [join(root, "src/Sconce.Cli/bin/Release/net10.0/sconce.dll"), "compile", join(here, "story.pt2"), "--method", "step", "--input", "step.tokens=1", "-o", model], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("a text's tokens are those of Python", () => {
  assert.deepEqual([read("story.json").end, ...tokens.encode(prompt)], numbers);
  assert.equal(tokens.decode(tokens.encode(text)), text);
  assert.equal(tokens.decode(tokens.encode("Zoë’s “café” 東")), 'Zoe\'s "cafe" ');
});

test("tokens are chosen by temperature, top-k and top-p", () => {
  const logits = [0, 3, 1, 2];
  const draw = (/** @type {Partial<import("./sampler.js").Sampling>} */ sampling, count = 20_000) => {
    const random = dice(5);
    const drawn = Array.from({ length: count }, () => choose(logits, { temperature: 1, topK: 0, topP: 1, ...sampling }, random));
    return logits.map((_, token) => drawn.filter((each) => each === token).length / count);
  };
  assert.deepEqual(draw({ temperature: 0 }, 9), [0, 1, 0, 0]);
  assert.deepEqual(draw({ topK: 1 }, 99), [0, 1, 0, 0]);
  assert.deepEqual(draw({ topP: 0.5 }, 99), [0, 1, 0, 0]);
  for (const [sampling, chosen] of /** @type {const} */ ([[{}, [0, 1, 2, 3]], [{ topK: 2 }, [1, 3]], [{ topP: 0.7 }, [1, 3]], [{ temperature: 2 }, [0, 1, 2, 3]]])) {
    const weights = logits.map((logit, i) => (/** @type {readonly number[]} */ (chosen).includes(i) ? Math.exp(logit / ("temperature" in sampling ? sampling.temperature : 1)) : 0));
    const total = weights.reduce((a, b) => a + b);
    for (const [i, share] of draw(sampling).entries()) assert.ok(Math.abs(share - (weights[i] ?? 0) / total) < 0.015, `${JSON.stringify(sampling)}: token ${i} ${share}`);
  }
  assert.deepEqual(Array.from({ length: 3 }, dice(1)), Array.from({ length: 3 }, dice(1)));
  assert.notEqual(dice(1)(), dice(2)());
});

test("at temperature 0 the text is PyTorch's", () => {
  assert.equal(tell(prompt, "--temperature", "0"), `${text}\n`);
});

test("a seed tells the same story again, another one another", () => {
  const first = tell("--seed", "7");
  assert.ok(first.startsWith("Once upon a time") && first.length > 100, first);
  assert.equal(tell("--seed", "7"), first);
  assert.notEqual(tell("--seed", "8"), first);
});

test("what cannot be done is said", () => {
  for (const [args, said] of /** @type {const} */ ([[[], "which model?"], [[model, "--top-p", "2"], "from 0 to 1"], [[join(folder, "none.wasm")], "none.wasm cannot be read"], [[model, "a ".repeat(300)], "keeps 255 at the most"]])) {
    const { status, stderr } = node([join(here, "story.js"), ...args]);
    assert.equal(status, 2);
    assert.ok(stderr.includes(said), stderr);
  }
});

test("its types are right", () => {
  const { status, stdout } = node([join(root, "node_modules/typescript/bin/tsc"), "-p", here]);
  assert.equal(status, 0, stdout);
});
