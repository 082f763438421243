import { Tokenizer } from "@huggingface/tokenizers";

/** What of a tokenizer is needed here. */
export interface TextTokenizer {
  encode(text: string): number[];
  decode(ids: readonly number[]): string;
  /** A name for each id, where there are so many. */
  labels(count: number): string[] | undefined;
}

/** What part of a row of scores has to be tokens, that it is one of words. */
const leastNamed = 0.9;

/** Reads a tokenizer.json. */
export function readTokenizer(json: object): TextTokenizer {
  const made = new Tokenizer(json, {});
  // Of words that it does not know it gives none itself.
  const { unk_token: unknown } = (json as { model: { unk_token?: unknown } }).model;
  const unknownId = typeof unknown === "string" ? made.token_to_id(unknown) : undefined;
  const known = (id: number | undefined): number => {
    if (id === undefined && unknownId === undefined) throw new Error("the tokenizer has no token for a part of this text");
    return id ?? (unknownId as number);
  };
  return {
    encode: (text) => made.encode(text).ids.map(known),
    decode: (ids) => made.decode([...ids]),
    labels(count) {
      const names = Array.from({ length: count }, (_, id) => made.id_to_token(id));
      // Models often have somewhat more rows than there are tokens: a multiple of 64, say.
      const isVocabulary = made.id_to_token(count) === undefined && names.filter((name) => name !== undefined).length >= leastNamed * count;
      return isVocabulary && count > 0 ? names.map((name) => name ?? "") : undefined;
    },
  };
}
