// Chromium by its own protocol, through pipes: pages are opened, sized, looked at and asked.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { which } from "../browser/browsers.mjs";

export const chromium = ["chromium", "chromium-browser", "google-chrome"].map(which).find((path) => path !== undefined);

/** Starts it, with a fresh profile. */
export async function startChromium() {
  const profile = mkdtempSync(join(tmpdir(), "sconce-chromium-"));
  const child = spawn(chromium, [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank",
  ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  const listeners = new Map();
  let next = 0;
  let rest = "";
  output.on("data", (data) => {
    const messages = (rest + data).split("\0");
    rest = messages.pop();
    for (const text of messages) {
      const { id, result, error, method, params, sessionId } = JSON.parse(text);
      if (id === undefined) {
        listeners.get(sessionId)?.(method, params);
        continue;
      }
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error.message));
    }
  });
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    waiting.set(++next, { resolve, reject });
    input.write(`${JSON.stringify({ id: next, method, params, sessionId })}\0`);
  });

  return {
    /** A page of its own; `said` is what its console complains of, policies too. */
    async open({ width, height = 800, dark = false }) {
      const { targetId } = await send("Target.createTarget", { url: "about:blank" });
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      const said = [];
      let loaded;
      listeners.set(sessionId, (method, params) => {
        if (method === "Page.loadEventFired") loaded?.();
        if (method === "Log.entryAdded" && params.entry.level === "error") said.push(`${params.entry.text} ${params.entry.url ?? ""}`);
        if (method === "Runtime.exceptionThrown") said.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
        if (method === "Runtime.consoleAPICalled" && params.type === "error") said.push(params.args.map(({ value, description }) => value ?? description).join(" "));
      });
      const call = (method, params) => send(method, params, sessionId);
      for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`);
      await call("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
      /** What an expression, or a promise of it, gives on the page. */
      const ask = async (expression) => {
        const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture: true });
        if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
      };
      return {
        said, call, ask,
        async visit(url) {
          const load = new Promise((resolve) => (loaded = resolve));
          const { errorText } = await call("Page.navigate", { url });
          if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
          await load;
        },
        /** Asks until it is true. */
        async until(expression, seconds = 60) {
          for (const end = Date.now() + 1000 * seconds; ; ) {
            const value = await ask(expression);
            if (value) return value;
            if (Date.now() > end) throw new Error(`not within ${seconds} s: ${expression}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
        async picture() {
          return Buffer.from((await call("Page.captureScreenshot", { format: "png" })).data, "base64");
        },
        close: () => send("Target.closeTarget", { targetId }),
      };
    },
    async close() {
      const ended = once(child, "exit");
      process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
