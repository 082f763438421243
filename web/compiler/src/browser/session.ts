import { CompileError } from "./errors.js";
import type { Answer, GivenInput, Job, Question, Reply } from "./protocol.js";

/** A worker with the compiler in it, for one model: it is given a job, and then questions, one at a time. Memory goes with it, which WebAssembly cannot give back otherwise. */
export class CompilerWorker {
  /** What the model is to be run with, of all the runs. */
  readonly inputs: GivenInput[] = [];
  readonly #worker = new Worker(new URL("./compile-worker.js", import.meta.url), { type: "module", name: "sconce-compiler" });
  readonly #ended = new AbortController();
  readonly #failed: Promise<never>;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #answered: ((answer: Answer) => void) | undefined;
  #refused: ((error: Error) => void) | undefined;

  constructor(signal: AbortSignal | undefined, tell: (stage: string) => void) {
    this.#failed = new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { signal: this.#ended.signal });
      this.#worker.addEventListener("error", (event) => reject(new Error(`the compiler's worker cannot be started (${event.message ?? "its script is not where it should be"})`)));
    });
    // Whoever waits for an answer hears of it.
    this.#failed.catch(() => {});
    tell("starting");
    this.#worker.addEventListener("message", ({ data: reply }: MessageEvent<Reply>) => {
      if (reply.type === "stage") tell(reply.stage);
      else if (reply.type === "part") this.#parts.push(reply.bytes);
      else if (reply.type === "input") this.inputs.push(reply.input);
      else if (reply.type === "failed") this.#refused?.(new Error(reply.message));
      else if (reply.answer.error !== undefined) this.#refused?.(new CompileError(reply.answer.error));
      else this.#answered?.(reply.answer);
    });
  }

  ask(message: Job | Question): Promise<Answer> {
    return this.orFail(new Promise<Answer>((resolve, reject) => {
      [this.#answered, this.#refused] = [resolve, reject];
      this.#worker.postMessage(message);
    }));
  }

  /** The artifact that came since the last time. */
  artifact(): Uint8Array<ArrayBuffer> {
    const parts = this.#parts;
    this.#parts = [];
    return joined(parts);
  }

  end(): void {
    this.#worker.terminate();
    this.#ended.abort();
  }

  /** What comes of work that the page does itself, as long as the work here is not given up. */
  orFail<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#failed]);
  }
}

/** One array; each part is let go of as soon as it is copied. */
function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
