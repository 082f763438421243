// Text out of sound, piece by piece: what is heard goes into the model once, then it says token after token.
import { Tokenizer } from "@huggingface/tokenizers";
import { load } from "sconce";
import { frames, whisperFeatures } from "sconce/audio";

/** What the model was trained at, and how much of it it hears at once. */
export const sampleRate = 16_000;
const seconds = 30;

export class Transcriber {
  #model;
  #tokenizer;
  #known;

  constructor(model, tokenizer, known) {
    [this.#model, this.#tokenizer, this.#known] = [model, tokenizer, known];
  }

  static async load(folder, options) {
    const json = async (name) => (await fetch(new URL(name, folder))).json();
    const [model, known, tokenizer, config] = await Promise.all([load(new URL("whisper.wasm", folder), options), json("whisper.json"), json("tokenizer.json"), json("tokenizer_config.json")]);
    return new Transcriber(model, new Tokenizer(tokenizer, config), known);
  }

  /** By their abbreviations; none where the model knows one alone. */
  get languages() {
    return Object.keys(this.#known.languages ?? {});
  }

  report() {
    return this.#model.report();
  }

  /** The text so far, each time that there is more of it. What is longer than the model hears at once is cut. */
  async *transcribe(samples, { language, signal } = {}) {
    let before = "";
    const pieces = frames(samples, { size: seconds * sampleRate, pad: true });
    for (let i = 0; i < pieces.data.length; i += seconds * sampleRate) {
      let text = "";
      for await (text of this.#piece(pieces.data.subarray(i, i + seconds * sampleRate), language, signal)) yield before + text;
      before += text;
    }
  }

  async *#piece(samples, language, signal) {
    const { start, end, languages, task, no_timestamps, never, never_first, places, mels } = this.#known;
    await this.#model.call("hear", { features: whisperFeatures(samples, { mels }) }, { signal });
    const step = async (token, position) => (await this.#model.run({ token, position }, { signal })).logits.data;
    let logits = await step(start, 0);
    const heard = () => Object.values(languages).reduce((a, b) => (logits[b] > logits[a] ? b : a));
    let position = 1;
    for (const token of languages === null ? [no_timestamps] : [languages[language] ?? heard(), task, no_timestamps]) logits = await step(token, position++);
    const said = [];
    for (; position < places; position++) {
      const token = likeliest(logits, said.length === 0 ? [...never, ...never_first] : never);
      if (token === end) return;
      said.push(token);
      yield this.#tokenizer.decode(said, { skip_special_tokens: true });
      logits = await step(token, position);
    }
  }
}

function likeliest(logits, never) {
  for (const token of never) logits[token] = -Infinity;
  return logits.reduce((best, value, token) => (value > logits[best] ? token : best), 0);
}
