import { NNError, invalid } from "../errors.js";

/** A guest's memory. It may grow between two calls, so nothing of it is kept; every address is the guest's claim, and checked. */
export class GuestMemory {
  #memory: WebAssembly.Memory | undefined;

  /** To be called when the guest is instantiated, before it runs. */
  attach(target: WebAssembly.Instance | WebAssembly.Memory): void {
    const memory = target instanceof WebAssembly.Instance ? target.exports["memory"] : target;
    if (!(memory instanceof WebAssembly.Memory)) throw new TypeError("the guest exports no memory: attach the memory itself that it imports");
    this.#memory = memory;
  }

  /** The guest's own bytes, good until it goes on. */
  bytes(address: number, length: number): Uint8Array {
    const [start, size] = [address >>> 0, length >>> 0];
    const buffer = this.#buffer();
    if (start + size > buffer.byteLength) throw invalid(`${size} bytes at address ${start} are outside of the guest's ${buffer.byteLength} bytes`);
    return new Uint8Array(buffer, start, size);
  }

  u8(address: number): number {
    return this.#view(address, 1).getUint8(0);
  }

  u32(address: number): number {
    return this.#view(address, 4).getUint32(0, true);
  }

  /** So many numbers of 32 bits, one after the other. */
  u32s(address: number, count: number): number[] {
    if (count > longestList) throw invalid(`a list of ${count} numbers is longer than any that WASI-NN has`);
    const view = this.#view(address, 4 * count);
    return Array.from({ length: count }, (_, i) => view.getUint32(4 * i, true));
  }

  /** Where a result goes: checked before anything is done for it. */
  result(address: number): (value: number) => void {
    this.bytes(address, 4);
    return (value) => this.#view(address, 4).setUint32(0, value, true);
  }

  text(address: number, length: number): string {
    try {
      // A copy: the guest's memory may be shared, and no decoder takes that.
      return new TextDecoder("utf-8", { fatal: true }).decode(this.bytes(address, length).slice());
    } catch (error) {
      throw error instanceof NNError ? error : invalid(`${length >>> 0} bytes at address ${address >>> 0} are not UTF-8`);
    }
  }

  #view(address: number, length: number): DataView {
    const { buffer, byteOffset, byteLength } = this.bytes(address, length);
    return new DataView(buffer, byteOffset, byteLength);
  }

  #buffer(): ArrayBufferLike {
    if (this.#memory === undefined) throw new NNError("missing-memory", "the guest's memory is not known: call attach(instance) when it is instantiated");
    return this.#memory.buffer;
  }
}

/** A guest's claim of a longer list is no reason to set memory aside for it. */
const longestList = 1024;
