import { SconceError } from "../shared/errors.js";

/** Bytes over an ArrayBuffer of their own, as newer versions of TypeScript tell apart. */
export type Bytes = ReturnType<typeof Uint8Array.of>;

/** Reading that pauses where it has used up its bytes: whoever goes through it feeds more, as they arrive or all at once. */
export type Reading<T> = Generator<undefined, T, undefined>;

/** Reads bytes, numbers and names from chunks of any size. Every read says up to where it may go, and what it reads. */
export class ByteReader {
  #chunk: Uint8Array = new Uint8Array();
  #ended = false;
  #at = 0;
  #before = 0;

  /** Bytes read so far. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** Gives the next chunk, or nothing where there is none; to be called when the reading has paused. */
  feed(chunk: Uint8Array | undefined): void {
    if (chunk === undefined) this.#ended = true;
    else this.#chunk = chunk;
  }

  *atEnd(): Reading<boolean> {
    while (this.#at === this.#chunk.length) {
      // Let go before the next one comes: whoever gives chunks may free what has been read.
      this.#before += this.#at;
      this.#chunk = new Uint8Array();
      this.#at = 0;
      if (this.#ended) return true;
      yield;
    }
    return false;
  }

  *byte(end: number, what: string): Reading<number> {
    if (this.offset >= end) throw damaged(`${what} ends at byte ${end}, in the middle of a number`);
    if (this.#at === this.#chunk.length && (yield* this.atEnd())) throw this.#truncated(end, what);
    return this.#chunk[this.#at++] ?? 0;
  }

  /** A number of up to 32 bits in WebAssembly's variable-length form; a signed one comes as if it were not. */
  *u32(end: number, what: string): Reading<number> {
    let value = 0;
    for (let bits = 0; bits < 35; bits += 7) {
      const byte = yield* this.byte(end, what);
      value += (byte & 0x7f) * 2 ** bits;
      if (byte < 0x80) return value % 2 ** 32;
    }
    throw damaged(`${what} has a number of more than 32 bits before byte ${this.offset}`);
  }

  *name(end: number, what: string): Reading<string> {
    const size = yield* this.u32(end, what);
    if (this.offset + size > end) throw damaged(`the name of ${what} is longer than the section`);
    return new TextDecoder().decode(yield* this.bytes(this.offset + size, what));
  }

  /** All bytes up to `end`; where they are not wanted they are only passed over. */
  *bytes(end: number, what: string, wanted = true): Reading<Bytes> {
    const parts: Uint8Array[] = [];
    yield* this.each(end, what, (part) => {
      // A copy: the chunk may be gone when the next one comes.
      if (wanted) parts.push(part.slice());
    });
    return concat(parts);
  }

  *each(end: number, what: string, take: (bytes: Uint8Array) => void): Reading<void> {
    while (this.offset < end) {
      if (this.#at === this.#chunk.length && (yield* this.atEnd())) throw this.#truncated(end, what);
      const part = this.#chunk.subarray(this.#at, this.#at + (end - this.offset));
      this.#at += part.length;
      take(part);
    }
  }

  #truncated(end: number, what: string): SconceError {
    const rest = Number.isFinite(end) ? `, which goes on to byte ${end}` : "";
    return damaged(`it ends at byte ${this.offset}, within ${what}${rest}`);
  }
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function damaged(what: string): SconceError {
  return new SconceError("artifact", `the file is damaged: ${what}`);
}
