// docs/operators.md is what the compiler's table and its proof say now.
import assert from "node:assert/strict";
import { test } from "node:test";
import { document } from "../conformance/document.mjs";
import { read } from "./markdown.mjs";

test("docs/operators.md is current", () => {
  assert.equal(read("docs/operators.md"), document(), "node tests/conformance/document.mjs writes it anew");
});
