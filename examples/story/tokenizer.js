// The tokenizer, as tokens.py has it: a text is split into words, each with the space before it; then, as long as two neighbours in a word together are a piece, those whose
// piece comes first in the list are joined.

const words = / ?[A-Za-z]+|[^A-Za-z]/g;

export class Tokenizer {
  /** @type {readonly string[]} */
  #pieces;
  /** @type {Map<string, number>} */
  #numbers;

  /** @param {readonly string[]} pieces */
  constructor(pieces) {
    this.#pieces = pieces;
    this.#numbers = new Map(pieces.map((piece, number) => [piece, number]));
  }

  /**
   * The numbers of a text's pieces. What no piece has (letters with accents lose these first) is left out.
   * @param {string} text
   */
  encode(text) {
    const plain = text.normalize("NFKD").replaceAll(/[\u2018\u2019]/g, "'").replaceAll(/[\u201c\u201d]/g, '"');
    return (plain.match(words) ?? []).flatMap((word) => this.#word(word));
  }

  /** @param {Iterable<number>} numbers */
  decode(numbers) {
    return Array.from(numbers, (number) => this.#pieces[number] ?? "").join("");
  }

  /** @param {string} word */
  #word(word) {
    const parts = Array.from(word).filter((character) => this.#numbers.has(character));
    for (;;) {
      let best = Infinity;
      let place = -1;
      for (let i = 0; i + 1 < parts.length; i++) {
        const number = this.#numbers.get(`${parts[i]}${parts[i + 1]}`) ?? Infinity;
        if (number < best) [best, place] = [number, i];
      }
      if (place < 0) return parts.map((part) => this.#numbers.get(part) ?? 0);
      parts.splice(place, 2, `${parts[place]}${parts[place + 1]}`);
    }
  }
}
