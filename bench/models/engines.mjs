// The engines that run WebAssembly, the same in Node and on a page: each loads a model and then runs it, one input, one output.
// What is timed is what a caller waits for: with sconce this includes the way to its worker and back.

/** What `import`s as sconce's runtime and as onnxruntime-web, given by whoever hosts the engines. */
export function makeEngines({ sconce, ort, ortFiles }) {
  if (ortFiles !== undefined) ort.env.wasm.wasmPaths = ortFiles;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  return {
    sconce: (file) => loadSconce(sconce, file, {}),
    "sconce-plain": (file) => loadSconce(sconce, file, { relaxed: false }),
    ort: (file) => loadOrt(ort, file),
  };
}

/** The file of a model that an engine takes. */
export const fileOf = (engine, name) => `${name}.${engine === "ort" ? "onnx" : "wasm"}`;

async function loadSconce({ load }, file, options) {
  const model = await load(file, { threads: 1, ...options });
  const [input, output] = [model.inputs[0], model.outputs[0]];
  return {
    run: async (data) => (await model.run({ [input.name]: { dtype: "float32", shape: input.shape, data } }))[output.name].data,
    profile: async (data) => (await model.profile({ [input.name]: { dtype: "float32", shape: input.shape, data } })).steps.slice(),
    close: () => model.dispose(),
  };
}

async function loadOrt({ InferenceSession, Tensor }, file) {
  const session = await InferenceSession.create(file, { executionProviders: ["wasm"] });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const shape = session.inputMetadata[0].shape;
  return {
    run: async (data) => (await session.run({ [input]: new Tensor("float32", data, shape) }))[output].data,
    close: () => session.release(),
  };
}

/** Answers requests: `load` an engine with a model, `run` it, `profile` it, `close` it. */
export class EngineHost {
  #engines;
  #read;
  #loaded = new Map();
  #input;
  #expected;

  /** @param read gives a file of the models' folder, as bytes */
  constructor(engines, read) {
    this.#engines = engines;
    this.#read = read;
  }

  async answer({ command, engine, name }) {
    if (command === "input") {
      [this.#input, this.#expected] = await Promise.all(["in0", "out0"].map(async (array) => floats(await this.#read(`${name}.${array}`))));
      return {};
    }
    if (command === "load") {
      const file = await this.#read(fileOf(engine, name));
      const begun = performance.now();
      this.#loaded.set(engine, await this.#engines[engine](file));
      return { milliseconds: performance.now() - begun };
    }
    const model = this.#loaded.get(engine);
    if (command === "run") return this.#run(model);
    if (command === "profile") return { steps: await this.#profile(model) };
    this.#loaded.delete(engine);
    await model.close();
    return {};
  }

  /** Each step with its shortest time of several runs: one run alone shows whoever else had the processor. */
  async #profile(model, runs = 9) {
    const steps = await model.profile(this.#input);
    for (let i = 1; i < runs; i++) {
      const again = await model.profile(this.#input);
      steps.forEach((step, at) => (steps[at] = { ...step, milliseconds: Math.min(step.milliseconds, again[at].milliseconds) }));
    }
    return steps;
  }

  async #run(model) {
    const begun = performance.now();
    const output = await model.run(this.#input);
    const milliseconds = performance.now() - begun;
    return { milliseconds, error: difference(output, this.#expected) };
  }
}

const floats = (bytes) => new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

/** The largest difference, relative to the largest output. */
function difference(got, expected) {
  if (got.length !== expected.length) return Infinity;
  let [worst, scale] = [0, 0];
  for (let i = 0; i < got.length; i++) {
    // Written so that NaN counts.
    if (!(Math.abs(got[i] - expected[i]) <= worst)) worst = Math.abs(got[i] - expected[i]);
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return worst / scale;
}
