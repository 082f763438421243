// What a component's exports are asked for; guest.wit of sconce-wasi-nn's tests says what they are. On a page, they give promises.
export async function runCases({ driver }, { inputs }) {
  const graph = await driver.loadByName("pair");
  const context = driver.open(graph);
  driver.dropGraph(graph);
  const outputs = [];
  for (const values of inputs) outputs.push(await driver.run(context, values, ["difference", "product"]));
  const other = driver.open(await driver.loadByName("pair"));
  const failures = [
    await failureOf(() => driver.loadByName("nobody")),
    await failureOf(() => driver.run(other, inputs[0].slice(0, 1), ["product"])),
  ];
  return { outputs, failures };
}

/** Opens contexts until memory is full, and again for each that it drops: gives how many times that went well. */
export async function runDrops({ driver }) {
  const graph = driver.loadByName("pair");
  const contexts = [];
  const { code } = await failureOf(() => {
    for (;;) contexts.push(driver.open(graph));
  });
  if (code !== "too-large") throw new Error(`expected the error too-large, got ${code}`);
  for (let i = 0; i < 100; i++) {
    driver.close(contexts.pop());
    contexts.push(driver.open(graph));
  }
  return { contexts: contexts.length };
}

async function failureOf(call) {
  try {
    await call();
  } catch (error) {
    return error.payload ?? error;
  }
  throw new Error("nothing was refused");
}

/** Instantiates what jco made of a guest, with `--instantiation`. */
export async function instantiateGuest(folder, imports) {
  const url = new URL(`../component/${folder}/guest.js`, location.href);
  const { instantiate } = await import(url.href);
  return instantiate((path) => WebAssembly.compileStreaming(fetch(new URL(path, url))), imports);
}
