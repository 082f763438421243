// The Python of the documents runs with the real PyTorch, and Sconce compiles what it writes and finds the same numbers. Without ../shared/pytorch it is only read.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./markdown.mjs";
import { hasPython, pythonBlocks, runPython } from "./python.mjs";

test("the documents' Python is Python", (context) => {
  assert.ok(pythonBlocks().length > 5);
  const { status, stderr, error } = spawnSync("python3", ["-c", "import ast, json, sys\nfor block in json.load(sys.stdin):\n    ast.parse(block['text'], block['document'])"],
    { input: JSON.stringify(pythonBlocks()), encoding: "utf8", timeout: 60_000 });
  if (error?.code === "ENOENT") return context.skip("there is no python3 here");
  assert.equal(status, 0, stderr);
});

test("the documents' Python runs, and what it writes is compiled rightly", { skip: hasPython ? false : "there is no ../shared/pytorch here" }, () => {
  const folder = join(root, "artifacts", "docs-python");
  assert.deepEqual(runPython(folder), []);
  // Too large for the reference evaluator; other tests have it.
  rmSync(join(folder, "resnet18.pt2"));
  const { status, stdout, stderr } = spawnSync("bash", [join(root, "sconce"), "verify", folder, "--samples", "1"], { encoding: "utf8", timeout: 300_000 });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^([6-9]|\d\d) passed, 0 failed$/m);
});
