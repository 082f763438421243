// Projects as `sconce new` makes them, in the folder where bundlers and our packed packages are installed.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { folder, root } from "../bundlers/folder.mjs";

export const installed = (name) => join(folder, "node_modules", name);

/** Makes a project, and gives its folder. */
export function newProject(name, ...options) {
  const path = join(folder, "projects", name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(folder, "projects"), { recursive: true });
  execFileSync(join(root, "sconce"), ["new", path, ...options], { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  link(path);
  return path;
}

/** Where a page names its packages itself, they are looked for in the project. */
function link(path, packages = ["sconce"]) {
  for (const name of packages) {
    const place = join(path, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(installed(name), place, "junction");
  }
}

/**
 * A copy of an example whose package.json compiles its own model; gives its folder.
 * @param options from: a folder whose files are put into it, with the model, where the example has none itself; name: the copy's, where that is another; options: of sconce compile
 */
export function exampleProject(example, { from, name = example, options = [] } = {}) {
  const path = join(folder, "projects", name);
  rmSync(path, { recursive: true, force: true });
  cpSync(join(root, "examples", example), path, { recursive: true, filter: (file) => !/[\\/](node_modules|dist)$|\.wasm$/.test(file) });
  if (from !== undefined) cpSync(from, path, { recursive: true });
  link(path, Object.keys(JSON.parse(readFileSync(join(path, "package.json"), "utf8")).dependencies));
  const model = readdirSync(path).find((file) => /\.pt2?$/.test(file));
  if (model !== undefined) execFileSync(join(root, "sconce"), ["compile", join(path, model), ...options], { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  return path;
}
