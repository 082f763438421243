// Projects as `sconce new` makes them, in the folder where bundlers and our packed packages are installed.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { folder, root } from "../bundlers/folder.mjs";

export const installed = (name) => join(folder, "node_modules", name);

/** Makes a project, and gives its folder. */
export function newProject(name, ...options) {
  const path = join(folder, "projects", name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(folder, "projects"), { recursive: true });
  execFileSync(join(root, "sconce"), ["new", path, ...options], { stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" });
  // Where a page names its packages itself, they are looked for in the project.
  mkdirSync(join(path, "node_modules"));
  symlinkSync(installed("sconce"), join(path, "node_modules", "sconce"), "junction");
  return path;
}
