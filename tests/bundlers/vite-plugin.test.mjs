// vite-plugin-sconce in an empty Vite and TypeScript project: what TypeScript says, and a page in Chromium, built, previewed, and from the development server while
// the model changes. And the same plugin in Rollup and esbuild. The tool is the checkout's.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { readNpz } from "sconce/tensor";
import { findBrowsers } from "../browser/browsers.mjs";
import { here, project, root, run } from "./folder.mjs";
import { serve, visitMs } from "./serve.mjs";

process.env.SCONCE_TOOL = join(root, process.platform === "win32" ? "sconce.cmd" : "sconce");
const digits = join(root, "examples", "digits");
const model = (path) => join(path, "src", "digits.pt2");
const arrays = await readNpz(readFileSync(join(digits, "digits.npz")));
const [pixels, expected] = ["in0", "out1"].map((name) => arrays[name].data);
const chromium = findBrowsers().found.find(({ name }) => name === "Chromium");
const skip = chromium === undefined ? "Chromium is not installed here" : false;
const [tsc, vite8, vite7] = [join(root, "node_modules", "typescript", "bin", "tsc"), "../../node_modules/vite/bin/vite.js", "../../node_modules/vite7/bin/vite.js"];

function viteProject(name) {
  const path = project(name);
  cpSync(join(here, "vite-plugin"), path, { recursive: true });
  writeFileSync(join(path, "package.json"), '{ "private": true, "type": "module" }');
  cpSync(join(digits, "digits.pt2"), model(path));
  writeFileSync(join(path, "src", "pixels.json"), JSON.stringify({ pixels: Array.from(pixels) }));
  return path;
}

/** The page's posts, as they come. */
function results(path) {
  const file = join(path, "results.jsonl");
  let read = 0;
  return async (what) => {
    for (const until = Date.now() + visitMs; Date.now() < until; await new Promise((resume) => setTimeout(resume, 100))) {
      const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
      while (read < lines.length) {
        const answer = JSON.parse(lines[read++]);
        if (what(answer)) return answer;
      }
    }
    throw new Error(`the page did not post what it should within ${visitMs / 1000} s, but ${existsSync(file) ? readFileSync(file, "utf8").slice(0, 2000) : "nothing"}`);
  };
}

function isRight(answer) {
  const { probabilities, ...rest } = answer;
  assert.deepEqual(rest, { names: ["image"], count: 7, ten: 10, threads: 2 });
  assert.equal(probabilities.length, expected.length);
  probabilities.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-4, `${i}: ${value}, and PyTorch has ${expected[i]}`));
}

async function visiting(port, path, visit) {
  const page = await chromium.visit(`http://localhost:${port}/`);
  try {
    await visit(results(path));
  } finally {
    await page.close();
  }
}

/** The page as a server has it: it posts so many answers, and each is right. */
async function answers(command, path, count) {
  const { port, stop } = await serve((free) => [...command, "--port", free, "--strictPort"], path);
  try {
    await visiting(port, path, async (next) => {
      for (let i = 0; i < count; i++) isRight(await next(() => true));
    });
  } finally {
    await stop();
  }
}

/** What lies in a folder and its folders, by the files' own names. */
const filesIn = (path) => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ name }) => name);

