// Chromium that does what a person does on a page: looks, clicks, gives files, goes offline. By the DevTools protocol through a pipe, without a driver.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBrowsers } from "./browsers.mjs";

export const chromium = findBrowsers().found.find(({ name }) => name === "Chromium");

/**
 * @param options camera: a .y4m or .mjpeg file that stands in for a camera, for which nobody has to be asked; microphone: a .wav file that stands in for one, over and over; extensions: folders of unpacked extensions;
 *   patience: how many seconds a page's `until` waits where it is not told
 * @returns a browser: `page(url)`, `sized({ width, height, dark })`, `extensionIds`, `targets()`, `close()`
 */
export async function openChromium({ camera, microphone, extensions = [], patience = 180 } = {}) {
  const profile = mkdtempSync(join(tmpdir(), "sconce-chromium-"));
  const child = spawn(chromium.command, [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", "--enable-unsafe-extension-debugging", `--user-data-dir=${profile}`,
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", ...(camera === undefined ? [] : [`--use-file-for-fake-video-capture=${camera}`]),
    ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`]), "about:blank",
  ], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true });
  const send = connect(child);
  const extensionIds = [];
  for (const path of extensions) extensionIds.push((await send("Extensions.loadUnpacked", { path })).id);
  const attach = async (targetId) => page(send, (await send("Target.attachToTarget", { targetId, flatten: true })).sessionId, patience);
  const blank = async () => {
    const { targetId } = await send("Target.createTarget", { url: "about:blank" });
    return { ...await attach(targetId), close: () => send("Target.closeTarget", { targetId }) };
  };
  return {
    extensionIds,
    targets: async () => (await send("Target.getTargets")).targetInfos,
    attach,
    async page(url) {
      const opened = await blank();
      await opened.go(url);
      return opened;
    },
    /** A page of a size and a colour scheme, which hears what the browser itself complains of too. */
    async sized({ width, height = 800, dark = false }) {
      const opened = await blank();
      for (const domain of ["Page", "Log", "Network"]) await opened.ask(`${domain}.enable`);
      await opened.resize(width, height, width < 600);
      await opened.scheme(dark);
      return opened;
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      process.kill(-child.pid, "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Requests and their answers; `send.listen` hears events. */
function connect(child) {
  const [waiting, listeners] = [new Map(), new Set()];
  let [next, text] = [1, ""];
  const ended = () => {
    for (const { reject } of waiting.values()) reject(new Error("Chromium has ended"));
    waiting.clear();
  };
  child.once("exit", ended);
  child.stdio[3].on("error", ended);
  child.stdio[4].setEncoding("utf8").on("data", (part) => {
    const messages = (text + part).split("\0");
    text = messages.pop();
    for (const message of messages.map((line) => JSON.parse(line))) {
      const { resolve, reject } = waiting.get(message.id) ?? {};
      waiting.delete(message.id);
      if (message.error !== undefined) reject?.(new Error(message.error.message));
      else if (message.id !== undefined) resolve?.(message.result);
      else for (const hear of listeners) hear(message);
    }
  });
  const send = (method, params = {}, sessionId) => new Promise((resolve, reject) => {
    const id = next++;
    waiting.set(id, { resolve, reject });
    child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  });
  send.listen = (hear) => listeners.add(hear);
  return send;
}

/** A page, or a worker, that is spoken to by its session. */
async function page(send, sessionId, patience) {
  const ask = (method, params) => send(method, params, sessionId);
  const [problems, errors] = [[], []];
  let loaded;
  send.listen(({ method, params, sessionId: from }) => {
    if (from !== sessionId) return;
    if (method === "Page.loadEventFired") loaded?.();
    const [text, isWarning] = method === "Runtime.exceptionThrown" ? [params.exceptionDetails.exception?.description ?? params.exceptionDetails.text]
      : method === "Runtime.consoleAPICalled" && (params.type === "error" || params.type === "warning") ? [params.args.map(({ value, description }) => value ?? description).join(" "), params.type === "warning"] : [];
    if (text !== undefined) for (const list of isWarning ? [problems] : [problems, errors]) list.push(text);
    if (method === "Log.entryAdded" && params.entry.level === "error") errors.push(`${params.entry.text} ${params.entry.url ?? ""}`);
  });
  await ask("Runtime.enable");

  /** What an expression gives, whose promise is waited for. */
  async function evaluate(expression) {
    const { result, exceptionDetails } = await ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true, userGesture: true });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
  const go = (url) => ask("Page.navigate", { url }).then(({ errorText }) => {
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
  });
  async function node(selector) {
    const { root } = await ask("DOM.getDocument");
    const { nodeId } = await ask("DOM.querySelector", { nodeId: root.nodeId, selector });
    if (nodeId === 0) throw new Error(`the page has no ${selector}`);
    return nodeId;
  }
  return {
    /** Exceptions that nobody caught, and what is an error or warning on the console. */
    problems,
    /** These without the warnings; of a `sized` page with what the browser itself says of policies and requests. */
    errors,
    evaluate, ask, go,
    /** Goes there, and waits for all that the page loads; for a `sized` page. */
    async visit(url) {
      const load = new Promise((resolve) => (loaded = resolve));
      await go(url);
      await load;
    },
    /** Waits until an expression is true, and gives it, or matches in the page's text; tells what the page says where it does not. */
    async until(condition, seconds = patience) {
      const expression = condition instanceof RegExp ? `document.body !== null && ${condition}.test(document.body.innerText)` : condition;
      for (const end = Date.now() + 1000 * seconds; ; await new Promise((resume) => setTimeout(resume, 50))) {
        // While a page comes there is none to ask.
        const value = await evaluate(expression).catch(() => false);
        if (value) return value;
        if (Date.now() > end) throw new Error(`within ${seconds} s there was no ${condition}; the page says: ${await evaluate("document.body?.innerText")}\n${[...new Set([...problems, ...errors])].join("\n")}`);
      }
    },
    click: (selector) => evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`),
    give: async (selector, ...files) => ask("DOM.setFileInputFiles", { nodeId: await node(selector), files }),
    resize: (width, height, mobile = false) => ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile }),
    scheme: (dark) => ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] }),
    /** Whether nothing sticks out at the side. */
    fits: () => evaluate("document.documentElement.scrollWidth <= innerWidth"),
    offline: (offline) => ask("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 }),
    screenshot: async (path) => writeFileSync(path, Buffer.from((await ask("Page.captureScreenshot", { captureBeyondViewport: true })).data, "base64")),
  };
}
