// What only Node has: compiling by calling the command line. Kept apart from the rest, which pages load too.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NNError, invalid } from "./errors.js";
import type { InputLike } from "./graphs/lazy.js";
import type { Compile } from "./graphs/local-store.js";

export interface CompileWithOptions {
  /** Milliseconds that a model may take to compile; a minute without it. */
  readonly timeout?: number | undefined;
}

/**
 * Compiles PyTorch's files by calling `sconce compile`, for the option `compile` of createWasiNN. The guest waits meanwhile.
 * @param command how the tool is started: its name or path, or these and arguments before "compile"
 */
export function compileWith(command: string | readonly string[] = "sconce", { timeout = 60_000 }: CompileWithOptions = {}): (model: Uint8Array, inputs?: readonly InputLike[]) => Uint8Array {
  const [program = "sconce", ...first] = typeof command === "string" ? [command] : command;
  return ((model, inputs = []) => {
    const folder = mkdtempSync(join(tmpdir(), "sconce-wasi-nn-"));
    try {
      const [source, artifact] = [join(folder, "model.pt2"), join(folder, "model.wasm")];
      writeFileSync(source, model);
      const { error, status, signal, stderr } = spawnSync(program, [...first, "compile", source, "-o", artifact, ...inputs.flatMap(({ dtype, shape }, place) => ["--input", `in${place}=${dtype}:${shape.join("x") || "scalar"}`])], {
        stdio: ["ignore", "ignore", "pipe"], encoding: "utf8", timeout, killSignal: "SIGKILL",
      });
      if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") throw new NNError("too-large", `the model does not compile within ${timeout / 1000} s, the time that the option compile gives it`);
      if (error !== undefined) throw new NNError("runtime-error", `${program}, which compiles PyTorch's files, cannot be started: ${error.message}`, { cause: error });
      if (status !== 0) throw invalid(`the model does not compile: ${reason(stderr) || `${program} ended with ${signal ?? status}`}`);
      return readFileSync(artifact);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }) satisfies Compile;
}

/** What the tool said, without its place: a file that only stood in for the guest's bytes. */
function reason(said: string): string {
  return said.replace(/^error: /, "").replace(/^\s*where: \S*model\.pt2$\n?/m, "").trim();
}
