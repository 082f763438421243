// What a text means, as a vector of length one: the product of two is 1 where they mean the same.
import { Tokenizer } from "@huggingface/tokenizers";
import { load } from "sconce";

/** What the model was exported for, at most. */
const most = 256;

export class Meaning {
  #tokenizer;
  #model;

  constructor(tokenizer, model) {
    [this.#tokenizer, this.#model] = [tokenizer, model];
  }

  static async load(folder, options) {
    const json = async (name) => (await fetch(new URL(name, folder))).json();
    const [model, tokenizer, config] = await Promise.all([load(new URL("search.wasm", folder), options), json("tokenizer.json"), json("tokenizer_config.json")]);
    return new Meaning(new Tokenizer(tokenizer, config), model);
  }

  report() {
    return this.#model.report();
  }

  /** @returns a Float32Array */
  async of(text, options) {
    const { ids } = this.#tokenizer.encode(text);
    // Of a text that is too long the beginning, and the token that ends it.
    const tokens = ids.length > most ? [...ids.slice(0, most - 1), ids.at(-1)] : ids;
    const { vector } = await this.#model.run({ tokens: { data: BigInt64Array.from(tokens, BigInt), shape: [1, tokens.length] } }, options);
    return vector.data;
  }
}

/** From -1 to 1: how much alike two texts are. */
export const likeness = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);
