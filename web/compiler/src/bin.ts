#!/usr/bin/env node
// The command sconce: the native tool, or the portable one, with this process's arguments, streams and end.
import { spawn } from "node:child_process";
import { environment, findTool } from "./tool.js";

try {
  const { command, args, portable } = findTool();
  if (portable !== undefined) console.error(`note: ${portable}\n  meanwhile the portable tool does it, which takes longer, and does not run models`);
  const child = spawn(command, [...args, ...process.argv.slice(2)], { stdio: "inherit", env: environment() });
  child.on("error", (error) => fail(new Error(`${command} cannot be started (${error.message})`)));
  // A terminal sends Ctrl-C to both, and the tool ends in its own way: this one waits for it.
  const forward = (signal: NodeJS.Signals) => () => void child.kill(signal);
  process.on("SIGINT", () => {}).on("SIGTERM", forward("SIGTERM")).on("SIGHUP", forward("SIGHUP"));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
} catch (error) {
  fail(error as Error);
}

function fail({ message }: Error): void {
  console.error(`error: ${message}`);
  process.exitCode = 1;
}