describe("vite-plugin-sconce", () => {
  for (const [name, vite] of [["vite 8", vite8], ["vite 7", vite7]]) {
    test(`${name} builds a page, with types made from the model`, { skip }, async () => {
      const path = viteProject(`plugin ${name}`);
      // As the README has it: tsc goes before Vite, and the declaration is there already.
      const { scripts } = JSON.parse(/```json\n([^`]*"prebuild"[^`]*)```/.exec(readFileSync(join(root, "web", "vite-plugin", "README.md"), "utf8"))[1]);
      const [command, ...args] = scripts.prebuild.split(" ");
      assert.equal(command, "sconce");
      await run(["../../node_modules/sconce-compiler/dist/bin.js", ...args], path);
      const ahead = readFileSync(join(path, "src", "digits.pt2.d.ts"), "utf8");
      await run([tsc, "-p", path], path);
      await run([vite, "build"], path);
      assert.equal(readFileSync(join(path, "src", "digits.pt2.d.ts"), "utf8"), ahead);
      const assets = readdirSync(join(path, "dist", "assets"));
      assert.equal(assets.filter((file) => /^digits-[\w-]+\.wasm$/.test(file)).length, 1, assets.join(" "));
      assert.match(readFileSync(join(path, "src", "digits.pt2.d.ts"), "utf8"), /export interface Digits \{/);
      await run([tsc, "-p", path], path);
      // Preview's headers are the plugin's: without them there would be one thread.
      await answers([vite, "preview"], path, 1);
      const script = join(path, "src", "answer.ts");
      const right = readFileSync(script, "utf8");
      for (const [wrong, problem] of [["imgae: {", /'imgae' does not exist in type/], ["image: { dtype: \"float64\",", /"float64"' is not assignable to type '"float32"'/]]) {
        writeFileSync(script, right.replace("image: {", wrong));
        await assert.rejects(run([tsc, "-p", path], path), problem);
      }
    });
  }

  test("a worker imports a model, in a build and from the development server", { skip }, async () => {
    const path = viteProject("plugin worker");
    const page = join(path, "index.html");
    writeFileSync(page, readFileSync(page, "utf8").replace("main.ts", "in-worker.ts"));
    await run([vite8, "build"], path);
    await answers([vite8, "preview"], path, 1);
    rmSync(join(path, "results.jsonl"));
    await answers([vite8], path, 1);
  });

  for (const [name, vite] of [["vite 8", vite8], ["vite 7", vite7]]) {
    test(`${name} has a split model's weights beside it, once for a page and its worker, in a build and in development`, { skip }, async () => {
      const path = viteProject(`plugin split ${name}`);
      const [page, config] = ["index.html", "vite.config.ts"].map((file) => join(path, file));
      writeFileSync(page, readFileSync(page, "utf8").replace("</html>", '<script type="module" src="/src/in-worker.ts"></script>\n</html>'));
      writeFileSync(config, readFileSync(config, "utf8").replace("sconce()", 'sconce({ split: 65_536, cacheDir: "cache" })'));
      const said = await run([vite, "build"], path);
      assert.doesNotMatch(said, /overwrites|conflict/i);
      const weights = filesIn(join(path, "cache")).filter((file) => file.endsWith(".bin")).sort();
      assert.ok(weights.length > 3, weights.join(" "));
      assert.deepEqual(readdirSync(join(path, "dist", "assets", "weights")).sort(), weights);
      assert.equal(filesIn(join(path, "dist")).filter((file) => file.endsWith(".wasm")).length, 1);
      await answers([vite, "preview"], path, 2);
      rmSync(join(path, "results.jsonl"));
      await answers([vite], path, 2);
    });
  }

  test("the development server compiles anew when the model changes, and tells errors", { skip }, async () => {
    const path = viteProject("plugin development");
    const { port, stop } = await serve((free) => [vite8, "--port", free, "--strictPort"], path);
    try {
      await visiting(port, path, async (next) => {
        isRight(await next(() => true));
        writeFileSync(model(path), "not a model");
        assert.match((await next(({ problem }) => problem !== undefined)).problem, /it is not a zip archive[^]*where: digits\.pt2/);
        cpSync(join(root, "tests", "models", "operators", "conv1d.pt2"), model(path));
        assert.deepEqual(await next(({ names }) => names !== undefined), { names: ["input"], threads: 2 });
        assert.match(readFileSync(join(path, "src", "digits.pt2.d.ts"), "utf8"), /readonly input: \{ readonly dtype: "float32"/);
      });
    } finally {
      await stop();
    }
  });

  test("a model is compiled once, and one compiled file is kept of it", async () => {
    const path = viteProject("plugin cache");
    const cache = join(path, "cache");
    writeFileSync(join(path, "vite.config.ts"), 'import sconce from "vite-plugin-sconce";\nexport default { plugins: [sconce({ cacheDir: "cache", types: false })] };\n');
    const kept = () => readdirSync(cache, { recursive: true }).filter((file) => file.endsWith(".wasm")).map((file) => `${file} ${statSync(join(cache, file)).mtimeMs}`);
    await run([vite8, "build"], path);
    const first = kept();
    assert.equal(first.length, 1);
    await run([vite8, "build"], path);
    assert.deepEqual(kept(), first);
    assert.ok(!existsSync(join(path, "src", "digits.pt2.d.ts")));
    cpSync(join(root, "tests", "models", "operators", "conv1d.pt2"), model(path));
    await run([vite8, "build"], path);
    assert.equal(kept().length, 1);
    assert.notDeepEqual(kept(), first);
    rmSync(model(path));
    writeFileSync(model(path), "not a model");
    await assert.rejects(run([vite8, "build"], path), /digits\.pt2/);
  });

  for (const [name, script, command] of [
    ["rollup", `import sconce from "vite-plugin-sconce/rollup";\nexport default { input: "main.js", output: { dir: "dist" }, plugins: [sconce({ split: 65_536 })] };\n`, ["../../node_modules/rollup/dist/bin/rollup", "-c"]],
    ["esbuild", `import { build } from "esbuild";\nimport sconce from "vite-plugin-sconce/esbuild";\nawait build({ entryPoints: ["main.js"], outdir: "dist", bundle: true, format: "esm", plugins: [sconce()] });\n`, ["rollup.config.mjs"]],
  ]) {
    test(`${name} gives the address of the compiled model`, async () => {
      const path = project(`plugin ${name}`);
      cpSync(join(digits, "digits.pt2"), join(path, "digits.pt2"));
      writeFileSync(join(path, "package.json"), '{ "private": true, "type": "module" }');
      writeFileSync(join(path, "main.js"), 'import digits from "./digits.pt2";\nexport default digits;\n');
      writeFileSync(join(path, "rollup.config.mjs"), script);
      await run(command, path);
      const files = readdirSync(join(path, "dist"), { recursive: true });
      const wasm = files.filter((file) => /digits-[\w-]+\.wasm$/.test(file));
      assert.equal(wasm.length, 1, files.join(" "));
      assert.deepEqual([...readFileSync(join(path, "dist", wasm[0])).subarray(0, 4)], [0, 0x61, 0x73, 0x6d]);
      assert.ok(readFileSync(join(path, "dist", "main.js"), "utf8").includes(wasm[0].split("/").at(-1)));
      if (name === "rollup") assert.ok(readdirSync(join(path, "dist", wasm[0], "..", "weights")).length > 3, files.join(" "));
    });
  }
});

after(() => delete process.env.SCONCE_TOOL);
