import type { CallTimes, Calls, Piece, Stream } from "./protocol.js";

/** Within this time so many messages go out at once; what comes beyond them waits, or a guest that prints without end would drown the page. */
const windowMs = 100;
const mostMessages = 50;

/** What a guest says and does, on its way to the page. */
export class Outbox {
  readonly #send: (pieces: readonly Piece[], calls: Calls) => void;
  readonly #clock: () => number;
  readonly #calls = new Map<string, CallTimes>();
  #held: Piece[] = [];
  #since = -Infinity;
  #sent = 0;

  constructor(send: (pieces: readonly Piece[], calls: Calls) => void, clock: () => number = () => performance.now()) {
    this.#send = send;
    this.#clock = clock;
  }

  say(stream: Stream, text: string): void {
    const last = this.#held.at(-1);
    if (last?.stream === stream) this.#held[this.#held.length - 1] = { stream, text: last.text + text };
    else this.#held.push({ stream, text });
    this.#offer();
  }

  called(name: string, milliseconds: number): void {
    const { count, milliseconds: before } = this.#calls.get(name) ?? { count: 0, milliseconds: 0 };
    this.#calls.set(name, { count: count + 1, milliseconds: before + milliseconds });
    this.#offer();
  }

  /** Sends what waits. */
  flush(): void {
    this.#sent++;
    this.#send(this.#held, this.#calls);
    this.#held = [];
  }

  #offer(): void {
    const now = this.#clock();
    if (now - this.#since >= windowMs) [this.#since, this.#sent] = [now, 0];
    if (this.#sent < mostMessages) this.flush();
  }
}
