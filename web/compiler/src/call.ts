import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, findTool } from "./tool.js";

/** A file, by its path or a URL with `file:`. */
export type File = string | URL;

export const pathOf = (file: File): string => (file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file);

/** Calls the tool, and gives what it prints. Rejects with what it says is wrong, and with the signal's reason where that stops it. */
export async function call(args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  const tool = findTool();
  return await new Promise((resolve, reject) => {
    const child = spawn(tool.command, [...tool.args, ...args], { env: environment(), stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    const [output, errors] = [child.stdout, child.stderr].map((stream) => {
      const said = { text: "" };
      stream.setEncoding("utf8").on("data", (part: string) => (said.text += part));
      return said;
    }) as [{ text: string }, { text: string }];
    const abort = () => child.kill();
    signal?.addEventListener("abort", abort, { once: true });
    child.on("error", (error) => reject(new Error(`${tool.command} cannot be started (${error.message})`, { cause: error })));
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (code === 0) resolve(output.text);
      else reject(new Error(errors.text.trim().replace(/^error: /, "") || `sconce ended with ${killedBy ?? String(code)}`));
    });
  });
}

/** Bytes of a file; 0 where there is none. */
export const sizeOf = (file: string): Promise<number> => stat(file).then(({ size }) => size, () => 0);

/** Gives what the tool writes to a file whose path it is told. */
export async function report(read: (file: string) => Promise<unknown>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sconce-"));
  try {
    const file = join(folder, "report.json");
    await read(file);
    return await readFile(file, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the tool's JSON, with names in JavaScript's way. */
export const parse = (json: string): unknown =>
  JSON.parse(json, (_, value: unknown) => (typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()), field as unknown]))
    : value));
