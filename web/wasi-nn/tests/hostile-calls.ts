import fc from "fast-check";
import type { WasiNN } from "../src/index.js";
import { type GraphName, artifact, artifactUrl, runOf } from "./fixture.js";
import { EphemeralGuest } from "./guest.js";

/** A call that a guest might make: most often with parameters that mean something, and any of them spoilt. */
export interface HostileCall {
  readonly module: "wasi_ephemeral_nn" | "wasi_nn";
  readonly name: string;
  /** As WebAssembly passes them: i32. */
  readonly parameters: readonly number[];
}

export const names = ["pair", "sum", "counter", "table"] as const satisfies readonly GraphName[];
export const graphs = Object.fromEntries(names.map((name) => [name, artifactUrl(name)]));
export const pages = 2;

/** Addresses of what lies in the hostile guest's memory; the same for every guest that `furnish` fills. */
export interface Furniture {
  readonly builders: readonly number[];
  readonly wamrBuilders: readonly number[];
  readonly names: readonly (readonly [address: number, length: number])[];
  /** Structures of both modules for each input of each graph. */
  readonly tensors: readonly { readonly index: number; readonly structure: number; readonly wamr: number }[];
  /** Where results may go. */
  readonly scratch: number;
  /** A number of floats that wasi_nn's get_output reads. */
  readonly room: number;
}

const scratchBytes = 4096;

/** Puts graphs, names and tensors into a guest's memory. */
export function furnish(nn: WasiNN): { guest: EphemeralGuest; furniture: Furniture } {
  const guest = new EphemeralGuest(nn, { pages, attach: true });
  const files = names.map((name) => artifact(name));
  const places = files.map((file) => [guest.put(file), file.length] as const);
  const builders = places.map(([address, length]) => guest.put32(address, length));
  const tensors = names.flatMap((name) => runOf(name).inputs.map((tensor, index) => {
    const [list, data] = [guest.put32(...tensor.dimensions), guest.put(tensor.data)];
    const count = tensor.dimensions.length;
    return { index, structure: guest.put32(list, count, 1, data, tensor.data.length), wamr: guest.put32(guest.put32(list, count), 1, data) };
  }));
  const wamrBuilders = builders.map((list) => guest.put32(list, 1));
  const texts = names.map((name) => guest.text(name));
  return { guest, furniture: { builders, wamrBuilders, names: texts, tensors, scratch: guest.take(scratchBytes), room: guest.put32(64) } };
}

const end = pages * 65536;
const anything = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 1, 2 ** 31 - 1, -(2 ** 31), end, end - 1, end - 3, end - 4, end - 8, end - 20, 65536, 1025, 4096),
  fc.integer({ min: 0, max: end }),
);

/** Calls for a guest with this furniture. */
export function hostileCalls({ builders, wamrBuilders, names: texts, tensors, scratch, room }: Furniture): fc.Arbitrary<HostileCall> {
  const out = fc.integer({ min: 0, max: 255 }).map((i) => scratch + 4 * i);
  const buffer = fc.integer({ min: 0, max: 1024 }).map((i) => scratch + 1024 + i);
  const size = fc.constantFrom(0, 4, 12, 24, 64, 1024);
  // Most that are open have small numbers.
  const graph = fc.integer({ min: 0, max: 6 });
  const context = fc.integer({ min: 0, max: 9 });
  const index = fc.constantFrom(0, 0, 0, 1, 1, 2);
  const encoding = fc.integer({ min: 0, max: 7 });
  const target = fc.integer({ min: 0, max: 2 });
  const tensor = fc.constantFrom(...tensors);
  const text = fc.constantFrom(...texts);

  const calls: [weight: number, module: HostileCall["module"], name: string, parameters: fc.Arbitrary<number[]>][] = [];
  const both = (weight: number, name: string, parameters: fc.Arbitrary<number[]>) =>
    void calls.push([weight, "wasi_ephemeral_nn", name, parameters], [weight, "wasi_nn", name, parameters]);
  const ephemeral = (weight: number, name: string, parameters: fc.Arbitrary<number[]>) => void calls.push([weight, "wasi_ephemeral_nn", name, parameters]);
  const wamr = (weight: number, name: string, parameters: fc.Arbitrary<number[]>) => void calls.push([weight, "wasi_nn", name, parameters]);

  ephemeral(3, "load", fc.tuple(fc.constantFrom(...builders), fc.constant(1), encoding, target, out));
  wamr(3, "load", fc.tuple(fc.constantFrom(...wamrBuilders), encoding, target, out));
  both(6, "load_by_name", fc.tuple(text, out).map(([[address, length], place]) => [address, length, place]));
  ephemeral(4, "load_by_name_with_config", fc.tuple(text, text, out).map(([name, config, place]) => [...name, ...config, place]));
  both(10, "init_execution_context", fc.tuple(graph, out));
  ephemeral(30, "set_input", fc.tuple(context, tensor).map(([number, given]) => [number, given.index, given.structure]));
  wamr(30, "set_input", fc.tuple(context, tensor).map(([number, given]) => [number, given.index, given.wamr]));
  both(20, "compute", fc.tuple(context));
  ephemeral(20, "get_output", fc.tuple(context, index, buffer, size, out));
  wamr(20, "get_output", fc.tuple(context, index, buffer, fc.oneof(fc.constant(room), out)));
  ephemeral(4, "compute_single", fc.tuple(context));
  ephemeral(4, "get_output_single", fc.tuple(context, index, buffer, size, out));
  ephemeral(2, "fini_single", fc.tuple(context));
  ephemeral(2, "finalize_execution_context", fc.tuple(context));
  ephemeral(1, "unload", fc.tuple(graph));

  return fc.oneof(...calls.map(([weight, module, name, parameters]) => ({
    weight,
    arbitrary: fc.tuple(parameters, spoiling).map(([good, [mask, others]]): HostileCall => (
      { module, name, parameters: good.map((value, i) => ((mask >> i) & 1 ? others[i] ?? 0 : value) | 0) })),
  })));
}

/** Which parameters are something else, and what: none of them in three calls of five. */
const spoiling = fc.tuple(
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(1, 2, 4, 8, 16) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 31 }) }),
  fc.array(anything, { minLength: 5, maxLength: 5 }),
);

/** Where a call may have written that gave this errno, as address and size: results on success, and the size that is needed with 7. */
export function allowedWrites(guest: EphemeralGuest, { module, name, parameters }: HostileCall, errno: number): [address: number, size: number][] {
  const [, second = 0, third = 0, fourth = 0, fifth = 0] = parameters.map((value) => value >>> 0);
  if (name.startsWith("get_output")) {
    if (errno !== 0 && errno !== 7) return [];
    const place = module === "wasi_nn" ? fourth : fifth;
    const written = module === "wasi_nn" ? 4 * guest.u32(place) : guest.u32(place);
    return errno === 7 ? [[place, 4]] : [[place, 4], [third, Math.min(written, guest.memory.buffer.byteLength - third)]];
  }
  if (errno !== 0) return [];
  switch (name) {
    case "load": return [[module === "wasi_nn" ? fourth : fifth, 4]];
    case "load_by_name": return [[third, 4]];
    case "load_by_name_with_config": return [[fifth, 4]];
    case "init_execution_context": return [[second, 4]];
    default: return [];
  }
}
