// Text from a model that takes tokens and where they stand, and keeps what it has read in buffers of its own. The same in a page and in Node.
import { load } from "sconce";
import { choose, dice } from "./sampler.js";

/** @typedef {{ encode(text: string): number[], decode(numbers: Iterable<number>): string }} Tokens */
/** @typedef {import("./sampler.js").Sampling & { seed: number, signal?: AbortSignal }} Telling */
/** @typedef {{ readonly dtype: "int64", readonly shape: readonly [] }} Number64 */
/** @typedef {{ readonly dtype: "int64", readonly shape: readonly [number] }} Numbers64 */
/** @typedef {{ inputs: { tokens: Numbers64, position: Number64 }, outputs: { logits: { readonly dtype: "float32", readonly shape: readonly [number] } } }} Reading */
/** @typedef {Reading & { methods: { step: Reading } }} Reader */

export const usual = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1 };

export class Storyteller {
  /**
   * @param {import("sconce").Model<Reader>} model
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
    return new Storyteller(await /** @type {Promise<import("sconce").Model<Reader>>} */ (load(source, options)), tokens, limits);
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
    /** @param {number[]} numbers @param {number} position */
    const at = (numbers, position) => ({ tokens: { data: BigInt64Array.from(numbers, BigInt), shape: /** @type {[number]} */ ([numbers.length]) }, position });
    // The prompt is one run. For one token the model may have kernels of its own, which are faster.
    let logits = (await this.model.run(at(read, 0), { signal })).logits.data;
    for (let position = read.length; position < this.context; position++) {
      const token = choose(logits, sampling, random);
      if (token === this.end) return;
      yield this.tokens.decode([token]);
      const next = at([token], position);
      logits = ("step" in this.model.methods ? await this.model.call("step", next, { signal }) : await this.model.run(next, { signal })).logits.data;
    }
  }
}
