import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemory } from "../src/graph/memory.js";
import { type Manifest, parseManifest } from "../src/artifact/manifest.js";

const manifest: Manifest = parseManifest(new TextEncoder().encode(JSON.stringify({
  format: 3, compiler: "sconce 0.1.0", fileBytes: 0, source: { name: "test.pt2", sha256: "" },
  memory: { constantsOffset: 1024, constantsEnd: 1024, minPages: 1 },
  context: { symbols: 64, inputs: 128, outputs: 192, header: 256 },
  symbols: [{ name: "n", min: 1, max: 4, input: 0, dim: 0, scale: 1, offset: 0 }],
  checks: [], inputs: [{ name: "x", dtype: "float32", shape: ["n"] }], outputs: [], steps: [], faults: [], errors: {}, parameters: 0, multiplyAdds: 0,
  arena: ["*", "n", 2 ** 20], threadArena: ["*", "n", 2 ** 24],
})));

test("shared memory has room for the memory of each thread", () => {
  const grow = (threads: number) => createMemory(manifest, { shared: true, contexts: 2, threads }).grow((2 * (4 + 3 * 64) * 2 ** 20) / 65536);
  assert.throws(() => grow(1), RangeError);
  assert.equal(grow(4), 1);
});
