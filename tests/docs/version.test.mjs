// One version for all packages: VERSION's. The changes name it, and so does the tool.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { read, root } from "./markdown.mjs";

const version = read("VERSION").trim();

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: "utf8", timeout: 120_000 });
  assert.equal(error, undefined);
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

test("all packages have the version and the address that stand in one place", () => run("bash", [".ci/version", "--check"]));

test("the tool says its version", () => assert.equal(run("bash", ["./sconce", "--version"]), version));

test("the changes tell of this version", () => assert.match(read("CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}$`, "m")));
