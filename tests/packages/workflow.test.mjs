// The workflow that publishes builds the tool for every platform that sconce-compiler names.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { platforms } from "../../web/compiler/dist/platforms.js";
import { root } from "./folder.mjs";

test("each platform has its machine", () => {
  const workflow = readFileSync(join(root, ".github", "workflows", "publish.yml"), "utf8");
  const built = [...workflow.matchAll(/- \{ platform: (\S+), machine: \S+ \}/g)].map(([, platform]) => platform);
  assert.deepEqual(built, platforms.map(({ name }) => name));
});
