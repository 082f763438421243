// Finds the native tool, which lies in the package of this platform, or the portable one, which lies in this.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Platform, packageOf, platforms, toolOf } from "./platforms.js";
import { version } from "./version.js";

const require = createRequire(import.meta.url);

/** The machine that this runs on. The C library is told on Linux alone: glibc's version, or undefined where it is another (musl). */
export interface Machine {
  readonly os: string;
  readonly cpu: string;
  readonly glibc: string | undefined;
}

/** Gives the path of a package's file, or throws. */
export type Resolve = (path: string) => string;

const withDotnet = "with the .NET 10 SDK, `dotnet tool install --global sconce` brings the same tool: name its path in the environment variable SCONCE_TOOL";

/** How the command is started. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** Why it is the portable one. */
  readonly portable?: string;
}

/** The native tool; where there is none, the same program as WebAssembly in this Node, but for Windows, whose paths that one does not know. */
export function findTool(...where: Parameters<typeof findNativeTool>): Tool {
  try {
    return { command: findNativeTool(...where), args: [] };
  } catch (error) {
    const [machine = thisMachine()] = where;
    if (machine.os === "win32") throw error;
    return { command: process.execPath, args: [fileURLToPath(new URL("./portable/main.js", import.meta.url))], portable: (error as Error).message };
  }
}

/** The native tool's path. Throws, with what to install, where there is none. */
export function findNativeTool(machine: Machine = thisMachine(), resolve: Resolve = require.resolve, named: string | undefined = process.env["SCONCE_TOOL"]): string {
  if (named !== undefined && named !== "") return named;
  const platform = platforms.find(({ os, cpu }) => os === machine.os && cpu === machine.cpu);
  if (platform === undefined) {
    throw missing(`there is no native tool for ${machine.os}-${machine.cpu}, only for ${platforms.map(({ name }) => name).join(", ")}`, withDotnet);
  }
  if (platform.libc === "glibc" && machine.glibc === undefined) {
    throw missing(`the native tool for ${platform.name} needs glibc, and this system has another C library (musl, as Alpine has)`, `use a system with glibc (of node's images one without "alpine"), or, ${withDotnet}`);
  }
  const manifest = find(platform, resolve);
  const { glibc } = JSON.parse(readFileSync(manifest, "utf8")) as { glibc?: string };
  if (glibc !== undefined && machine.glibc !== undefined && olderThan(machine.glibc, glibc)) {
    throw missing(`the native tool for ${platform.name} needs glibc ${glibc} or newer, and this system has ${machine.glibc}`, `use a newer system, or, ${withDotnet}`);
  }
  return join(dirname(manifest), toolOf(platform));
}

function find(platform: Platform, resolve: Resolve): string {
  const name = packageOf(platform);
  try {
    return resolve(`${name}/package.json`);
  } catch {
    throw missing(
      `the package ${name}, which holds the native tool for this machine, is not installed (it is an optional dependency: npm leaves it out with --omit=optional, and where node_modules comes from another system)`,
      `npm install ${name}@${version}`);
  }
}

function thisMachine(): Machine {
  return { os: process.platform, cpu: process.arch, glibc: process.platform === "linux" ? glibcVersion() : undefined };
}

function glibcVersion(): string | undefined {
  const { report } = process;
  // Else it asks name servers for the hosts of open sockets, which takes seconds.
  (report as { excludeNetwork?: boolean }).excludeNetwork = true;
  return (report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
}

function olderThan(version: string, wanted: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

const missing = (what: string, remedy: string) => new Error(`${what}\n  what to do: ${remedy}`);

/** The tool runs models in Node: in this one, unless another is named. */
export const environment = (): NodeJS.ProcessEnv => ({ ...process.env, SCONCE_NODE: process.env["SCONCE_NODE"] || process.execPath });
