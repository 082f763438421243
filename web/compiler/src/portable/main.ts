// The command sconce where there is no native tool: the same program, as .NET's browser-wasm in Node.
import { readdirSync, statSync } from "node:fs";
import { type EmscriptenFs, mountFolder, writeThrough } from "./node-files.js";

interface Dotnet {
  withApplicationArguments(...args: string[]): Dotnet;
  withEnvironmentVariables(variables: Record<string, string>): Dotnet;
  create(): Promise<{ readonly Module: { readonly FS: EmscriptenFs }; runMain(): Promise<number> }>;
}

/** They are .NET's own there. */
const left = new Set(["dev", "proc", "sys"]);

const { dotnet } = (await import(new URL("./dotnet/dotnet.js", import.meta.url).href)) as { dotnet: Dotnet };
const given = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
// .NET takes its streams for terminals there.
const plain = process.stdout.isTTY && process.stderr.isTTY ? {} : { NO_COLOR: "1" };
const { Module: { FS: files }, runMain } = await dotnet.withApplicationArguments(...process.argv.slice(2)).withEnvironmentVariables({ ...Object.fromEntries(given), ...plain }).create();
for (const name of readdirSync("/")) if (!left.has(name) && statSync(`/${name}`, { throwIfNoEntry: false })?.isDirectory() === true) mountFolder(files, `/${name}`);
for (const descriptor of [1, 2]) writeThrough(files, descriptor);
files.chdir(process.cwd());
process.exit(await runMain());
