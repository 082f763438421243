// What a component's exports are asked for, in a worker; guest.wit of sconce-wasi-nn's tests says what they are.
export function runCases({ driver }, { inputs }) {
  const graph = driver.loadByName("pair");
  const context = driver.open(graph);
  driver.dropGraph(graph);
  const outputs = inputs.map((values) => driver.run(context, values, ["difference", "product"]));
  const other = driver.open(driver.loadByName("pair"));
  const failures = [
    failureOf(() => driver.loadByName("nobody")),
    failureOf(() => driver.run(other, inputs[0].slice(0, 1), ["product"])),
  ];
  return { outputs, failures };
}

/** Opens contexts until memory is full, and again for each that it drops: gives how many times that went well. */
export function runDrops({ driver }) {
  const graph = driver.loadByName("pair");
  const contexts = [];
  const { code } = failureOf(() => {
    for (;;) contexts.push(driver.open(graph));
  });
  if (code !== "too-large") throw new Error(`expected the error too-large, got ${code}`);
  for (let i = 0; i < 100; i++) {
    driver.close(contexts.pop());
    contexts.push(driver.open(graph));
  }
  return { contexts: contexts.length };
}

function failureOf(call) {
  try {
    call();
  } catch (error) {
    return error.payload ?? error;
  }
  throw new Error("nothing was refused");
}

/** Answers one request. */
export function serve(run) {
  onmessage = async ({ data }) => {
    try {
      postMessage({ result: await run(data) });
    } catch (error) {
      postMessage({ error: `${error?.stack ?? JSON.stringify(error)}` });
    }
  };
}
