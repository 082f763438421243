import { builtin } from "../shared/builtin.js";
import { free } from "../shared/free.js";

/** A SHA-256 over bytes that come one after the other. */
export interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

export function createHash(): Hash {
  return builtin?.("node:crypto").createHash("sha256") ?? new Sha256();
}

let last: Promise<unknown> = Promise.resolve();

/**
 * The SHA-256 of bytes that are in memory, in hexadecimal. By the engine's own code where the context is secure, which takes a copy: so one after the other.
 * On plain http by ours, which takes none, and is a fifteenth as fast (bench/loading).
 */
export function sha256(bytes: Uint8Array): Promise<string> {
  const { subtle } = (globalThis as { crypto?: Crypto }).crypto ?? {};
  const digest = async () => {
    if (subtle === undefined) return toHex(sha256Sync(bytes));
    const copy = bytes.slice();
    const found = new Uint8Array(await subtle.digest("SHA-256", copy));
    free(copy);
    return toHex(found);
  };
  const found = last.then(digest);
  last = found.catch(() => {});
  return found;
}

export function sha256Sync(bytes: Uint8Array): Uint8Array {
  const hash = createHash();
  hash.update(bytes);
  return hash.digest();
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The first 32 bits of the fractional parts of the cube roots, and square roots, of the first primes.
const primes = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && !Array.from({ length: n }, (_, d) => d).some((d) => d > 1 && n % d === 0));
const fraction = (x: number) => (x % 1) * 2 ** 32;
const block = 64;

/** For engines that offer none: browsers have no SHA-256 of a stream, and on plain http none at all. */
export class Sha256 implements Hash {
  readonly #roots = Int32Array.from(primes, (n) => fraction(Math.cbrt(n)));
  readonly #state = Int32Array.from(primes.slice(0, 8), (n) => fraction(Math.sqrt(n)));
  readonly #words = new Int32Array(block);
  readonly #rest = new Uint8Array(block);
  #bytes = 0;

  update(bytes: Uint8Array): void {
    let filled = this.#bytes % block;
    this.#bytes += bytes.length;
    let at = 0;
    if (filled > 0) {
      at = Math.min(block - filled, bytes.length);
      this.#rest.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < block) return;
      this.#take(this.#rest, 0, block);
    }
    const end = bytes.length - ((bytes.length - at) % block);
    this.#take(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
  }

  digest(): Uint8Array {
    const bytes = this.#bytes;
    const padding = new Uint8Array(((119 - (bytes % block)) % block) + 9);
    padding[0] = 0x80;
    new DataView(padding.buffer).setBigUint64(padding.length - 8, BigInt(bytes) * 8n);
    this.update(padding);
    const result = new DataView(new ArrayBuffer(32));
    this.#state.forEach((word, i) => result.setInt32(4 * i, word));
    return new Uint8Array(result.buffer);
  }

  #take(bytes: Uint8Array, start: number, end: number): void {
    const words = this.#words;
    const roots = this.#roots;
    const input = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const state = this.#state;
    for (let at = start; at < end; at += block) {
      for (let i = 0; i < 16; i++) words[i] = input.getInt32(at + 4 * i);
      for (let i = 16; i < block; i++) {
        const x = words[i - 15]!;
        const y = words[i - 2]!;
        words[i] = words[i - 16]! + words[i - 7]! + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
      for (let i = 0; i < block; i++) {
        const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + (g ^ (e & (f ^ g))) + roots[i]! + words[i]!) | 0;
        const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) | (c & (a | b)));
        h = g;
        g = f;
        f = e;
        e = (d + one) | 0;
        d = c;
        c = b;
        b = a;
        a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i]! += value));
    }
  }
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
