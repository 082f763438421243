// What the pages under test share: cases, checks, and the way back to the server.

const cases = [];

export const mode = location.pathname.split("/")[1];

export function test(name, body) {
  cases.push({ name, body });
}

export function check(condition, message) {
  if (!condition) throw new Error(message);
}

export function same(actual, wanted, what) {
  const [a, b] = [actual, wanted].map((value) => JSON.stringify(value, (_, part) => (ArrayBuffer.isView(part) ? Array.from(part, String) : part)));
  check(a === b, `${what}: expected ${b.slice(0, 300)}, got ${a.slice(0, 300)}`);
}

/** The error that the promise is rejected with. */
export async function failure(promise) {
  return promise.then(() => { throw new Error("nothing was refused"); }, (error) => error);
}

/** Whether threads can be had here. */
export const isolated = mode !== "plain" && globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== "undefined";

/** What a worker, which ends with it, answers to one request. */
export async function askWorker(script, request) {
  const worker = new Worker(script, { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error === undefined ? resolve(data.result) : reject(new Error(data.error)));
      worker.onerror = ({ message }) => reject(new Error(`the worker stopped: ${message}`));
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}

export function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** How long a page may take to show what it must: no test is for a machine that is idle. */
const patienceMs = 60_000;

/** Waits for something to come true; false where it does not in time. */
export async function until(condition, ms = patienceMs) {
  for (const end = performance.now() + ms; performance.now() < end; await later(10)) if (condition()) return true;
  return condition();
}

/** How long a case may take: only one that hangs takes longer, however busy the machine is. (WebKit took over 60 s for one of a second, once, on two cores with a load of ten.) */
const caseMs = 300_000;

/**
 * Runs the cases in turn, and posts what came of each, with facts about the engine for the log.
 * @param to where, if not to the page's own server
 */
export async function finish(facts = {}, to = undefined) {
  const results = [];
  for (const { name, body } of cases) {
    const late = later(caseMs).then(() => { throw new Error(`took longer than ${caseMs / 1000} s`); });
    const error = await Promise.race([body(), late]).then(() => undefined, (reason) => `${reason?.message ?? reason}`);
    results.push({ name, error });
  }
  const run = new URLSearchParams(location.search).get("run");
  const engine = { userAgent: navigator.userAgent, isolated: globalThis.crossOriginIsolated, ...facts };
  await fetch(to ?? `../result/${run}`, { method: "POST", body: JSON.stringify({ engine, results }) });
  document.title = "done";
}
