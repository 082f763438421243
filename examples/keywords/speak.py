"""Has words spoken by the voices of Debian's packages espeak-ng and flite, for train.py to learn from.

    apt-get install espeak-ng flite
    python3 examples/keywords/speak.py FOLDER

Needs nothing but Python; some two minutes. Writes FOLDER/train and FOLDER/held/WORD/N.wav: who speaks in the second is never heard in training. Words that are to be passed over, and sentences, are
in a folder `other`.
"""

import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys

from words import OTHERS, SENTENCES, WORDS

SEED = 20260101
ACCENTS = ["en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"]
# Those of espeak-ng's variants that sound like people.
VARIANTS = [
    "Alex", "Andrea", "Andy", "Annie", "Denis", "Diogo", "Gene", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike", "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb",
    "david", "ed", "f1", "f4", "f5", "grandma", "grandpa", "gustave", "iven", "john", "klatt", "klatt2", "m1", "m2", "m4", "m6", "m7", "m8", "marcelo", "max", "miguel", "norbert", "pablo", "paul", "pedro", "quincy",
    "rob", "robert", "sandro", "shelby", "travis", "victor", "zac"]
HELD_VARIANTS = ["Alicia", "Nguyen", "edward", "f2", "f3", "linda", "m3", "m5", "michel", "steph"]
FLITE, HELD_FLITE = ["awb", "kal16", "rms"], ["slt"]


def espeak(dice, variants):
    voice = f"{dice.choice(ACCENTS)}+{dice.choice(variants)}"
    return ["espeak-ng", "-v", voice, "-p", str(dice.randint(25, 75)), "-s", str(dice.randint(110, 200)), "-a", "100"]


def calls(folder, dice, variants, voices, many):
    """What is to be said, by whom, and into which file."""
    said = [(word, word, many) for word in WORDS] + [("other", word, max(1, many // 6)) for word in OTHERS] + [("other", sentence, max(1, many // 6)) for sentence in SENTENCES]
    for place, text, count in said:
        for number in range(count):
            path = folder / place / f"{text.replace(' ', '_')[:24]}-{number}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            yield [*espeak(dice, variants), "-w", str(path), text]
        for voice in voices:
            for stretch in (0.8, 1.0, 1.2) if place != "other" else (1.0,):
                path = folder / place / f"{text.replace(' ', '_')[:24]}-{voice}-{stretch}.wav"
                yield ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", text, "-o", str(path)]


def main():
    folder, dice = pathlib.Path(sys.argv[1]), random.Random(SEED)
    every = [*calls(folder / "train", dice, VARIANTS, FLITE, 240), *calls(folder / "held", dice, HELD_VARIANTS, HELD_FLITE, 24)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(lambda call: subprocess.run(call, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), every):
            pass
    print(f"{len(every)} files")


if __name__ == "__main__":
    main()
