import assert from "node:assert/strict";
import { test } from "node:test";
import { readTokenizer } from "../src/model/tokenizer.js";

const words = ["<unk>", "a", "torch", "burns", "."];

test("a tokenizer.json tells the tokens of a text, and names for as many classes as it has tokens", () => {
  const tokenizer = readTokenizer({
    version: "1.0", truncation: null, padding: null, added_tokens: [], normalizer: { type: "Lowercase" }, pre_tokenizer: { type: "Whitespace" }, post_processor: null, decoder: null,
    model: { type: "WordLevel", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "<unk>" },
  });
  assert.deepEqual(tokenizer.encode("A torch burns."), [1, 2, 3, 4]);
  assert.deepEqual(tokenizer.encode("A lamp burns"), [1, 0, 3]);
  assert.match(tokenizer.decode([1, 2]), /a torch/);
  assert.deepEqual(tokenizer.labels(5), words);
  assert.equal(tokenizer.labels(10), undefined);
});
