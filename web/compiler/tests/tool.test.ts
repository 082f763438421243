import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parse, pathOf } from "../src/call.js";
import { packageOf, platforms } from "../src/platforms.js";
import { findNativeTool, findTool } from "../src/tool.js";

const linux = { os: "linux", cpu: "x64", glibc: "2.36" };

/** A platform's package in a folder of its own, and what finds it. */
function installed(context: TestContext, manifest: object) {
  const folder = mkdtempSync(join(tmpdir(), "sconce-tool-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return { folder, resolve: (path: string) => join(folder, path.slice(path.indexOf("/"))) };
}

const nothing = (path: string): string => {
  throw new Error(`Cannot find module '${path}'`);
};

test("the tool of this machine's package is found", (context) => {
  const { folder, resolve } = installed(context, { glibc: "2.34" });
  assert.equal(findNativeTool(linux, resolve, undefined), join(folder, "tool/sconce"));
  assert.equal(findNativeTool({ os: "darwin", cpu: "arm64", glibc: undefined }, resolve, ""), join(folder, "tool/sconce"));
  assert.equal(findNativeTool({ os: "win32", cpu: "x64", glibc: undefined }, resolve, undefined), join(folder, "tool/sconce.exe"));
});

test("each platform has a package of its own", () => {
  const asked: string[] = [];
  for (const { os, cpu } of platforms) {
    assert.throws(() => findNativeTool({ os, cpu, glibc: "2.36" }, (path) => nothing((asked.push(path), path)), undefined));
  }
  assert.deepEqual(asked, platforms.map((platform) => `${packageOf(platform)}/package.json`));
  assert.equal(new Set(asked).size, platforms.length);
});

test("a tool may be named", () => assert.equal(findNativeTool({ os: "plan9", cpu: "mips", glibc: undefined }, nothing, "/my/sconce"), "/my/sconce"));

test("where there is none, it says what to install", (context) => {
  assert.throws(() => findNativeTool(linux, nothing, undefined), /sconce-compiler-linux-x64, .*is not installed[^]*what to do: npm install sconce-compiler-linux-x64@\d+\.\d+\.\d+/);
  assert.throws(() => findNativeTool({ ...linux, cpu: "riscv64" }, nothing, undefined), /no native tool for linux-riscv64, only for linux-x64, [^]*what to do: .*dotnet tool install/);
  assert.throws(() => findNativeTool({ ...linux, glibc: undefined }, nothing, undefined), /linux-x64 needs glibc, and this system has another C library \(musl[^]*what to do: /);
  const { resolve } = installed(context, { glibc: "2.34" });
  assert.throws(() => findNativeTool({ ...linux, glibc: "2.9" }, resolve, undefined), /needs glibc 2\.34 or newer, and this system has 2\.9\n {2}what to do: /);
});

test("the portable tool stands in for it, but on Windows", () => {
  const { command, args, portable } = findTool(linux, nothing, undefined);
  assert.deepEqual([command, args.length], [process.execPath, 1]);
  assert.match(args[0] ?? "", /portable\/main\.js$/);
  assert.match(portable ?? "", /sconce-compiler-linux-x64, .*is not installed/);
  assert.deepEqual(findTool(linux, nothing, "/my/sconce"), { command: "/my/sconce", args: [] });
  assert.throws(() => findTool({ os: "win32", cpu: "arm64", glibc: undefined }, nothing, undefined), /no native tool for win32-arm64/);
});

test("paths may be URLs", () => {
  assert.equal(pathOf(new URL("file:///a%20b/m.pt2")), "/a b/m.pt2");
  assert.equal(pathOf("file:///m.pt2"), "/m.pt2");
  assert.equal(pathOf("folder/m.pt2"), "folder/m.pt2");
});

test("names of the tool's JSON become JavaScript's", () => {
  assert.deepEqual(parse('{"max_error":1,"inputs":[{"name":"a_b","shape":["s0",2]}]}'), { maxError: 1, inputs: [{ name: "a_b", shape: ["s0", 2] }] });
});
