import { type TensorType, elementsOf, ephemeralTypes, sizeOf, typeOf, wamrTypes } from "../enums.js";
import { invalid } from "../errors.js";
import type { NNContext, NNTensor } from "../graphs/backend.js";
import type { GuestMemory } from "./guest-memory.js";

/** A tensor of wasi_ephemeral_nn, 20 bytes: dimensions and their number, type, data and its bytes. */
export function ephemeralTensor(memory: GuestMemory, address: number, expected: TensorType | undefined): NNTensor {
  const [list = 0, count = 0] = memory.u32s(address, 2);
  const [data = 0, bytes = 0] = memory.u32s(address + 12, 2);
  const dimensions = memory.u32s(list, count);
  return { dimensions, type: ephemeralType(memory.u8(address + 8), dimensions, bytes, expected), data: memory.bytes(data, bytes) };
}

/**
 * WasmEdge numbered types as WAMR does before March 2025, and guests from then are about: the size tells. The type is one byte; guests leave
 * garbage in the three after it.
 */
function ephemeralType(number: number, dimensions: readonly number[], bytes: number, expected: TensorType | undefined): TensorType {
  const elements = elementsOf(dimensions);
  const possible = [ephemeralTypes[number], wamrTypes[number]].filter((type) => type !== undefined && elements * sizeOf(type) === bytes);
  const type = possible.find((candidate) => candidate === expected) ?? possible[0];
  if (type !== undefined) return type;
  throw invalid(`a tensor of type ${number} with the dimensions [${dimensions.join(", ")}] does not have ${bytes} bytes`);
}

/** A tensor of WAMR's wasi_nn, 12 bytes: where dimensions and their number stand, type, data. */
export function wamrTensor(memory: GuestMemory, address: number): NNTensor {
  const [list = 0, count = 0] = memory.u32s(memory.u32(address), 2);
  const dimensions = memory.u32s(list, count);
  const type = wamrTypes[memory.u8(address + 4)];
  if (type === undefined) throw invalid(`there is no tensor type ${memory.u8(address + 4)}`);
  const bytes = elementsOf(dimensions) * sizeOf(type);
  if (bytes >= 2 ** 32) throw invalid(`a tensor with the dimensions [${dimensions.join(", ")}] does not fit into memory`);
  return { dimensions, type, data: memory.bytes(memory.u32(address + 8), bytes) };
}

/** The type of an input, as WASI-NN names it. */
export function typeOfInput(context: NNContext, index: number): TensorType | undefined {
  const port = context.graph.inputs[index];
  return port === undefined ? undefined : typeOf(port.dtype);
}
