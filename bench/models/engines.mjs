// The engines that run WebAssembly, the same in Node and on a page: each loads a model and then runs it, one input, one output.
// What is timed is what a caller waits for: with sconce this includes the way to its worker and back.

/** What `import`s as sconce's runtime and as onnxruntime-web, given by whoever hosts the engines. */
export function makeEngines({ sconce, ort, ortFiles, litert }) {
  if (ortFiles !== undefined) ort.env.wasm.wasmPaths = ortFiles;
  ort.env.logLevel = "error";
  return {
    sconce: (file, threads) => loadSconce(sconce, file, { threads }),
    "sconce-plain": (file, threads) => loadSconce(sconce, file, { threads, relaxed: false }),
    ort: (file, threads) => loadOrt(ort, file, threads),
    litert: (file, threads) => loadLiteRt(litert, file, threads),
  };
}

const endings = { sconce: "wasm", "sconce-plain": "wasm", ort: "onnx", litert: "tflite" };

/** The file of a model that an engine takes. */
export const fileOf = (engine, name) => `${name}.${endings[engine]}`;

async function loadSconce({ load }, file, options) {
  const model = await load(file, options);
  const [input, output] = [model.inputs[0], model.outputs[0]];
  return {
    run: async (tensor) => (await model.run({ [input.name]: tensor }))[output.name].data,
    report: () => model.report(),
    close: () => model.dispose(),
  };
}

async function loadOrt({ InferenceSession, Tensor, env }, file, threads) {
  env.wasm.numThreads = threads;
  const session = await InferenceSession.create(file, { executionProviders: ["wasm"] });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    run: async ({ dtype, shape, data }) => (await session.run({ [input]: new Tensor(dtype, data, shape) }))[output].data,
    report: () => undefined,
    close: () => session.release(),
  };
}

/** Its files come from elsewhere, with weights and answers of their own; inputs have the channels last. */
async function loadLiteRt(litert, file, threads) {
  const { loadAndCompile, Tensor } = await litert(threads);
  const model = await loadAndCompile(file, { accelerator: "wasm", cpuOptions: { numThreads: threads } });
  const [{ shape, name }] = model.getInputDetails();
  const data = new Float32Array(shape.reduce((a, b) => a * b));
  return {
    run: async () => {
      const input = new Tensor(data, shape);
      const [output] = Object.values(await model.run({ [name]: input }));
      const result = output.toTypedArray();
      input.delete();
      output.delete();
      return result;
    },
    unchecked: true,
    report: () => undefined,
    close: () => model.delete(),
  };
}

const arrays = { float32: Float32Array, int64: BigInt64Array };

/** Answers requests: takes a model's `input` and expected output, `load`s an engine with a model, `run`s it, `close`s it. */
export class EngineHost {
  #engines;
  #read;
  #locate;
  #measurePeak;
  #loaded = new Map();
  #input;
  #expected;

  /**
   * @param read gives a file of the models' folder, as bytes
   * @param locate gives what an engine may load such a file from, as it arrives
   */
  constructor(engines, { read, locate, measurePeak }) {
    this.#engines = engines;
    this.#read = read;
    this.#locate = locate;
    this.#measurePeak = measurePeak;
  }

  async answer(request) {
    const { command, engine, name, threads } = request;
    switch (command) {
      case "peak": return this.#measurePeak();
      case "input":
        this.#input = await this.#tensor(request.input, `${name}.in0`);
        this.#expected = (await this.#tensor(request.output, `${name}.out0`)).data;
        return {};
      case "load": {
        const file = await this.#read(fileOf(engine, name));
        const begun = performance.now();
        this.#loaded.set(engine, await this.#engines[engine](file, threads));
        return { milliseconds: performance.now() - begun };
      }
      case "cold": {
        const file = await this.#read(fileOf(engine, name));
        const begun = performance.now();
        const model = await this.#engines[engine](file, threads);
        await model.run(this.#input);
        return { milliseconds: performance.now() - begun };
      }
      case "stream": {
        const model = await this.#engines[engine](await this.#locate(fileOf(engine, name)), threads);
        for (let i = 0; i < 2; i++) await model.run(this.#input);
        return { report: model.report() };
      }
      case "run": return this.#run(this.#loaded.get(engine));
      case "close": {
        const model = this.#loaded.get(engine);
        this.#loaded.delete(engine);
        await model.close();
        return {};
      }
      default: throw new Error(`there is no command ${command}`);
    }
  }

  async #tensor({ dtype, shape }, name) {
    const bytes = await this.#read(name);
    return { dtype, shape, data: new arrays[dtype](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) };
  }

  async #run(model) {
    const begun = performance.now();
    const output = await model.run(this.#input);
    const milliseconds = performance.now() - begun;
    return { milliseconds, error: model.unchecked ? 0 : difference(output, this.#expected) };
  }
}

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
