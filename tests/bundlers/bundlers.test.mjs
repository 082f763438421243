// Real bundlers, each in an empty folder: the page that they build runs a model in Chromium, on two threads. And the types, in old and new compilers.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findBrowsers } from "../browser/browsers.mjs";
import { makeArtifact, expected } from "./fixture.mjs";
import { serveFolder } from "./serve-folder.mjs";
import { projects } from "./projects.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "..", "..");
const folder = join(root, "artifacts", "bundlers");
const buildMs = 180_000;
const visitMs = 60_000;
const npm = (args, cwd) => execFileSync("npm", args, { cwd, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });

before(() => {
  installPackages();
  // As npm would publish it, and not a link: bundlers treat a package that lies elsewhere as the project's own source.
  const [packed, installed] = [join(folder, "packed"), join(folder, "node_modules", "sconce")];
  for (const path of [packed, installed]) rmSync(path, { recursive: true, force: true });
  mkdirSync(packed);
  npm(["pack", "--silent", "--pack-destination", packed], join(root, "web", "runtime"));
  mkdirSync(installed);
  execFileSync("tar", ["xzf", "sconce-0.1.0.tgz", "--strip-components", "1", "-C", "../node_modules/sconce"], { cwd: packed });
  rmSync(join(folder, "projects"), { recursive: true, force: true });
});

/** Outside the workspaces, and without a lock file: nothing else needs what they bring. */
function installPackages() {
  const wanted = readFileSync(join(here, "package.json"), "utf8");
  const stamp = join(folder, "installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), wanted);
  npm(["install", "--no-package-lock", "--no-fund", "--no-audit"], folder);
  writeFileSync(stamp, wanted);
}

/** Runs a build, which must end. */
function run(command, cwd, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${command.join(" ")} did not end within ${buildMs / 1000} s:\n${said}`));
    }, buildMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(said);
      else reject(new Error(`${command.join(" ")} ended with ${code}:\n${said}`));
    });
  });
}

async function visit(browser, output) {
  const server = await serveFolder(output, new Map([["/affine.wasm", makeArtifact()]]));
  const page = await browser.visit(server.address);
  let timer;
  try {
    const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`the page posted nothing within ${visitMs / 1000} s; it asked for ${server.asked.join(", ")}`)), visitMs)));
    return await Promise.race([server.posted, late]);
  } finally {
    clearTimeout(timer);
    await page.close();
    await server.close();
  }
}

const chromium = findBrowsers().found.find(({ name }) => name === "Chromium");

for (const [name, { files, copies, build, output, environment }] of Object.entries(projects)) {
  test(`${name} builds a page that runs a model`, { skip: chromium === undefined ? "Chromium is not installed here" : false }, async () => {
    const project = join(folder, "projects", name.replaceAll(" ", "-"));
    mkdirSync(project, { recursive: true });
    for (const file of ["main.js", "model.js", "vue.js"]) cpSync(join(here, "page", file), join(project, file));
    if (copies !== undefined) cpSync(join(here, "page", copies), project, { recursive: true });
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, file)), { recursive: true });
      writeFileSync(join(project, file), text);
    }
    for (const command of build) await run(command, project, environment);
    assert.ok(statSync(join(project, output)).isDirectory());
    assert.deepEqual(await visit(chromium, join(project, output)), { y: Array.from(expected([1, 2, 3, 4], [1])), threads: 2, worker: true });
  });
}

for (const [compiler, name] of [["typescript54", "TypeScript 5.4"], ["typescript", "the newest TypeScript"]]) {
  for (const resolution of ["bundler", "nodenext"]) {
    test(`${name} takes the types as they are, with moduleResolution ${resolution}`, async () => {
      const project = join(folder, "projects", `${compiler}-${resolution}`);
      mkdirSync(project, { recursive: true });
      cpSync(join(here, "page", "types.mts"), join(project, "types.mts"));
      for (const file of ["known.mts", "digits.d.mts"]) cpSync(join(root, "tests", "types", file), join(project, file));
      writeFileSync(join(project, "tsconfig.json"), JSON.stringify({
        compilerOptions: {
          noEmit: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: [],
          target: "es2022", lib: ["es2022", "dom"], module: resolution === "bundler" ? "esnext" : resolution, moduleResolution: resolution,
        },
        files: ["types.mts", "known.mts"],
      }));
      await run([join(folder, "node_modules", compiler, "bin", "tsc"), "-p", project], project);
    });
  }
}
