// `sconce types`, and what TypeScript makes of it with the runtime's own types. Needs a built web/runtime.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
// Inside the repository, so that "sconce" means the package.
const folder = join(root, "artifacts", "types");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8", timeout: 120_000 });
  assert.equal(error, undefined);
  return { status, stdout, output: stdout + stderr };
}

const sconce = (...args) => run(join(root, "sconce"), args);

function typecheck(files, options = {}) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  copyFileSync(join(here, "digits.d.mts"), join(folder, "digits.d.mts"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      noEmit: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [],
      target: "es2022", lib: ["es2022", "dom"], module: "nodenext", ...options,
    },
    files: Object.keys(files),
  }));
  return run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder]);
}

test("the declaration of the bundled model is the one that the other tests use", () => {
  const { status, stdout, output } = sconce("types", "examples/digits/digits.pt2", "--url");
  assert.equal(status, 0, output);
  assert.equal(stdout, readFileSync(join(here, "digits.d.mts"), "utf8"));
});

test("a model and its artifact have the same declaration", () => {
  const [wasm, ofModel, ofArtifact] = ["digits.wasm", "model.d.ts", "artifact.d.ts"].map((name) => join(folder, name));
  for (const args of [["compile", "examples/digits/digits.pt2", "-o", wasm], ["types", "examples/digits/digits.pt2", "-o", ofModel], ["types", wasm, "-o", ofArtifact]]) {
    const { status, output } = sconce(...args);
    assert.equal(status, 0, output);
  }
  assert.match(readFileSync(ofModel, "utf8"), /readonly image: .*\n/);
  assert.equal(readFileSync(ofModel, "utf8"), readFileSync(ofArtifact, "utf8"));
});

test("types are right where they are used, and refuse what is wrong", () => {
  const { status, output } = typecheck({ "known.mts": readFileSync(join(here, "known.mts"), "utf8") });
  assert.equal(status, 0, output);
});

test("a misspelt input is named", () => {
  const { status, output } = typecheck({
    "misspelt.mts": `import { load } from "sconce";
import digits from "./digits.mjs";
const model = await load(digits);
await model.run({ imgae: { data: new Float32Array(784), shape: [1, 1, 28, 28] } });
`,
  });
  assert.notEqual(status, 0);
  assert.match(output, /'imgae' does not exist in type/);
});

for (const [declaration, options] of [
  ["digits.wasm.d.ts", { module: "esnext", moduleResolution: "bundler" }],
  ["digits.d.wasm.ts", { module: "nodenext", allowArbitraryExtensions: true }],
]) {
  test(`${declaration} is the declaration of ./digits.wasm with moduleResolution ${options.moduleResolution ?? options.module}`, () => {
    const text = readFileSync(join(here, "digits.d.mts"), "utf8");
    for (const [name, right] of [["image", true], ["imgae", false]]) {
      const { status, output } = typecheck({
        [declaration]: text,
        "main.mts": `import { load } from "sconce";
import digits from "./digits.wasm";
await (await load(digits)).run({ ${name}: { data: new Float32Array(784), shape: [1, 1, 28, 28] } });
`,
      }, options);
      if (right) assert.equal(status, 0, output);
      else assert.match(output, /main\.mts.*'imgae' does not exist in type/);
    }
  });
}

test("a file that is no model is refused, and the old declaration stays", () => {
  const [wrong, declaration] = [join(folder, "wrong.pt2"), join(folder, "old.d.ts")];
  writeFileSync(wrong, "nothing");
  writeFileSync(declaration, "old");
  const { status, output } = sconce("types", wrong, "-o", declaration);
  assert.equal(status, 1, output);
  assert.match(output, /wrong\.pt2/);
  assert.doesNotMatch(output, /^\s+at /m);
  assert.equal(readFileSync(declaration, "utf8"), "old");
});

test("an integer that decides sizes may be a number", () => {
  const { status, stdout, output } = sconce("types", "tests/models/operators/integer-sizes.pt2");
  assert.equal(status, 0, output);
  assert.match(stdout, /readonly k: \{ readonly dtype: "int64"; readonly shape: readonly \[\] \};/);
  assert.match(stdout, /readonly shape: readonly \[k: number\]/);
  const use = (k) => `import { load } from "sconce";
import type { IntegerSizes } from "./integer-sizes.mjs";
const model = await load<IntegerSizes>("integer-sizes.wasm");
await model.run({ x: new Float32Array(27), j: 5n, k: ${k} });
`;
  writeFileSync(join(folder, "integer-sizes.d.mts"), stdout);
  assert.equal(typecheck({ "right.mts": use("4") }).status, 0);
  assert.notEqual(typecheck({ "wrong.mts": use('"4"') }).status, 0);
});
