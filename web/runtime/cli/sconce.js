#!/usr/bin/env node
// The command line is a package of its own, sconce-compiler. This one starts it, for `npx sconce` may find the runtime first.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const compiler = installed(join(process.cwd(), "package.json")) ?? installed(import.meta.url);
if (compiler !== undefined) await import(pathToFileURL(join(compiler, "dist", "bin.js")).href);
else process.exitCode = fetched(process.argv.slice(2));

/** The package's folder, as seen from there. */
function installed(from) {
  try {
    return dirname(createRequire(from).resolve("sconce-compiler/package.json"));
  } catch {
    return undefined;
  }
}

/** npx fetches it, as it did with this package, and asks first. */
function fetched(args) {
  const npm = process.env.npm_execpath ?? "";
  const asked = { "npm-cli.js": ["exec", "--"], "npx-cli.js": [] }[basename(npm)];
  if (asked !== undefined) return spawnSync(process.execPath, [npm, ...asked, `sconce-compiler@${version}`, ...args], { stdio: "inherit" }).status ?? 1;
  console.error("error: the command line is the package sconce-compiler, which is not installed here\n  what to do: npm install --save-dev sconce-compiler");
  return 1;
}
