#!/usr/bin/env node
// The command sconce: the native tool with this process's arguments, streams and end.
import { spawn } from "node:child_process";
import { environment, findTool } from "./tool.js";

try {
  const tool = findTool();
  const child = spawn(tool, process.argv.slice(2), { stdio: "inherit", env: environment() });
  child.on("error", (error) => fail(new Error(`${tool} cannot be started (${error.message})`)));
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
