// Has workers run components, and compares what these give with PyTorch's numbers.
import { askWorker, check, finish, isolated, same, test } from "./harness.js";

const { runs } = await (await fetch("../models/pair.json")).json();
const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const floatsOf = (bytes) => new Float32Array(bytes.slice().buffer);

/**
 * WebKit has failed within jco's own table of resources, in one run of some forty, of code that had passed in the same engine minutes before: a
 * second worker is asked before that counts. Any other error counts at once.
 */
const inWorker = (script) => (request) => {
  const ask = () => askWorker(`../component-bundle/${script}.js`, request);
  return ask().catch((error) => (/rscTableRemove/.test(String(error)) ? ask() : Promise.reject(error)));
};

async function checkGuest(answer, request) {
  const inputs = runs.map((run) => run.inputs.map(({ dimensions, type, data }, i) => ({ name: ["left", "right"][i], dimensions: Uint32Array.from(dimensions), ty: type, data: bytesOf(data) })));
  const { outputs, failures, threads } = await answer({ ...request, inputs });
  outputs.forEach((values, index) => {
    const wanted = runs[index].outputs;
    same(values.map(({ name, ty, dimensions }) => [name, ty, [...dimensions]]), wanted.map(({ type, dimensions }, i) => [["difference", "product"][i], type, dimensions]), "outputs");
    values.forEach(({ name, data }, i) => floatsOf(bytesOf(wanted[i].data)).forEach((value, at) => {
      const got = floatsOf(data)[at];
      check(Math.abs(got - value) <= 1e-6 * Math.max(1, Math.abs(value)), `${name} ${at} of run ${index}: expected ${value}, got ${got}`);
    }));
  });
  same(outputs.length, runs.length, "runs");
  same(failures.map(({ code }) => code), ["not-found", "invalid-argument"], "failures");
  check(/there is no graph "nobody": the host knows "pair"/.test(failures[0].data), failures[0].data);
  check(/input 1 \(right\)/.test(failures[1].data), failures[1].data);
  return threads;
}

for (const version of ["2024-06-25", "2024-08-19", "2024-10-28"]) {
  for (const threads of [1, 2]) {
    test(`a component for ${version} that a worker instantiates, ${threads} threads wanted`, async () => {
      same(await checkGuest(inWorker("instantiating"), { version, threads }), isolated ? threads : 1, "threads");
    });
  }
}

test("what a component drops makes room", async () => {
  const { contexts } = await inWorker("instantiating")({ version: "2024-08-19", threads: 1, drops: true });
  check(contexts > 2, `${contexts} contexts fit`);
});

test("a component with its imports mapped, in a bundle", async () => {
  await checkGuest(inWorker("mapped"), {});
});

if ("Suspending" in WebAssembly) {
  const { run } = await import("../component-bundle/suspended.js");
  for (const version of ["2024-06-25", "2024-08-19", "2024-10-28"]) {
    test(`a component for ${version} on the page, suspended while it waits`, async () => {
      same(await checkGuest(run, { version, threads: 2 }), isolated ? 2 : 1, "threads");
    });
  }
}

await finish({ symbolDispose: "dispose" in Symbol });
