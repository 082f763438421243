import { type Model, type Report, load } from "sconce";
import { side } from "./digit.js";

/** What the model says of a picture. */
export interface Answer {
  readonly probabilities: readonly number[];
  /** The run alone, in its worker. */
  readonly milliseconds: number | undefined;
}

/** The model, asked about the newest picture only: what comes while it computes replaces what waits. */
export class Recogniser {
  readonly #model: Model;
  readonly #answered: (answer: Answer) => void;
  #waiting: Float32Array | undefined;
  #work: Promise<void> | undefined;

  private constructor(model: Model, answered: (answer: Answer) => void) {
    this.#model = model;
    this.#answered = answered;
  }

  static async load(url: string, onProgress: (part: number) => void, answered: (answer: Answer) => void): Promise<Recogniser> {
    const model = await load(url, { onProgress: ({ loaded, total }) => onProgress(loaded / total) });
    const recogniser = new Recogniser(model, answered);
    // Engines compile anew what runs often: the first stroke should not wait for that.
    for (let i = 0; i < 20; i++) await recogniser.#run(new Float32Array(side * side));
    return recogniser;
  }

  get report(): Report {
    return this.#model.report();
  }

  /** The answer comes to the callback; a picture that a newer one overtakes gets none. Resolves when all is answered. */
  ask(picture: Float32Array): Promise<void> {
    this.#waiting = picture;
    return (this.#work ??= this.#answerAll());
  }

  async #answerAll(): Promise<void> {
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) this.#answered(await this.#run(next));
    } finally {
      this.#work = undefined;
    }
  }

  /** Forgets what waits: the pad is empty. */
  cancel(): void {
    this.#waiting = undefined;
  }

  #next(): Float32Array | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }

  async #run(data: Float32Array): Promise<Answer> {
    const outputs = await this.#model.run({ image: { data, shape: [1, 1, side, side] } });
    const probabilities = Array.from(outputs["probabilities"]?.data ?? [], Number);
    return { probabilities, milliseconds: this.#model.report().milliseconds.lastRun };
  }
}
