import type { MemoryView } from "./memory-view.js";

/** Small writes are gathered up to this size. */
const partBytes = 2 ** 20;

/** Cuts what is written into parts that are sent away. */
export class Outbox {
  readonly #send: (part: Uint8Array<ArrayBuffer>) => void;
  #part = new Uint8Array(partBytes);
  #used = 0;

  constructor(send: (part: Uint8Array<ArrayBuffer>) => void) {
    this.#send = send;
  }

  /** @param view bytes in the compiler's memory, which change once this returns */
  write(view: MemoryView): void {
    if (view.length > partBytes - this.#used) this.flush();
    if (view.length >= partBytes) return this.#send(view.slice() as Uint8Array<ArrayBuffer>);
    view.copyTo(this.#part.subarray(this.#used));
    this.#used += view.length;
  }

  flush(): void {
    if (this.#used > 0) this.#send(this.#part.slice(0, this.#used));
    this.#used = 0;
  }
}
