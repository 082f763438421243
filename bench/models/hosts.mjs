// Where engines run: a Node process, a browser's page, a Python process. Each is started once, and then asked one thing at a time:
// `ask(request)` resolves with the answer, so that the bench can let them take turns.
import { execFileSync, fork, spawn } from "node:child_process";
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { findBrowsers } from "../../tests/browser/browsers.mjs";
import { memoryOf, pageProcesses } from "./resident.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A mailbox between the bench, which asks, and a host, whose answers come as events. The first answer tells the host's version. */
function mailbox(send) {
  let waiting;
  const next = () => new Promise((resolve, reject) => (waiting = { resolve, reject }));
  return {
    ready: next(),
    answered: (answer) => (answer.failed === undefined ? waiting?.resolve(answer) : waiting?.reject(new Error(answer.failed))),
    failed: (error) => waiting?.reject(error),
    ask(request) {
      const answer = next();
      send(request);
      return answer;
    },
  };
}

/** The newest Node that is at hand, of the same version wherever the bench runs. */
function newestNode() {
  const packaged = here(`node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return existsSync(packaged) ? packaged : process.execPath;
}

/** @returns a function that starts a new host: `node`, `chromium` or `firefox` */
export const starter = (where, folder) => (where === "node" ? () => startNode(folder) : () => startBrowser(where.replace(/^./, (letter) => letter.toUpperCase()), folder));

async function startNode(folder) {
  const node = newestNode();
  const major = Number(/^v(\d+)/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))[1]);
  // V8 has had relaxed SIMD without a flag since 11.4.
  const execArgv = major < 21 ? ["--experimental-wasm-relaxed-simd"] : [];
  const child = fork(here("node-host.mjs"), [folder], { execPath: node, execArgv });
  const box = mailbox((request) => child.send(request));
  child.on("message", box.answered);
  child.on("exit", (code) => box.failed(new Error(`the Node process ended with ${code}`)));
  const { version } = await box.ready;
  return { name: "Node", version, ask: box.ask, memory: () => memoryOf([child.pid]), close: () => child.kill() };
}

/** @param command a Python with PyTorch */
export async function startNative(command, folder, threads) {
  const child = spawn(command, [here("native.py")], { stdio: ["pipe", "pipe", "inherit"], cwd: here("."), env: { ...process.env, OMP_NUM_THREADS: String(threads) } });
  const box = mailbox((request) => child.stdin.write(`${JSON.stringify({ ...request, folder })}\n`));
  createInterface({ input: child.stdout }).on("line", (line) => box.answered(JSON.parse(line)));
  child.on("error", box.failed);
  child.on("exit", (code) => box.failed(new Error(`${command} ended with ${code}`)));
  const { version } = await box.ready;
  return { name: "native", version: `PyTorch ${version}`, ask: box.ask, close: () => child.stdin.end() };
}

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

async function startBrowser(name, folder) {
  const browser = findBrowsers().found.find((found) => found.name === name);
  if (browser === undefined) throw new Error(`${name} is not installed`);
  const roots = {
    ort: here("node_modules/onnxruntime-web/dist"), runtime: here("../../web/runtime/dist"), models: folder,
    peak: here("../../src/Sconce.Cli/Bench"), litert: here("node_modules/@litertjs"),
  };
  let response;
  const box = mailbox((request) => response.end(JSON.stringify(request)));
  const server = createServer(async (request, reply) => {
    reply.setHeader("Cross-Origin-Opener-Policy", "same-origin").setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      response = reply;
      return box.answered(JSON.parse(Buffer.concat(chunks)));
    }
    const [, root, ...rest] = new URL(request.url, "http://localhost").pathname.split("/");
    const path = root === "engines.mjs" ? here(root) : rest.length > 0 ? join(roots[root] ?? here("page"), rest.join("/")) : join(here("page"), root || "index.html");
    if (!existsSync(path)) return reply.writeHead(404).end();
    reply.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Content-Length": statSync(path).size });
    createReadStream(path).pipe(reply);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const visit = await browser.visit(`http://localhost:${server.address().port}/`);
  const late = setTimeout(() => box.failed(new Error(`${name} did not open the page within a minute`)), 60_000);
  const { version } = await box.ready;
  clearTimeout(late);
  return {
    name,
    version: /(Chrome|Firefox)\/[\d.]+/.exec(version)?.[0].replace("Chrome/", "Chromium ").replace("/", " ") ?? version,
    ask: box.ask,
    memory: () => memoryOf(visit.pids.flatMap(pageProcesses)),
    async close() {
      await visit.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
