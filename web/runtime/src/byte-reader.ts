import { SconceError } from "./errors.js";

/** Reads bytes, numbers and names from chunks of any size. Every read says up to where it may go, and what it reads. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #before = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#before + this.#at;
  }

  async atEnd(): Promise<boolean> {
    while (this.#at === this.#chunk.length) {
      // Let go before the next one comes: whoever gives chunks may free what has been read.
      this.#before += this.#at;
      this.#chunk = new Uint8Array();
      this.#at = 0;
      const next = await this.#chunks.next();
      if (next.done === true) return true;
      this.#chunk = next.value;
    }
    return false;
  }

  async byte(end: number, what: string): Promise<number> {
    if (this.offset >= end) throw damaged(`${what} ends at byte ${end}, in the middle of a number`);
    if (this.#at === this.#chunk.length && (await this.atEnd())) throw this.#truncated(end, what);
    return this.#chunk[this.#at++] ?? 0;
  }

  /** A number of up to 32 bits in WebAssembly's variable-length form; a signed one comes as if it were not. */
  async u32(end: number, what: string): Promise<number> {
    let value = 0;
    for (let bits = 0; bits < 35; bits += 7) {
      const byte = await this.byte(end, what);
      value += (byte & 0x7f) * 2 ** bits;
      if (byte < 0x80) return value % 2 ** 32;
    }
    throw damaged(`${what} has a number of more than 32 bits before byte ${this.offset}`);
  }

  async name(end: number, what: string): Promise<string> {
    const size = await this.u32(end, what);
    if (this.offset + size > end) throw damaged(`the name of ${what} is longer than the section`);
    return new TextDecoder().decode(await this.bytes(this.offset + size, what));
  }

  /** All bytes up to `end`; where they are not wanted they are only passed over. */
  async bytes(end: number, what: string, wanted = true): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    await this.each(end, what, (part) => {
      // A copy: the chunk may be gone when the next one comes.
      if (wanted) parts.push(part.slice());
    });
    return concat(parts);
  }

  async each(end: number, what: string, take: (bytes: Uint8Array) => void): Promise<void> {
    while (this.offset < end) {
      if (this.#at === this.#chunk.length && (await this.atEnd())) throw this.#truncated(end, what);
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

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
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
