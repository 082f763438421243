// PyTorch's own numbers, from a .npz that was dropped beside a model.
import type { Outputs, Port, Tensor } from "sconce/core";
import { numbersOf } from "sconce/tensor";

/** What whole models are held to, as `sconce verify` does: a part of the number, and of the output's largest magnitude; more where that is half precision's last place. */
const tolerances: Readonly<Record<string, readonly [relative: number, absolute: number]>> = { float16: [2 ** -9, 2 ** -10], bfloat16: [2 ** -6, 2 ** -7] };
const usual = [1e-3, 1e-4] as const;
const smallestScale = 1e-3;

export type Arrays = Readonly<Record<string, Tensor>>;

/** The array of an input or an output: by its place (in0, out0) or its name. */
export const arrayOf = (arrays: Arrays, kind: "in" | "out", index: number, name: string): Tensor | undefined => arrays[`${kind}${index}`] ?? arrays[name];

/** What TorchScript's inputs are like: as the command line takes it of the arrays beside the file. */
export function formsOf(arrays: Arrays): string[] {
  const places = Object.entries(arrays).filter(([name]) => /^in\d+$/.test(name));
  const inputs = places.length > 0 ? places : Object.entries(arrays).filter(([name]) => !/^out\d+$/.test(name));
  return inputs.map(([name, { dtype, shape }]) => `${name}=${dtype}:${shape.length === 0 ? "scalar" : shape.join("x")}`);
}

export interface Compared {
  /** How many outputs were compared. */
  readonly count: number;
  /** The largest difference, as a part of the output's largest magnitude. */
  readonly maxError: number;
  readonly problem: string | undefined;
}

/** Whether outputs are PyTorch's: floats within a thousandth, anything else exactly. */
export function compareWith(arrays: Arrays, ports: readonly Pick<Port, "name">[], outputs: Outputs): Compared {
  let [count, maxError] = [0, 0];
  for (const [index, { name }] of ports.entries()) {
    const [wanted, got] = [arrayOf(arrays, "out", index, name), outputs[name]];
    if (wanted === undefined || got === undefined) continue;
    count++;
    if (wanted.shape.join() !== got.shape.join()) return { count, maxError, problem: `${name}: expected [${wanted.shape.join(", ")}], but got [${got.shape.join(", ")}]` };
    const found = difference(wanted, got);
    if (found.at !== undefined) return { count, maxError: found.error, problem: `${name}: expected ${found.at.wanted} at ${found.at.index}, but got ${found.at.got}` };
    maxError = Math.max(maxError, found.error);
  }
  return { count, maxError, problem: undefined };
}

function difference(wanted: Tensor, got: Tensor): { readonly error: number; readonly at?: { readonly index: number; readonly wanted: string; readonly got: string } } {
  const isExact = !/float|complex/.test(wanted.dtype);
  const [a, b] = /complex/.test(wanted.dtype) ? [wanted.data, got.data] : [numbersOf(wanted), numbersOf(got)];
  let [scale, error] = [0, 0];
  for (let i = 0; i < a.length; i++) scale = Math.max(scale, Number.isFinite(Number(a[i])) ? Math.abs(Number(a[i])) : 0);
  const [relative, absolute] = tolerances[wanted.dtype] ?? usual;
  const least = Math.max(scale, smallestScale);
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    if (Object.is(x, y) || x === y) continue;
    const far = Math.abs(x - y);
    if (isExact || !(far <= absolute * least + relative * Math.abs(x))) return { error: scale > 0 ? far / scale : far, at: { index: i, wanted: String(a[i]), got: String(b[i]) } };
    error = Math.max(error, scale > 0 ? far / scale : far);
  }
  return { error };
}
