// Runs in the browser: a service worker, as a bundler makes one script of it, and as a module where the engine takes modules there.
import { finish, same, test } from "./harness.js";

const { weights, bias } = await (await fetch("../models/facts.json")).json();
const modules = navigator.userAgent.includes("Chrome/");

for (const [kind, script, options] of [["script", "../bundled/service-worker.js", { scope: "../bundled/" }], ["module", "service-worker.js", { type: "module" }]]) {
  if (kind === "module" && !modules) continue;
  test(`a model runs in a service worker that is a ${kind}`, async () => {
    const registration = await navigator.serviceWorker.register(script, options);
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const answer = await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      worker.postMessage("run", [port2]);
    });
    const reason = "a service worker cannot start workers";
    same(answer, { y: weights.map((weight, i) => (i + 1) * weight + bias[i]), threads: 1, reason, worker: false, workerReason: reason }, "what it gave");
    await registration.unregister();
  });
}

await finish();
