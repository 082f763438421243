// The command line, as ./test has built it, and guests written as text for it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const dll = join(root, "src/Sconce.Cli/bin/Release/net10.0/sconce.dll");

/** A folder that is gone after the test. */
export function folderFor(test) {
  const folder = mkdtempSync(join(tmpdir(), "sconce-wasi-"));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `sconce` in the repository's root and gives what it said. */
export function sconce(args, { input = "" } = {}) {
  const { status, stdout, stderr, error } = spawnSync("dotnet", [dll, ...args], { cwd: root, encoding: "utf8", input, timeout: 120_000 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Starts it, as the leader of a group of processes as a shell does. */
export const start = (args) => spawn("dotnet", [dll, ...args], { cwd: root, detached: true, stdio: ["pipe", "pipe", "pipe"] });

const { parseWat } = await wabt();

/** Writes a guest's module, from text, and gives its path. */
export function guest(folder, text) {
  const path = join(folder, "guest.wasm");
  const module = parseWat("guest.wat", text);
  writeFileSync(path, module.toBinary({}).buffer);
  module.destroy();
  return path;
}
