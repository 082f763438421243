// The folder in which bundlers and Nodes work: artifacts/bundlers, with their packages, and ours as .ci/pack npm packs them.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const root = join(here, "..", "..");
export const folder = join(root, "artifacts", "bundlers");
export const packages = join(root, "artifacts", "packages");
const examples = join(root, "examples");
export const packed = ["sconce", "sconce-wasi-nn", "sconce-compiler", "vite-plugin-sconce"];
export const tarball = (name) => join(packages, `${name}-${readFileSync(join(root, "VERSION"), "utf8").trim()}.tgz`);
const buildMs = 180_000;

/** Called once, before the tests. */
export function install() {
  mkdirSync(folder, { recursive: true });
  installTheirs();
  // Copies, and not links: bundlers treat a package that lies elsewhere as the project's own source.
  for (const name of packed) {
    const installed = join(folder, "node_modules", name);
    rmSync(installed, { recursive: true, force: true });
    mkdirSync(installed);
    execFileSync("tar", ["xzf", tarball(name), "--strip-components", "1", "-C", installed]);
  }
  rmSync(join(folder, "projects"), { recursive: true, force: true });
}

/** What ours depend on comes with the bundlers. Outside the workspaces, and without a lock file: nothing else needs what they bring. */
function installTheirs() {
  const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  for (const name of packed) {
    const { dependencies = {} } = JSON.parse(execFileSync("tar", ["xzfO", tarball(name), "package/package.json"], { encoding: "utf8" }));
    for (const [wanted, version] of Object.entries(dependencies)) if (!packed.includes(wanted)) manifest.dependencies[wanted] = version;
  }
  // What the examples are built with; of what bundlers are tried with too, that version is taken.
  for (const name of readdirSync(examples)) {
    if (!existsSync(join(examples, name, "package.json"))) continue;
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(examples, name, "package.json"), "utf8"));
    for (const [wanted, version] of Object.entries({ ...dependencies, ...devDependencies })) if (!packed.includes(wanted)) manifest.dependencies[wanted] ??= version;
  }
  const wanted = JSON.stringify(manifest);
  const stamp = join(folder, "installed.json");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  writeFileSync(join(folder, "package.json"), wanted);
  execFileSync("npm", ["install", "--no-package-lock", "--no-fund", "--no-audit", "--prefer-offline"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  // Node's headers, which are half of its package.
  for (const name of readdirSync(join(folder, "node_modules"))) if (name.startsWith("node-")) rmSync(join(folder, "node_modules", name, "include"), { recursive: true, force: true });
  writeFileSync(stamp, wanted);
}

/** An empty folder for a project. */
export function project(name) {
  const path = join(folder, "projects", name.replaceAll(" ", "-"));
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

/** A Node that npm brings, by its age: the oldest that we support, or the newest. Undefined where it has none for this machine. */
export function nodeOf(age) {
  const name = readdirSync(join(folder, "node_modules")).find((entry) => entry === `node-${age}-${process.platform}-${process.arch}`);
  return name && join(folder, "node_modules", name, "bin", "node");
}

/** Runs a script in Node, which must end; gives what it said. */
export async function run(command, cwd, { environment = {}, node = process.execPath } = {}) {
  const { code, output } = await finish(spawn(node, command, { cwd, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] }), command);
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

function finish(child, command) {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += part));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${command.join(" ")} did not end within ${buildMs / 1000} s:\n${output}`));
    }, buildMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) install();
