import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createWasiNN, type TensorType, type WasiNN, type WasiNNOptions } from "../src/index.js";

/** A tensor as WASI-NN has it. */
export interface TestTensor {
  readonly dimensions: readonly number[];
  /** Missing where WASI-NN has no type for it. */
  readonly type: TensorType | undefined;
  readonly data: Uint8Array;
}

/** What a graph was given, and what PyTorch answers. */
export interface TestRun {
  readonly inputs: readonly TestTensor[];
  readonly outputs: readonly TestTensor[];
}

/** One of the graphs of make_graphs.py, or digits. */
export type GraphName =
  | "average" | "brain" | "classifier" | "classifier-split" | "counted" | "counter" | "digits" | "echo" | "found" | "growing" | "lookup" | "loops" | "max" | "mult_dimension" | "mult_outputs" | "pair" | "quotient" | "random"
  | "scaled" | "short" | "sum" | "table" | "types";

/** Those that are TorchScript, which is compiled when its inputs are known. */
export type ScriptName = "scripted" | "scripted-state";

const graphs = new URL("../graphs/", import.meta.url);
const sources = new URL("../../tests/graphs/", import.meta.url);

/** Where the compiled graph lies. */
export function artifactUrl(name: GraphName): URL {
  return new URL(`${name}.wasm`, graphs);
}

/** The compiled graph. */
export function artifact(name: GraphName): Uint8Array {
  return readFileSync(artifactUrl(name));
}

/** PyTorch's own file of a graph. */
export function source(name: GraphName): Uint8Array {
  return readFileSync(new URL(`${name}.pt2`, sources));
}

export function script(name: ScriptName): Uint8Array {
  return readFileSync(new URL(`${name}.pt`, sources));
}

/** What PyTorch answers. */
export function runsOf(name: Exclude<GraphName, "digits" | "classifier-split" | "random"> | ScriptName): readonly TestRun[] {
  interface Written { dimensions: number[]; type: TensorType | null; data: string }
  const { runs } = JSON.parse(readFileSync(new URL(`${name}.json`, sources), "utf8")) as { runs: { inputs: Written[]; outputs: Written[] }[] };
  const read = ({ dimensions, type, data }: Written): TestTensor => ({ dimensions, type: type ?? undefined, data: new Uint8Array(Buffer.from(data, "base64")) });
  return runs.map(({ inputs, outputs }) => ({ inputs: inputs.map(read), outputs: outputs.map(read) }));
}

/** The run of that number, which must be there. */
export function runOf(name: Exclude<GraphName, "digits" | "classifier-split" | "random">, index = 0): TestRun {
  return at(runsOf(name), index);
}

export function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`the list has ${list.length} elements, there is no element ${index}`);
  return value;
}

export function floats(data: Uint8Array): Float32Array {
  return new Float32Array(data.slice().buffer);
}

export function tensorOf(numbers: ArrayLike<number>, dimensions: readonly number[] = [numbers.length]): TestTensor {
  return { dimensions, type: "FP32", data: new Uint8Array(Float32Array.from(numbers).buffer) };
}

/** Bytes of an output against PyTorch's: float32 to a hundred-thousandth of the largest, everything else to the bit. */
export function expectOutput(data: Uint8Array, { type, data: right }: TestTensor, where = "output"): void {
  equal(data.length, right.length, where);
  if (type !== "FP32") {
    deepEqual([...data], [...right], where);
    return;
  }
  const expected = floats(right);
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  floats(data).forEach((value, i) => {
    const wanted = expected[i] ?? NaN;
    if (!(Math.abs(value - wanted) <= 1e-5 * scale)) throw new Error(`${where}: element ${i} should be ${wanted}, is ${value}`);
  });
}

/** WASI-NN for the time of a test. */
export async function withNN<T>(options: WasiNNOptions, test: (nn: WasiNN) => T | Promise<T>): Promise<T> {
  const nn = await createWasiNN({ threads: 1, ...options });
  try {
    return await test(nn);
  } finally {
    nn.dispose();
  }
}
