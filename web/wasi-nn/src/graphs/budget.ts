import { NNError } from "../errors.js";

/** What a guest may take where its host says nothing else: as much as one memory of WebAssembly can have. */
const usual = 2 ** 32;

interface Taker {
  readonly byteLength: number;
}

/** Memory that is taken because of what a guest does: graphs whose bytes it gives, and what contexts make the host's own graphs grow by. */
export class MemoryBudget {
  readonly #limit: number;
  /** For each graph its bytes that do not count. */
  readonly #graphs = new Map<Taker, number>();
  /** Bytes of tensors that wait on this side. */
  #waiting = 0;

  constructor(limit = usual) {
    this.#limit = limit;
  }

  /** A graph that the host knows: what it takes now does not count. */
  addKnown(graph: Taker): void {
    this.#graphs.set(graph, graph.byteLength);
  }

  addGiven(graph: Taker): void {
    if (!this.#graphs.has(graph)) this.#graphs.set(graph, 0);
  }

  remove(graph: Taker): void {
    this.#graphs.delete(graph);
  }

  /** Takes so many bytes for a tensor, or throws; to be given back by `give`. */
  take(bytes: number): void {
    this.check(bytes);
    this.#waiting += bytes;
  }

  give(bytes: number): void {
    this.#waiting -= bytes;
  }

  /** Bytes that the guest may still cause to be taken. */
  get left(): number {
    return Math.max(this.#limit - this.#taken, 0);
  }

  get #taken(): number {
    let taken = this.#waiting;
    for (const [{ byteLength }, free] of this.#graphs) taken += byteLength - free;
    return taken;
  }

  /** Throws where the guest has all that it may have, or would with so many bytes more: to be called before they are taken. */
  check(more = 0): void {
    const taken = this.#taken + more;
    if (taken <= this.#limit) return;
    throw new NNError("too-large", `graphs, contexts and tensors would take ${Math.ceil(taken / 2 ** 20)} MiB, and the guest may have ${Math.floor(this.#limit / 2 ** 20)} MiB of memory for them: unload some`);
  }
}
