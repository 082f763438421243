import { equal } from "node:assert/strict";
import { errno, type WasiNN } from "../src/index.js";
import type { TestTensor } from "./fixture.js";

/** A guest's side of the calls: a memory of its own, and numbers only. */
class Guest {
  readonly memory: WebAssembly.Memory;
  readonly nn: WasiNN;
  #next = 64;

  constructor(nn: WasiNN, { pages = 32, shared = false, attach = true } = {}) {
    this.nn = nn;
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: 2 * pages, shared });
    if (attach) nn.attach(this.memory);
  }

  /** Sets memory aside; at a multiple of four unless told otherwise. */
  take(bytes: number, alignment = 4): number {
    const start = Math.ceil(this.#next / alignment) * alignment;
    this.#next = start + bytes;
    if (this.#next > this.memory.buffer.byteLength) throw new Error("the test's guest has no more memory");
    return start;
  }

  put(bytes: Uint8Array, alignment = 4): number {
    const address = this.take(bytes.length, alignment);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  put32(...numbers: number[]): number {
    return this.put(new Uint8Array(Uint32Array.from(numbers).buffer));
  }

  text(text: string): [address: number, length: number] {
    const bytes = new TextEncoder().encode(text);
    return [this.put(bytes), bytes.length];
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }

  u32(address: number): number {
    return new DataView(this.memory.buffer).getUint32(address, true);
  }

  /** A call that this thread can wait for gives its errno at once. */
  protected callIn(module: string, name: string, parameters: readonly number[]): number {
    const call = this.nn.imports[module]?.[name];
    if (call === undefined) throw new Error(`${module} has no ${name}`);
    const result = call(...parameters);
    if (typeof result !== "number") throw new Error(`${name} should give its errno at once`);
    return result;
  }
}

export interface Output {
  readonly errno: number;
  /** What the host wrote as the size. */
  readonly size: number;
  /** The whole buffer. */
  readonly buffer: Uint8Array;
}

/** A guest of wasi_ephemeral_nn. */
export class EphemeralGuest extends Guest {
  call(name: string, ...parameters: number[]): number {
    return this.callIn("wasi_ephemeral_nn", name, parameters);
  }

  /** A list of builders. */
  builders(...parts: Uint8Array[]): number {
    return this.put32(...parts.flatMap((part) => [this.put(part), part.length]));
  }

  /** The structure of 20 bytes. */
  tensor({ dimensions, data }: TestTensor, type: number): number {
    return this.put32(this.put32(...dimensions), dimensions.length, type, this.put(data), data.length);
  }

  load(bytes: Uint8Array, encoding = 5): number {
    const graph = this.take(4);
    equal(this.call("load", this.builders(bytes), 1, encoding, 0, graph), errno.success);
    return this.u32(graph);
  }

  loadByName(name: string): number {
    const graph = this.take(4);
    equal(this.call("load_by_name", ...this.text(name), graph), errno.success);
    return this.u32(graph);
  }

  context(graph: number): number {
    const context = this.take(4);
    equal(this.call("init_execution_context", graph, context), errno.success);
    return this.u32(context);
  }

  setInput(context: number, index: number, tensor: TestTensor, type = typeNumbers[tensor.type ?? "FP32"] ?? -1): number {
    return this.call("set_input", context, index, this.tensor(tensor, type));
  }

  output(context: number, index: number, room = 4096, call = "get_output"): Output {
    const [buffer, size] = [this.take(room), this.put32(0xdeadbeef)];
    return { errno: this.call(call, context, index, buffer, room, size), size: this.u32(size), buffer: this.bytes(buffer, room) };
  }

  /** An output that must be there, copied. */
  read(context: number, index = 0, room = 32768): Uint8Array {
    const { errno: error, size, buffer } = this.output(context, index, room);
    equal(error, errno.success);
    return buffer.slice(0, size);
  }

  /** All of a run that must succeed. */
  run(context: number, inputs: readonly TestTensor[]): void {
    inputs.forEach((tensor, index) => equal(this.setInput(context, index, tensor), errno.success, `input ${index}`));
    equal(this.call("compute", context), errno.success);
  }
}

/** A guest of WAMR's wasi_nn. */
export class WamrGuest extends Guest {
  call(name: string, ...parameters: number[]): number {
    return this.callIn("wasi_nn", name, parameters);
  }

  load(bytes: Uint8Array, encoding: number): { errno: number; graph: number } {
    const graph = this.take(4);
    const builders = this.put32(this.put32(this.put(bytes), bytes.length), 1);
    return { errno: this.call("load", builders, encoding, 0, graph), graph: this.u32(graph) };
  }

  /** The structure of 12 bytes. */
  tensor({ dimensions, data }: TestTensor, type: number): number {
    return this.put32(this.put32(this.put32(...dimensions), dimensions.length), type, this.put(data));
  }

  /** @param room floats of the buffer */
  output(context: number, index: number, room: number): Output {
    const [buffer, size] = [this.take(4 * room), this.put32(room)];
    return { errno: this.call("get_output", context, index, buffer, size), size: this.u32(size), buffer: this.bytes(buffer, 4 * room) };
  }
}

/** Of wasi_ephemeral_nn. */
export const typeNumbers: Readonly<Record<string, number>> = { FP16: 0, FP32: 1, FP64: 2, U8: 3, I32: 4, I64: 5 };
