// The packages as tools for packages see them: the types in an old TypeScript and the newest, publint, and "are the types wrong?".
import assert from "node:assert/strict";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { folder, here, packed, project, root, run, tarball } from "./folder.mjs";

const compilers = {
  "TypeScript 5.4": join(folder, "node_modules", "typescript54", "bin", "tsc"),
  "the newest TypeScript": join(root, "node_modules", "typescript", "bin", "tsc"),
};

/** @param files paths from the tests' folder */
function check(compiler, files, resolution) {
  const path = project(`${compiler} ${resolution} ${files.length}`);
  for (const file of files) cpSync(join(here, "..", file), join(path, basename(file)));
  writeFileSync(join(path, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      noEmit: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [],
      target: "es2022", lib: ["es2022", "dom"], module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution,
    },
    files: files.map((file) => basename(file)),
  }));
  return run([compilers[compiler], "-p", path], path);
}

for (const compiler of Object.keys(compilers)) {
  for (const resolution of ["bundler", "nodenext"]) {
    test(`${compiler} takes the types as they are, with moduleResolution ${resolution}`, () =>
      check(compiler, ["bundlers/page/types.mts", "types/known.mts", "types/digits.d.mts"], resolution));
  }
}

test("the newest TypeScript takes them where modules are required", () => check("the newest TypeScript", ["bundlers/page/types.cts"], "nodenext"));

for (const name of packed) {
  test(`publint has nothing to say of ${name}`, async () => {
    const said = await run(["../../node_modules/publint/src/cli.js", "run", tarball(name), "--strict"], project(`publint ${name}`), { environment: { NO_COLOR: "1" } });
    assert.match(said, /All good!/);
  });

  // They are ES modules alone, which Node 20.16 imports, and 20.19 requires too. A problem ends it with 1.
  test(`the types of ${name} are not wrong`, async () => {
    const said = await run(["../../node_modules/@arethetypeswrong/cli/dist/index.js", tarball(name), "--profile", "esm-only", "--no-emoji", "--format", "ascii"], project(`attw ${name}`), { environment: { NO_COLOR: "1" } });
    assert.match(said, /node16 \(from ESM\): OK \(ESM\)/);
  });
}

test("a source map leads to sources that it brings along", () => {
  const dist = join(folder, "node_modules", "sconce", "dist");
  const scripts = readdirSync(dist).filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
  assert.ok(scripts.length >= 3);
  for (const script of scripts) {
    assert.match(readFileSync(join(dist, `${script}.js`), "utf8"), new RegExp(`//# sourceMappingURL=${script}\\.js\\.map\\s*$`));
    const { sources, sourcesContent } = JSON.parse(readFileSync(join(dist, `${script}.js.map`), "utf8"));
    assert.ok(sources.length > 0 && sourcesContent.length === sources.length);
    for (const [i, source] of sources.entries()) {
      // What the build makes itself, the one import from the worker, is no file.
      if (source === "worker:worker") assert.match(sourcesContent[i], /^export \{ .* \} from "\.\/worker\.js";$/);
      else assert.equal(sourcesContent[i], readFileSync(join(root, "web", "runtime", "dist", source), "utf8"), source);
    }
  }
});
