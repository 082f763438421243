// JavaScript and TypeScript in the documents passes the type checker against the packages' own types. Needs a built web/runtime and web/wasi-nn.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blocks, documents, root } from "./markdown.mjs";

const snippets = documents().flatMap((document) => blocks(document)
  .filter(({ language }) => ["js", "javascript", "ts", "typescript"].includes(language))
  .map((block) => ({ ...block, document })));

// Inside the repository, so that "sconce" means what it means to its packages.
const folder = join(root, "artifacts", "snippets");

function check(sources) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  // The model that they import where a bundler gives its address.
  copyFileSync(join(root, "tests", "types", "digits.d.mts"), join(folder, "digits.d.pt2.ts"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      allowJs: true, allowArbitraryExtensions: true, checkJs: true, noEmit: true, strict: true, target: "es2024", module: "nodenext", types: ["node"],
      lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"], skipLibCheck: true, moduleDetection: "force",
    },
    include: ["*"],
  }));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder],
    { encoding: "utf8", timeout: 60_000 });
  assert.equal(error, undefined);
  return { status, output: stdout + stderr };
}

const nameOf = ({ document, line, language }) => `${document.replace(/\W/g, "-")}-${line}.m${language.startsWith("t") ? "ts" : "js"}`;

test("the checker finds a name that the runtime does not have", () => {
  const { status, output } = check({ "wrong.mjs": 'import { unload } from "sconce";\nunload();\n' });
  assert.notEqual(status, 0);
  assert.match(output, /unload/);
});

test("code in the documents is right", () => {
  assert.ok(snippets.some(({ document }) => document === "README.md"));
  const { status, output } = check(Object.fromEntries(snippets.map((snippet) => [nameOf(snippet), snippet.text])));
  assert.equal(status, 0, output);
});
