// Text from a model that takes one token at its position, and keeps what it has read in buffers of its own. The same in a page and in Node.
import { load } from "sconce";
import { choose, dice } from "./sampler.js";

/** @typedef {{ encode(text: string): number[], decode(numbers: Iterable<number>): string }} Tokens */
/** @typedef {import("./sampler.js").Sampling & { seed: number, signal?: AbortSignal }} Telling */
/** @typedef {{ readonly dtype: "int64", readonly shape: readonly [] }} Number64 */
/** @typedef {{ inputs: { token: Number64, position: Number64 }, outputs: { logits: { readonly dtype: "float32", readonly shape: readonly [number] } } }} StepModel */

export const usual = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1 };

export class Storyteller {
  /**
   * @param {import("sconce").Model<StepModel>} model
   * @param {Tokens} tokens
   * @param {{ end: number, context: number }} limits what stands before and after each text, and how many tokens the model can keep
   */
  constructor(model, tokens, { end, context }) {
    this.model = model;
    this.tokens = tokens;
    this.end = end;
    this.context = context;
  }

  /**
   * @param {import("sconce").Source} source
   * @param {Tokens} tokens
   * @param {{ end: number, context: number }} limits
   * @param {import("sconce").LoadOptions} [options]
   */
  static async load(source, tokens, limits, options) {
    return new Storyteller(await /** @type {Promise<import("sconce").Model<StepModel>>} */ (load(source, options)), tokens, limits);
  }

  /**
   * What follows a prompt, piece by piece as it is made.
   * @param {string} prompt
   * @param {Telling} telling
   */
  async *tell(prompt, { seed, signal, ...sampling }) {
    const random = dice(seed);
    const read = [this.end, ...this.tokens.encode(prompt)];
    if (read.length >= this.context) throw new RangeError(`The prompt has ${read.length} tokens, and the model keeps ${this.context - 1} at the most.`);
    // What an earlier text has left in the buffers is not looked at: each position is written before it is read.
    const step = async (/** @type {number} */ token, /** @type {number} */ position) => (await this.model.run({ token, position }, { signal })).logits.data;
    // Runs are queued, so the prompt's need not wait for answers on the way.
    let logits = (await Promise.all(read.map(step))).at(-1);
    for (let position = read.length; logits !== undefined && position < this.context; position++) {
      const token = choose(logits, sampling, random);
      if (token === this.end) return;
      yield this.tokens.decode([token]);
      logits = await step(token, position);
    }
  }
}
