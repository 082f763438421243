"""The tokenizer: pieces of text, made by byte-pair encoding's rule from characters up. tokenizer.js does the same.

A text is split into words, each with the space before it; then, as long as two neighbours in a word together are a piece, those whose piece comes first in the list are joined.
"""

import collections
import re

END = 0  # what stands before and after each story
WORD = re.compile(r" ?[A-Za-z]+|[^A-Za-z]")


def train(text, size):
    """The list of pieces: the end, then characters, then the pieces that joining the commonest neighbours gives."""
    words = collections.Counter(WORD.findall(text))
    pieces = ["", "\n", *map(chr, range(32, 127))]
    split = {word: list(word) for word in words}
    while len(pieces) < size:
        pairs = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        first, second = max(pairs, key=lambda pair: (pairs[pair], pair))
        pieces.append(first + second)
        split = {word: joined(parts, first + second) for word, parts in split.items()}
    return pieces


def joined(parts, piece):
    result = []
    for part in parts:
        if result and result[-1] + part == piece:
            result[-1] = piece
        else:
            result.append(part)
    return result


class Tokenizer:
    def __init__(self, pieces):
        self.pieces, self.numbers, self.known = pieces, {piece: number for number, piece in enumerate(pieces)}, {}

    def encode(self, text):
        """The numbers of a text's pieces; characters that are no piece are left out."""
        return [number for word in WORD.findall(text) for number in self.word(word)]

    def word(self, word):
        if word not in self.known:
            parts = [self.numbers[character] for character in word if character in self.numbers]
            while True:
                pairs = [(self.numbers.get(self.pieces[first] + self.pieces[second]), place) for place, (first, second) in enumerate(zip(parts, parts[1:]))]
                best = min((pair for pair in pairs if pair[0] is not None), default=None)
                if best is None:
                    break
                parts[best[1] : best[1] + 2] = [best[0]]
            self.known[word] = parts
        return self.known[word]

    def decode(self, numbers):
        return "".join(self.pieces[number] for number in numbers)
