// The models that are loaded, served by a process of its own: they would count where they are loaded. node server.mjs MEGABYTES
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const runtime = new URL("../../web/runtime/", import.meta.url);

/** Starts it; gives its origin, and ends it. */
export async function serveModels(megabytes) {
  spawnSync("npx", ["tsc", "-p", "tests/tsconfig.json"], { cwd: fileURLToPath(runtime), shell: process.platform === "win32" });
  const serving = spawn(process.execPath, [fileURLToPath(import.meta.url), String(megabytes)], { stdio: ["ignore", "pipe", "inherit"] });
  const origin = await new Promise((resolve) => serving.stdout.once("data", (data) => resolve(String(data).trim())));
  return { origin, end: () => serving.kill() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { makeArtifact, makeSplit } = await import(new URL("obj/tests/fixture.js", runtime));
  const { startMisbehaving } = await import(new URL("obj/tests/misbehaving.js", runtime));
  const padding = Number(process.argv[2]) << 20;
  const { file, shards } = makeSplit(16_000_000, { padding });
  const files = new Map([["empty.wasm", makeArtifact({ padding: 16 })], ["whole.wasm", makeArtifact({ padding })], ["split.wasm", file], ...shards]);
  const server = await startMisbehaving(files, { runtime: fileURLToPath(new URL("dist/", runtime)), bench: fileURLToPath(new URL(".", import.meta.url)) });
  console.log(server.origin);
}
