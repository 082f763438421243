// Development servers.
import { spawn } from "node:child_process";
import { createServer } from "node:net";

export const visitMs = 120_000;

/** Starts a development server, and gives its port when it answers. */
export async function serve(command, cwd, environment) {
  const port = await freePort();
  let said = "";
  const child = spawn(process.execPath, command(port), { cwd, env: { ...process.env, PORT: `${port}`, ...environment }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (said += part));
  // A group of its own, for it starts others.
  const stop = () => new Promise((resolve) => {
    child.once("close", resolve);
    if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    else resolve();
  });
  for (const until = Date.now() + visitMs; ; await new Promise((resume) => setTimeout(resume, 100))) {
    if (await fetch(`http://localhost:${port}/`).then(() => true, () => false)) return { port, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the development server does not answer:\n${said}`);
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
