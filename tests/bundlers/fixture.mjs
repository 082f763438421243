// The model by hand of the runtime's own tests, built from their TypeScript.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const runtime = new URL("../../web/runtime/", import.meta.url);
execFileSync(process.execPath, [fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url)), "-p", "tests/tsconfig.json"], { cwd: fileURLToPath(runtime), stdio: "inherit" });

export const { makeArtifact, expected } = await import(new URL("obj/tests/fixture.js", runtime));
