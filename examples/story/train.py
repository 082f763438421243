"""Trains the model on stories that stories.py makes up, and exports the program of one step.

    ../shared/pytorch/python examples/story/train.py [--steps N]

Some five minutes on one core that does nothing else. Writes, beside this script: story.pt2, story.json (the tokenizer's pieces), story-text.json (a text with its numbers, as PyTorch
tells it from its first words at temperature 0, for tests), story.npz (what `sconce verify` compares) and metrics.json.
"""

import argparse
import json
import math
import pathlib
import random
import time

import numpy
import torch
import torch.nn.functional as F

import stories
import tokens
from model import CONTEXT, VOCABULARY, Reader, Story

HERE = pathlib.Path(__file__).resolve().parent
SEED, HELD_BACK = 20260101, 2  # the dice of training and of the stories that only the test sees
IGNORED = -100


def batches(tokenizer, dice, size):
    """Stories between two ends, without end: what is read, and what follows each token."""
    while True:
        told = [[tokens.END, *tokenizer.encode(stories.story(dice)), tokens.END][: CONTEXT + 1] for _ in range(size)]
        longest = max(map(len, told))
        read = torch.tensor([story[:-1] + [tokens.END] * (longest - len(story)) for story in told])
        wanted = torch.tensor([story[1:] + [IGNORED] * (longest - len(story)) for story in told])
        yield read, wanted


def loss_of(model, read, wanted):
    return F.cross_entropy(model(read).flatten(0, 1), wanted.flatten(), ignore_index=IGNORED)


def train(model, tokenizer, steps, size=16, rate=5e-3):
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps))))
    started = time.time()
    for step, (read, wanted) in zip(range(steps), batches(tokenizer, random.Random(SEED), size)):
        loss = loss_of(model, read, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 50 == 49:
            print(f"step {step + 1} of {steps}: loss {loss.item():.3f}, {time.time() - started:.0f} s", flush=True)


def told(reader, numbers, most):
    """What follows at temperature 0, and the logits of every step: the state is the model's own."""
    numbers, logits = list(numbers), []
    with torch.no_grad():
        for position in range(most):
            logits.append(reader(torch.tensor([numbers[position]]), torch.tensor(position))["logits"])
            if position + 1 == len(numbers):
                numbers.append(int(logits[-1].argmax()))
                if numbers[-1] == tokens.END:
                    break
    return numbers, torch.stack(logits)


def write(model, tokenizer, metrics):
    example = (torch.tensor([tokens.END, 1, 2]), torch.tensor(0))
    sequence = torch.export.Dim("sequence", min=1, max=CONTEXT)
    program = torch.export.export(Reader(model).eval(), example, strict=False, dynamic_shapes={"tokens": {0: sequence}, "position": None})
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, str(HERE / "story.pt2"))

    prompt = "Once upon a time there was a dragon named Rollo."
    numbers = [tokens.END, *tokenizer.encode(prompt)]
    all_numbers, logits = told(Reader(model).eval(), numbers, CONTEXT)
    numpy.savez(HERE / "story.npz", in0=numpy.array(numbers), in1=numpy.int64(0), out0=logits[len(numbers) - 1].numpy())
    described = {"pieces": tokenizer.pieces, "end": tokens.END, "context": CONTEXT}
    (HERE / "story.json").write_text(json.dumps(described) + "\n")
    text = tokenizer.decode(all_numbers)
    (HERE / "story-text.json").write_text(json.dumps({"prompt": prompt, "numbers": all_numbers[: len(numbers)], "text": text}, indent=2) + "\n")
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=700)
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    dice = random.Random(SEED)
    tokenizer = tokens.Tokenizer(tokens.train("\n".join(stories.story(dice) for _ in range(4000)), VOCABULARY))
    started, model = time.process_time(), Story()
    train(model, tokenizer, options.steps)
    model.eval()
    with torch.no_grad():
        held = [loss_of(model, *batch).item() for _, batch in zip(range(20), batches(tokenizer, random.Random(HELD_BACK), 16))]
    metrics = {"parameters": sum(p.numel() for p in model.parameters()), "steps": options.steps, "seed": SEED, "loss": sum(held) / len(held), "seconds": round(time.process_time() - started)}
    print(metrics)
    write(model, tokenizer, metrics)


if __name__ == "__main__":
    main()
