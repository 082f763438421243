// JavaScript and TypeScript in the documents, that of components too, passes the type checker against the packages' own types. Needs a built web/runtime and web/wasi-nn,
// and the site's packages, for the types of frameworks.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { blocks, documents, root } from "./markdown.mjs";

const endings = { js: ".mjs", javascript: ".mjs", ts: ".mts", typescript: ".mts", jsx: ".jsx", tsx: ".tsx" };

const snippets = documents().flatMap((document) => blocks(document)
  .filter(({ language }) => Object.hasOwn(endings, language) || language === "vue" || language === "svelte")
  .map((block) => ({ ...block, document })));

// Inside the repository, so that "sconce" means what it means to its packages.
const folder = join(root, "artifacts", "snippets");

function check(sources) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ["@huggingface/tokenizers", "@types/react", "csstype", "vue", "@vue"]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "site", "node_modules", name), link);
  }
  // What a component may use unasked, and what it imports from beside it.
  writeFileSync(join(folder, "ambient.d.ts"), `interface ImportMeta { readonly env: { readonly BASE_URL: string } }
declare const $state: { <T>(): T | undefined; <T>(value: T): T; raw<T>(): T | undefined; raw<T>(value: T): T };
declare module "svelte" { export function onDestroy(does: () => void): void }
`);
  for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  // The model that they import where a bundler gives its address.
  copyFileSync(join(root, "tests", "types", "digits.d.mts"), join(folder, "digits.d.pt2.ts"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      allowJs: true, allowArbitraryExtensions: true, checkJs: true, noEmit: true, strict: true, target: "es2024", module: "nodenext", jsx: "react-jsx", types: ["node"],
      lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"], skipLibCheck: true, moduleDetection: "force",
    },
    include: ["*"], exclude: ["node_modules"],
  }));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", folder],
    { encoding: "utf8", timeout: 60_000 });
  assert.equal(error, undefined);
  return { status, output: stdout + stderr };
}

const nameOf = ({ document, line, language }) => `${document.replace(/\W/g, "-")}-${line}${endings[language] ?? ".mts"}`;

/** Of a component the part that is a script. */
const scriptOf = ({ language, text }) => (language === "vue" || language === "svelte" ? /<script[^>]*>\n([^]*?)<\/script>/.exec(text)[1] : text)
  // As bundlers take it, and Node does not.
  .replace(/from "(\.\/\w+)"/g, 'from "$1.js"');

test("the checker finds a name that the runtime does not have", () => {
  const { status, output } = check({ "wrong.mjs": 'import { unload } from "sconce";\nunload();\n' });
  assert.notEqual(status, 0);
  assert.match(output, /unload/);
});

test("code in the documents is right", () => {
  assert.ok(snippets.some(({ document }) => document === "README.md"));
  const { status, output } = check({
    ...Object.fromEntries(snippets.map((snippet) => [nameOf(snippet), scriptOf(snippet)])),
    // A component of Next's imports the hook of React's part.
    "useModel.ts": scriptOf(snippets.find(({ text }) => text.includes("export function useModel"))),
    "model.ts": 'import { load, type LoadOptions, type Model } from "sconce";\nexport type PageModel = Model;\nexport const openModel = (options?: LoadOptions): Promise<PageModel> => load("model.wasm", options);\n',
  });
  assert.equal(status, 0, output);
});

test("a component's template is right", async () => {
  const { compileScript, compileTemplate, parse } = await import(join(root, "site", "node_modules", "@vue", "compiler-sfc", "dist", "compiler-sfc.cjs.js"));
  const vue = snippets.filter(({ language }) => language === "vue");
  assert.ok(vue.length > 0);
  for (const { text } of vue) {
    const { descriptor, errors } = parse(text);
    const bindings = compileScript(descriptor, { id: "a" }).bindings;
    const template = compileTemplate({ id: "a", filename: "a.vue", source: descriptor.template.content, compilerOptions: { bindingMetadata: bindings } });
    assert.deepEqual([...errors, ...template.errors], []);
  }
});

test("code that a document takes from a file is there", () => {
  for (const document of documents()) {
    for (const { mark, argument, text, line } of blocks(document)) {
      if (mark !== "from") continue;
      let rest = readFileSync(join(root, argument), "utf8");
      // In order; a line "…" stands for any lines.
      for (const part of text.split(/^.*…\n/m)) {
        const at = rest.indexOf(part.trimEnd());
        assert.ok(at >= 0, `${document}:${line}: ${argument} does not have\n${part}`);
        rest = rest.slice(at + part.trimEnd().length);
      }
    }
  }
});
