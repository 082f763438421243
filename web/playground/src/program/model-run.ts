import { type DType, Graph, Helpers, SconceError, type SymbolInfo, type Tensor, type TypedArray, elementCount, elementSize, evaluateShape, formatShape, openSource, viewOf, whyNoThreads } from "sconce/core";
import type { RunRequest } from "./protocol.js";

const shownValues = 6;

/** How a run of a bare model went; what goes in and what comes out is said as it comes. */
export interface ModelRun {
  readonly threads: number;
  readonly milliseconds: { readonly ready: number; readonly run: number };
}

/**
 * Runs a model without a guest, on random inputs.
 * @param options args are sizes of the dimensions that the model leaves open, as `name=value`
 */
export async function runModel(bytes: Uint8Array, { args, threads: wanted, weights }: Pick<RunRequest, "args" | "threads" | "weights">, say: (text: string) => void): Promise<ModelRun> {
  const began = performance.now();
  const threads = whyNoThreads() === undefined ? wanted : 1;
  const helpers = threads > 1 ? await Helpers.start(threads - 1) : undefined;
  try {
    const graph = await Graph.load(once(bytes), { shared: threads > 1, shard: ({ sha256 }) => openSource(weights.get(sha256) ?? new Blob()) });
    const context = graph.createContext();
    context.threads = threads;
    const ready = performance.now() - began;
    const { inputs, symbols } = graph.manifest;
    const sizes = chooseSizes(symbols, args);
    say("inputs, at random\n");
    const named = Object.fromEntries(inputs.map(({ name, dtype, shape }) => {
      const actual = evaluateShape(shape, sizes);
      const open = shape.some((dim) => typeof dim !== "number") ? `, of ${formatShape(shape)}` : "";
      say(`  ${name}  ${dtype} [${actual.join(", ")}]${open}\n`);
      const elements = elementCount(actual, name);
      return [name, { data: fill(viewOf(dtype, new ArrayBuffer(elements * elementSize(dtype)), 0, elements), dtype), shape: actual }];
    }));
    for (const { name, min, max } of symbols) say(`  ${name} is ${sizes.get(name)} here, and can be ${max === null ? `${min} or more` : `${min} to ${max}`}: write ${name}=… beside Run\n`);
    helpers?.help(context);
    const started = performance.now();
    const outputs = context.run(named);
    const run = performance.now() - started;
    say("outputs\n");
    for (const [name, tensor] of Object.entries(outputs)) say(`  ${name}  ${tensor.dtype} [${tensor.shape.join(", ")}]  ${firstOf(tensor)}\n`);
    return { threads, milliseconds: { ready, run } };
  } finally {
    helpers?.end();
  }
}

/** The sizes that were asked for; else one each, or the least that there can be. */
function chooseSizes(symbols: readonly SymbolInfo[], args: readonly string[]): Map<string, number> {
  const sizes = new Map(symbols.map(({ name, min }) => [name, Math.max(1, min)]));
  for (const arg of args) {
    const [, name = "", value = ""] = /^(\w+)=(\d+)$/.exec(arg) ?? [];
    const symbol = symbols.find((candidate) => candidate.name === name);
    if (symbol === undefined) {
      const known = symbols.length === 0 ? "this model leaves none open" : `it leaves open ${symbols.map((candidate) => candidate.name).join(", ")}`;
      throw new SconceError("input", `${arg} is no size of the model, such as ${symbols[0]?.name ?? "n"}=2: ${known}`);
    }
    const size = Number(value);
    if (size < symbol.min || size > (symbol.max ?? Infinity)) throw new SconceError("input", `${name} can be ${symbol.min} to ${symbol.max ?? "any size"}, not ${size}`);
    sizes.set(name, size);
  }
  return sizes;
}

/** Numbers from -1 to 1; integers 0 or 1, which are indices of whatever is not empty. Half precision without an array of its own stays 0. */
function fill(data: TypedArray, dtype: DType): TypedArray {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.forEach((_, i) => (data[i] = BigInt(Math.random() < 0.5)));
  else if (/^(float|complex)/.test(dtype) && !(data instanceof Uint16Array)) for (let i = 0; i < data.length; i++) (data as Float32Array)[i] = 2 * Math.random() - 1;
  else if (!/float16|complex/.test(dtype)) for (let i = 0; i < data.length; i++) (data as Uint8Array)[i] = Number(Math.random() < 0.5);
  return data;
}

function firstOf({ data }: Tensor): string {
  const values = Array.from(data.subarray(0, shownValues) as Iterable<number | bigint>, (value) => (typeof value === "number" ? Number(value.toPrecision(5)) : value).toString());
  return values.join(" ") + (data.length > shownValues ? " …" : "");
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
