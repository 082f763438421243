import type { DataOf, Tensor } from "../shared/tensor.js";
import { type AnyTensor, wrong } from "./elements.js";
import { readNpy, writeNpy } from "./npy.js";
import { readZip, writeZip } from "./zip.js";

/** Reads what `numpy.savez` and `numpy.savez_compressed` wrote: arrays by name. */
export async function readNpz(file: Uint8Array | ArrayBuffer | Blob, name = "the .npz file"): Promise<Record<string, Tensor>> {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(file instanceof ArrayBuffer ? file : await file.arrayBuffer());
  const entries = await readZip(bytes, name);
  const other = entries.find((entry) => !entry.name.endsWith(".npy"));
  if (other !== undefined) throw wrong(`${name} holds ${JSON.stringify(other.name)}: expected .npy files alone, as numpy.savez writes them`);
  return Object.fromEntries(entries.map((entry) => [entry.name.slice(0, -".npy".length), readNpy(entry.bytes, `${name}: ${entry.name}`)]));
}

/**
 * The bytes that `numpy.load` reads: arrays by name.
 * @param options compress: as numpy.savez_compressed
 */
export function writeNpz(tensors: Readonly<Record<string, AnyTensor>>, { compress = false }: { readonly compress?: boolean | undefined } = {}): Promise<DataOf["uint8"]> {
  return writeZip(Object.entries(tensors).map(([name, tensor]) => ({ name: `${name}.npy`, bytes: writeNpy(tensor) })), { compress });
}
