// Guests of WASI-NN that mean harm: any call of both modules and of the component, in any order, with any numbers, over graphs of their own and the host's.
import { createWasiNN } from "../../../web/wasi-nn/dist/index.js";
import { Random, mutateBytes } from "./random.mjs";

/** Caps on one graph, and on all that the guest causes. */
const memory = 16 << 20;
const guestMemory = 24 << 20;
/** With what a guest's own data come to. */
const most = memory + guestMemory + (8 << 20);
const pages = 16;
const calls = 60;

const end = pages * 65536;
const places = [0, 1, 4, 64, 1024, end - 1, end - 3, end - 4, end - 8, end - 20, end, end + 1, -1, 2 ** 31 - 1, -(2 ** 31)];

export async function attempt(seeds, seed, number) {
  const random = new Random(seed, number);
  const graphs = Object.fromEntries([0, 1, 2].map((i) => [`g${i}`, random.of(seeds)]));
  const nn = await createWasiNN({ graphs, memory, guestMemory, threads: 1, compile: random.oneIn(2) ? (bytes) => bytes : undefined });
  const before = taken();
  try {
    const guest = new WebAssembly.Memory({ initial: pages });
    nn.attach(guest);
    const { put32, text, scratch, structures, builders } = furnish(guest, seeds, random);
    const component = componentCalls(nn, seeds, random);
    for (let i = 0; i < calls; i++) {
      if (random.oneIn(3)) component();
      else coreCall(nn, random, { put32, text, scratch, structures, builders });
      let grown = taken() - before;
      if (grown > most) {
        globalThis.gc();
        // What wasm memories held is given back by a finaliser.
        await new Promise((resolve) => setImmediate(resolve));
        globalThis.gc();
        grown = taken() - before;
      }
      if (grown > most) throw new Error(`a guest caused ${Math.floor(grown / 2 ** 20)} MiB to be taken, beside caps of ${(memory + guestMemory) / 2 ** 20}`);
    }
  } finally {
    nn.dispose();
  }
}

/** Bytes of buffers and of WebAssembly's memories. */
function taken() {
  return process.memoryUsage().arrayBuffers + memories.reduce((sum, reference) => sum + (reference.deref()?.buffer.byteLength ?? 0), 0);
}

const memories = [];
const Plain = WebAssembly.Memory;
WebAssembly.Memory = class extends Plain {
  constructor(options) {
    super(options);
    memories.push(new WeakRef(this));
    if (memories.length > 1000) memories.splice(0, 500);
  }
};

function furnish(guest, seeds, random) {
  let next = 64;
  const put = (bytes) => {
    const at = next;
    new Uint8Array(guest.buffer, at, bytes.length).set(bytes);
    next = Math.ceil((at + bytes.length) / 4) * 4;
    return at;
  };
  const put32 = (...numbers) => put(new Uint8Array(Uint32Array.from(numbers).buffer));
  const text = (string) => { const bytes = new TextEncoder().encode(string); return [put(bytes), bytes.length]; };
  const file = () => { const bytes = random.oneIn(3) ? mutateBytes(random.of(seeds), random) : random.of(seeds); return bytes.length < end / 8 ? bytes : new Uint8Array(8); };
  const builders = Array.from({ length: 3 }, () => { const bytes = file(); return put32(put(bytes), bytes.length); });
  const structures = Array.from({ length: 24 }, () => {
    const dimensions = Array.from({ length: random.below(5) }, () => random.oneIn(5) ? random.edge() : 1 + random.below(6));
    const bytes = random.oneIn(3) ? random.below(end / 2) : 4 * dimensions.reduce((a, b) => a * b, 1);
    const [list, data] = [put32(...dimensions), random.of([64, 128, ...places])];
    return [put32(list, dimensions.length, random.oneIn(6) ? random.edge() : 1, data, bytes), put32(put32(list, dimensions.length), random.below(8), data)];
  });
  return { put32, text, builders, structures, scratch: put(new Uint8Array(4096)) };
}

function coreCall(nn, random, { scratch, structures, builders, text }) {
  const module = random.of(["wasi_ephemeral_nn", "wasi_nn"]);
  const functions = nn.imports[module];
  const name = random.of(Object.keys(functions));
  const handle = () => random.oneIn(12) ? random.edge() : random.below(8);
  const out = () => scratch + 4 * random.below(1000);
  const [ephemeral, wamr] = random.of(structures);
  const tensor = module === "wasi_nn" ? wamr : ephemeral;
  const parameters = {
    load: module === "wasi_nn" ? [random.of(builders), 5, 0, out()] : [random.of(builders), 1, 5, 0, out()],
    load_by_name: [...names(text, random), out()],
    load_by_name_with_config: [...names(text, random), ...names(text, random), out()],
    init_execution_context: [handle(), out()],
    set_input: [handle(), random.below(3), tensor],
    get_output: [handle(), random.below(3), out(), random.below(4096), out()],
    get_output_single: [handle(), random.below(3), out(), random.below(4096), out()],
  }[name] ?? [handle()];
  const spoilt = parameters.map((value) => random.oneIn(10) ? random.of([...places, random.edge()]) : value);
  const result = functions[name](...spoilt);
  if (!Number.isInteger(result) || result < 0 || result > 8) throw new Error(`${module}.${name} gave ${String(result)}`);
}

let named;
function names(text, random) {
  named ??= new WeakMap();
  // The names stand once in each guest's memory.
  let known = named.get(text);
  if (known === undefined) named.set(text, known = ["g0", "g1", "g2", "nothing", "constructor"].map(text));
  return random.of(known);
}

/** Calls of the component's interfaces: all that is thrown is the resource `error`. */
function componentCalls(nn, seeds, random) {
  const { tensor, graph, errors } = nn.component;
  const [graphs, contexts, tensors] = [[], [], []];
  const attempts = [
    () => graphs.push(graph.load(random.oneIn(4) ? [] : [random.oneIn(3) ? mutateBytes(random.of(seeds), random) : random.of(seeds)], random.of(["pytorch", "autodetect", "onnx"]), "cpu")),
    () => graphs.push(graph.loadByName(random.of(["g0", "g1", "g2", "nothing"]))),
    () => contexts.push(random.of(graphs)?.initExecutionContext()),
    () => {
      const dimensions = Array.from({ length: random.below(4) }, () => random.oneIn(8) ? 4096 : 1 + random.below(8));
      const bytes = 4 * Math.min(dimensions.reduce((a, b) => a * b, 1), 1 << 19);
      tensors.push(new tensor.Tensor(dimensions, random.of(["FP32", "I64", "U8", "FP16"]), new Uint8Array(bytes)));
    },
    () => random.of(contexts)?.setInput(random.of(["0", "1", "input", "x", "constructor"]), random.of(tensors)),
    () => random.of(contexts)?.compute(),
    () => tensors.push(...(random.of(contexts)?.compute([["0", random.of(tensors)]]) ?? []).map(([, value]) => value)),
    () => tensors.push(random.of(contexts)?.getOutput(random.of(["0", "output", "y"]))),
    () => { const list = random.of([graphs, contexts, tensors]); list.splice(random.below(list.length), 1)[0]?.[Symbol.dispose]?.(); },
  ];
  return () => {
    for (const list of [graphs, contexts, tensors]) for (let i = list.length; i-- > 0;) if (list[i] === undefined) list.splice(i, 1);
    if (tensors.length === 0) attempts[3]();
    try {
      random.of(attempts)();
    } catch (error) {
      if (!(error instanceof errors.Error)) throw error;
    }
  };
}
