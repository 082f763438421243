import type { Awaitable } from "../awaitable.js";
import { NNError, type NNErrorCode, toNNError } from "../errors.js";

/** What goes over a line: a question, its answer (a value or an error), or what needs no answer. */
export type Envelope =
  | { readonly kind: "ask"; readonly id: number; readonly message: unknown }
  | { readonly kind: "tell"; readonly message: unknown }
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly code: NNErrorCode; readonly text: string };

/** A value, and what of it leaves this thread. */
export interface Sent<T> {
  readonly value: T;
  readonly transfer: Transferable[];
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One end of a conversation between two threads, in which either may ask. */
export class Line<Outgoing, Incoming> {
  readonly #post: (envelope: Envelope, transfer: Transferable[]) => void;
  readonly #answer: (message: Incoming) => Awaitable<Sent<unknown> | undefined>;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #broken: Error | undefined;

  constructor(post: (envelope: Envelope, transfer: Transferable[]) => void, answer: (message: Incoming) => Awaitable<Sent<unknown> | undefined>) {
    this.#post = post;
    this.#answer = answer;
  }

  get isBroken(): boolean {
    return this.#broken !== undefined;
  }

  ask<T>(message: Outgoing, transfer: Transferable[] = []): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) throw this.#broken;
      const id = this.#next++;
      this.#pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#post({ kind: "ask", id, message }, transfer);
    });
  }

  tell(message: Outgoing, transfer: Transferable[] = []): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#post({ kind: "tell", message }, transfer);
  }

  receive(envelope: Envelope): void {
    if (envelope.kind === "tell") return void this.#answer(envelope.message as Incoming);
    if (envelope.kind === "ask") return void this.#reply(envelope.id, envelope.message as Incoming);
    const pending = this.#pending.get(envelope.id);
    this.#pending.delete(envelope.id);
    if (envelope.kind === "value") pending?.resolve(envelope.value);
    else pending?.reject(new NNError(envelope.code, envelope.text));
  }

  /** Nobody answers any more. */
  break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  async #reply(id: number, message: Incoming): Promise<void> {
    try {
      const answer = await this.#answer(message);
      this.#post({ kind: "value", id, value: answer?.value }, answer?.transfer ?? []);
    } catch (error) {
      const { code, message: text } = toNNError(error);
      this.#post({ kind: "error", id, code, text }, []);
    }
  }
}
