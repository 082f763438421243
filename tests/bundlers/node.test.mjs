// The packages in Node, from the oldest that we support to the newest: imported, required, and in Vitest.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeArtifact, expected } from "./fixture.mjs";
import { here, nodeOf, project, run } from "./folder.mjs";

const y = Array.from(expected([1, 2, 3, 4], [1]));
const inputs = "{ x: { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] }, mask: { data: Uint8Array.of(1), shape: [1] } }";

/** A folder with the model and scripts. */
function folderWith(name, files) {
  const path = project(name);
  writeFileSync(join(path, "affine.wasm"), makeArtifact());
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
  return path;
}

const body = `load("affine.wasm", { threads: 2 }).then(async (model) => {
  const { y } = await model.run(${inputs});
  console.log(JSON.stringify({ y: Array.from(y.data), threads: model.report().threads.used, version }));
  model.dispose();
});
`;
const { version } = JSON.parse(await run(["-p", 'JSON.stringify(require("sconce/package.json"))'], project("version")));
const nodes = { "the oldest Node": nodeOf("oldest"), "this Node": process.execPath, "the newest Node": nodeOf("newest") };

for (const [name, node] of Object.entries(nodes)) {
  const skip = node === undefined ? "npm brings no such Node for this machine" : false;

  test(`${name} imports the runtime`, { skip }, async () => {
    const path = folderWith(`import ${name}`, { "main.mjs": `import { load, version } from "sconce";\n${body}` });
    assert.deepEqual(JSON.parse(await run(["main.mjs"], path, { node })), { y, threads: 2, version });
  });

  test(`${name} runs a graph by WASI-NN`, { skip }, async () => {
    const path = folderWith(`graph ${name}`, { "main.mjs": 'import { runGraph } from "./graph.mjs";\nconsole.log(JSON.stringify(await runGraph("affine.wasm")));\n' });
    cpSync(join(here, "page", "graph.js"), join(path, "graph.mjs"));
    assert.deepEqual(JSON.parse(await run(["main.mjs"], path, { node })), { y, threads: 2 });
  });

  test(`${name} requires the runtime, or says what to do`, { skip }, async () => {
    const path = folderWith(`require ${name}`, { "main.cjs": `const { load, version } = require("sconce");\n${body}` });
    const [major, minor] = (await run(["-p", "process.versions.node"], path, { node })).split(".").map(Number);
    const requiresModules = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
    if (!requiresModules) return void await assert.rejects(run(["main.cjs"], path, { node }), /require\(\) of ES Module [^]* not supported[^]* dynamic import\(\)/);
    const said = await run(["main.cjs"], path, { node });
    assert.deepEqual(JSON.parse(said.split("\n").find((line) => line.startsWith("{"))), { y, threads: 2, version });
  });
}

test("a test in Vitest runs a model", async () => {
  const path = folderWith("vitest", {
    "model.test.js": `import { load } from "sconce";
import { expect, test } from "vitest";
test("a model", async () => {
  const model = await load("affine.wasm", { threads: 2 });
  const { y } = await model.run(${inputs});
  expect(Array.from(y.data)).toEqual(${JSON.stringify(y)});
  model.dispose();
});
`,
  });
  assert.match(await run(["../../node_modules/vitest/vitest.mjs", "run"], path, { environment: { CI: "1", NO_COLOR: "1" }, node: nodeOf("newest") }), /Tests +1 passed/);
});
