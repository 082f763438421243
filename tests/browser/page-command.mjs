// Commands of the tool that serve a page.
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tool } from "./tool.mjs";

const startMs = 300_000;

/** Starts `sconce NAME`, and resolves when it has printed its address. */
export async function startPageCommand(name) {
  const child = spawn("dotnet", [tool, name, "--port", String(await freePort())], { stdio: ["ignore", "pipe", "inherit"] });
  return { address: await said(child, name, /http:\/\/localhost:\d+\//), stop: () => child.kill() };
}

/** What the command serves, which is a built page's folder and more, by its paths. */
export async function servedFiles(address, dist, more) {
  const paths = readdirSync(dist, { recursive: true }).filter((path) => statSync(new URL(path, dist)).isFile());
  return Promise.all([...paths, ...more].map(async (path) => {
    const response = await fetch(new URL(path, address));
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
    return [path, new Uint8Array(await response.arrayBuffer())];
  }));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "localhost", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Waits for a process to print what is looked for. */
function said(child, name, wanted) {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`sconce ${name} printed no address within ${startMs / 1000} s:\n${text}`)), startMs);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`sconce ${name} ended with ${code}:\n${text}`)));
    child.stdout.setEncoding("utf8").on("data", (part) => {
      text += part;
      const match = wanted.exec(text);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[0]);
    });
  });
}
