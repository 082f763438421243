"""Trains a network that hears words in a stream of sound, and exports the program of one frame.

    apt-get install espeak-ng flite
    python3 examples/keywords/speak.py spoken
    ../shared/pytorch/python examples/keywords/train.py spoken [--steps N]

It learns from streams that are put together as it goes: words and sentences of many voices one after the other, in rooms, through microphones and in noise that are made up by dice. Some six minutes on
one core that does nothing else. Writes, beside this script: keywords.pt2, keywords.npz and keywords-sequence.npz (what `sconce verify` compares), words.json, words.wav (a voice that was never heard in training says each
word, for tests) and metrics.json.
"""

import argparse
import json
import pathlib
import time
import wave

import numpy
import torch
import torch.nn.functional as F

from model import FRAME, KEPT, MELS, RATE, REACHES, WIDTH, Hearing, Listener
from words import WORDS

HERE = pathlib.Path(__file__).resolve().parent
SEED, HELD_BACK = 20260101, 2
LENGTH = 80 * FRAME  # samples of a stream in training
IGNORED = -100


def read(path):
    """A clip's samples at 16 kHz, without the silence around them, its loudest at 1."""
    with wave.open(str(path)) as file:
        rate, samples = file.getframerate(), numpy.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(numpy.float32)
    if len(samples) == 0 or abs(samples).max() < 100:
        return None
    samples /= abs(samples).max()
    loud = numpy.flatnonzero(abs(samples) > 0.03)
    samples = torch.from_numpy(samples[loud[0] : loud[-1] + 1])
    # All of what is below the new rate's half stays.
    wanted = round(len(samples) * RATE / rate)
    spectrum = torch.fft.rfft(F.pad(samples, (0, 512)))
    longer = round((len(samples) + 512) * RATE / rate)
    return torch.fft.irfft(F.pad(spectrum, (0, max(0, longer // 2 + 1 - len(spectrum))))[: longer // 2 + 1], longer)[:wanted] * (longer / (len(samples) + 512))


class Voices:
    """Clips by what they say: 0 for what is to be passed over, else the word's number."""

    def __init__(self, folder):
        self.clips = [[clip for path in sorted((folder / word).glob("*.wav")) if (clip := read(path)) is not None] for word in ["other", *WORDS]]

    def draw(self, dice, word):
        clip = self.clips[word][dice.integers(len(self.clips[word]))]
        # Faster is higher too: other throats.
        return F.interpolate(clip[None, None], scale_factor=float(dice.uniform(0.85, 1.18)), mode="linear")[0, 0]

    def stream(self, dice, length):
        """Sound with what is said in it, and where each word ends."""
        sound, said, place = torch.zeros(length), [], int(dice.uniform(0, 0.5) * RATE)
        while True:
            word = int(dice.integers(1, len(WORDS) + 1)) if dice.random() < 0.6 else 0
            clip = self.draw(dice, word)
            if place + len(clip) + RATE // 4 > length:
                return sound, said
            sound[place : place + len(clip)] += clip * float(dice.uniform(0.4, 1))
            if word > 0:
                said.append((word, place, place + len(clip)))
            place += len(clip) + int(dice.choice([dice.uniform(0.03, 0.3), dice.uniform(0.2, 1.2)]) * RATE)


def recorded(sounds, dice):
    """Streams as a microphone takes them: in a room, through its own filter, in noise, loud or not."""
    count, length = sounds.shape
    some = lambda low, high: torch.from_numpy(dice.uniform(low, high, (count, 1)).astype(numpy.float32))
    curve = lambda low, high, points, size: F.interpolate(torch.from_numpy(dice.uniform(low, high, (count, 1, points)).astype(numpy.float32)), size=size, mode="linear", align_corners=True)[:, 0]
    noise = lambda size: torch.from_numpy(dice.standard_normal((count, size), dtype=numpy.float32))

    echo = noise(RATE // 2) * torch.exp(-6.9 * torch.arange(RATE // 2) / RATE / some(0.08, 0.5)) * some(0.02, 0.25) * (some(0, 1) < 0.6)
    echo[:, 0] = 1
    # The echo's end comes in at the beginning, where it is as good as anywhere.
    spectrum = torch.fft.rfft(sounds) * torch.fft.rfft(F.pad(echo, (0, length - RATE // 2)))
    spoken = torch.fft.irfft(spectrum * 10 ** (curve(-8, 8, 9, spectrum.shape[1]) / 20), length)
    # From white to brown, and louder and less loud as it goes.
    hiss = torch.fft.irfft(torch.fft.rfft(noise(length)) * torch.arange(1, spectrum.shape[1] + 1) ** -some(0, 1), length) * curve(0.3, 1, 8, length)
    loudest = lambda sound: sound.abs().amax(1, keepdim=True).clamp(min=1e-3)
    mixed = spoken / loudest(spoken) + hiss / loudest(hiss) * 10 ** (-some(8, 50) / 20)
    return (mixed * 10 ** (-some(0, 36) / 20)).clamp(-1, 1)


def targets(said, frames):
    """A word is to be heard from its end on for a fifth of a second; while it is spoken nothing is asked."""
    wanted = torch.zeros(frames, dtype=torch.int64)
    for _, begin, end in said:
        wanted[begin // FRAME : max(0, end // FRAME - 1)] = IGNORED
    for word, _, end in said:
        wanted[end // FRAME - 1 : end // FRAME + 5] = word
    return wanted


def streams(voices, dice, count, length=LENGTH):
    """Sound, KEPT samples of silence before it, and what is said in it."""
    drawn = [voices.stream(dice, length) for _ in range(count)]
    return F.pad(recorded(torch.stack([sound for sound, _ in drawn]), dice), (KEPT, 0)), [said for _, said in drawn]


@torch.no_grad()
def lessons(hearing, voices, dice, count):
    """Features of streams, and what is to be heard in each frame."""
    features, wanted = [], []
    for _ in range(count // 16):
        sounds, said = streams(voices, dice, 16)
        features.append(hearing.features(sounds))
        wanted += [targets(one, LENGTH // FRAME) for one in said]
    return torch.cat(features), torch.stack(wanted)


def train(hearing, voices, steps, lots=8000, size=32, rate=4e-3):
    dice, started, mean = numpy.random.default_rng(SEED), time.time(), 2.0
    features, wanted = lessons(hearing, voices, dice, lots)
    print(f"{lots} streams, {time.time() - started:.0f} s", flush=True)
    optimiser = torch.optim.AdamW(hearing.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.1)
    start = torch.zeros(size, WIDTH, sum(REACHES))
    for step in range(steps):
        chosen = torch.from_numpy(dice.choice(lots, size, replace=False))
        # Some frequencies are missing.
        seen = features[chosen].view(size, -1, MELS, LENGTH // FRAME)
        for row in seen if step % 2 else []:
            first = dice.integers(MELS - 6)
            row[:, first : first + dice.integers(1, 7)] = row.mean()
        logits, _ = hearing.decide(seen.flatten(1, 2), start)
        loss = F.cross_entropy(logits.flatten(0, 1), wanted[chosen].flatten(), ignore_index=IGNORED)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean += 0.02 * (loss.item() - mean)
        if step % 100 == 99:
            print(f"step {step + 1} of {steps}: loss {mean:.3f}, {time.time() - started:.0f} s", flush=True)


def forget(listener):
    for name, start in (("past", 0), ("state", 0), ("recent", 0), ("awaiting", True)):
        getattr(listener, name).fill_(start)


@torch.no_grad()
def listen(listener, sound):
    """Which words are heard in a sound, and in which frames."""
    forget(listener)
    heard = [int(listener(frame[None])["heard"]) for frame in sound.unfold(0, FRAME, FRAME)]
    return [(word, frame) for frame, word in enumerate(heard) if word > 0]


def measured(listener, voices, count=40, frames=250):
    """Of words by voices that training never heard: how many are heard, and how often another one, or one that nobody said."""
    dice = numpy.random.default_rng(HELD_BACK)
    spoken = right = wrong = 0
    for _ in range(count):
        sounds, [said] = streams(voices, dice, 1, frames * FRAME)
        heard = listen(listener, sounds[0, KEPT:])
        spoken += len(said)
        for word, begin, end in said:
            match = next((one for one in heard if one[0] == word and begin // FRAME <= one[1] <= end // FRAME + 8), None)
            if match is not None:
                right += 1
                heard.remove(match)
        wrong += len(heard)
    return {"spoken": spoken, "heard": round(right / spoken, 3), "wrong_in_a_minute": round(wrong / (count * frames * FRAME / RATE / 60), 2)}


def write(listener, voices, metrics):
    dice = numpy.random.default_rng(HELD_BACK + 1)
    pieces = [torch.zeros(RATE // 4)]
    for word in range(1, len(WORDS) + 1):
        pieces += [0.5 * voices.clips[word][dice.integers(len(voices.clips[word]))], torch.zeros(RATE // 4)]
    sound = torch.cat(pieces)
    sound = torch.cat((sound, torch.zeros(-len(sound) % FRAME)))
    sound = (32767 * (sound + 1e-3 * torch.from_numpy(dice.standard_normal(len(sound)).astype(numpy.float32)))).round()
    with wave.open(str(HERE / "words.wav"), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(RATE)
        file.writeframes(sound.numpy().astype("<i2").tobytes())
    sound /= 32768
    print([(WORDS[word - 1], frame) for word, frame in listen(listener, sound)])

    forget(listener)
    program = torch.export.export(listener, (torch.zeros(1, FRAME),), strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, str(HERE / "keywords.pt2"))
    # The end of the first word.
    frames = sound[: 24 * FRAME].reshape(24, 1, FRAME)
    with torch.no_grad():
        calls = [listener(frame) for frame in frames]
    values = [numpy.stack([call[name].numpy() for call in calls]) for name in ("probabilities", "heard")]
    numpy.savez_compressed(HERE / "keywords-sequence.npz", in0=frames.numpy(), out0=values[0], out1=values[1])
    numpy.savez_compressed(HERE / "keywords.npz", in0=frames[0].numpy(), out0=values[0][0], out1=values[1][0])
    (HERE / "words.json").write_text(json.dumps(WORDS) + "\n")
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("spoken", type=pathlib.Path, help="the folder that speak.py made")
    parser.add_argument("--steps", type=int, default=5000)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    voices, held = Voices(options.spoken / "train"), Voices(options.spoken / "held")
    started, hearing = time.time(), Hearing()
    train(hearing, voices, options.steps)
    seconds = round(time.time() - started)
    listener = Listener(hearing.eval()).eval()
    metrics = {**measured(listener, held), "of_voices_in_training": measured(listener, voices, 20)["heard"], "parameters": sum(p.numel() for p in hearing.parameters()), "clips": sum(map(len, voices.clips)), "steps": options.steps, "seed": SEED, "seconds": seconds}
    print(metrics)
    write(listener, held, metrics)


if __name__ == "__main__":
    main()
