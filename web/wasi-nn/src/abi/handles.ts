import { NNError, invalid } from "../errors.js";

/** So many can be open at once: far more than a program needs, and few enough for one that only opens. */
const most = 1024;

/** What a guest holds by numbers. They count up from 0 and are never given out again. */
export class Handles<T> {
  readonly #what: string;
  readonly #open = new Map<number, T>();
  #next = 0;

  /** @param what the name of such a thing, for messages */
  constructor(what: string) {
    this.#what = what;
  }

  /** Throws where one more would be too many: to be called before it is made. */
  checkRoom(): void {
    if (this.#open.size >= most) throw new NNError("busy", `${most} ${this.#what}s are open: unload some`);
  }

  add(value: T): number {
    this.#open.set(this.#next, value);
    return this.#next++;
  }

  get(handle: number): T {
    const value = this.#open.get(handle >>> 0);
    if (value === undefined) throw invalid(`there is no ${this.#what} ${handle >>> 0}`);
    return value;
  }

  /** Takes it out: the number means nothing from here on. */
  remove(handle: number): T {
    const value = this.get(handle);
    this.#open.delete(handle >>> 0);
    return value;
  }
}
