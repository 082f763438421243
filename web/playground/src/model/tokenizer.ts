import { Tokenizer } from "@huggingface/tokenizers";

/** What of a tokenizer is needed here. */
export interface TextTokenizer {
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** A name for each id, where there are so many. */
  labels(count: number): string[] | undefined;
}

/** Reads a tokenizer.json. */
export function readTokenizer(json: object): TextTokenizer {
  const made = new Tokenizer(json, {});
  return {
    encode: (text) => [...made.encode(text).ids],
    decode: (ids) => made.decode([...ids]),
    labels: (count) => (count >= 2 && made.id_to_token(0) !== undefined ? Array.from({ length: count }, (_, id) => made.id_to_token(id) ?? "") : undefined),
  };
}
