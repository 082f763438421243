"""Trains a small network that doubles the size of pictures, and exports it as double.pt2.

    apt-get download mate-backgrounds && dpkg -x mate-backgrounds_*.deb pictures
    ../shared/pytorch/python examples/double/train.py pictures/usr/share/backgrounds/mate/nature

It learns from photographs that Debian ships (any folder of .jpg files will do): crops of them, and the same crops at half
their size. Every fourth photograph is held back and only counted at the end, beside bicubic resizing. Two minutes on
one core. Writes, beside this script: double.pt2, double.npz (what `sconce verify` compares) and metrics.json.
"""

import argparse
import json
import math
import pathlib
import time

import numpy
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20260101
CROP = 64


class Double(nn.Module):
    """A picture [1, 3, height, width] with values 0..1 in, one of twice the size out."""

    def __init__(self, width=24, depth=4):
        super().__init__()
        self.head = nn.Conv2d(3, width, 3)
        self.body = nn.Sequential(*[layer for _ in range(depth) for layer in (nn.ReLU(), nn.Conv2d(width, width, 3))])
        self.tail = nn.Conv2d(width, 12, 3)
        self.depth = depth

    def forward(self, picture):
        # What lies beyond the edges is like the edges: each convolution takes a pixel away.
        edge, inner = self.depth + 2, slice(self.depth, -self.depth)
        features = self.head(F.pad(picture, (edge, edge, edge, edge), mode="replicate"))
        details = self.tail(F.relu(features[:, :, inner, inner] + self.body(features)))
        # Each pixel four times, and what the network knows better.
        return {"doubled": F.pixel_shuffle(picture.repeat_interleave(4, 1) + details, 2).clamp(0, 1)}


def read(path):
    """At half the size that the camera gave, which hides what JPEG did; at most 480 wide, for the finest details are what it learns from."""
    picture = Image.open(path).convert("RGB")
    width = min(480, picture.width // 2) // 2 * 2
    height = round(picture.height * width / picture.width) // 2 * 2
    return torch.from_numpy(numpy.asarray(picture.resize((width, height), Image.LANCZOS)).copy()).permute(2, 0, 1)[None].float() / 255


def halve(pictures):
    return F.interpolate(pictures, scale_factor=0.5, mode="bilinear", antialias=True)


def crops(pictures, count, generator):
    chosen = []
    for _ in range(count):
        picture = pictures[torch.randint(len(pictures), (), generator=generator)]
        top, left = (int(torch.randint(size - CROP + 1, (), generator=generator)) for size in picture.shape[2:])
        crop = picture[0, :, top:top + CROP, left:left + CROP]
        turn = int(torch.randint(8, (), generator=generator))
        chosen.append(torch.rot90(crop.flip(2) if turn & 4 else crop, turn & 3, (1, 2)))
    return torch.stack(chosen)


def train(model, pictures, generator, steps=1500, batch=12):
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    mean, started = 0.0, time.time()
    for step in range(steps):
        wanted = crops(pictures, batch, generator)
        loss = (model(halve(wanted))["doubled"] - wanted).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        mean = loss.item() if step == 0 else 0.99 * mean + 0.01 * loss.item()
        if step % 500 == 499:
            print(f"step {step + 1} of {steps}: {mean:.5f}, {time.time() - started:.0f} s", flush=True)


def decibels(made, wanted):
    return -10 * math.log10((made.clamp(0, 1) - wanted).square().mean().item())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=pathlib.Path, help="folder of .jpg files")
    parser.add_argument("--steps", type=int, default=1500)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    pictures = [read(path) for path in sorted(options.pictures.glob("*.jpg"))]
    held = pictures[3::4]
    model, started = Double(), time.process_time()
    train(model, [picture for index, picture in enumerate(pictures) if index % 4 != 3], torch.Generator().manual_seed(SEED), options.steps)
    seconds = time.process_time() - started
    model.eval()
    with torch.no_grad():
        ours = [decibels(model(halve(picture))["doubled"], picture) for picture in held]
        bicubic = [decibels(F.interpolate(halve(picture), size=picture.shape[2:], mode="bicubic"), picture) for picture in held]
    metrics = {
        "held_back": len(held), "trained_on": len(pictures) - len(held), "psnr": round(sum(ours) / len(held), 2), "psnr_bicubic": round(sum(bicubic) / len(held), 2),
        "parameters": sum(p.numel() for p in model.parameters()), "steps": options.steps, "seed": SEED, "seconds": round(seconds)}
    print(metrics)

    # Noise with edges in it, for the photographs are their owners'.
    example = F.interpolate(torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(SEED)), size=(15, 21))
    dims = {"picture": {2: torch.export.Dim("height", min=1, max=1024), 3: torch.export.Dim("width", min=1, max=1024)}}
    program = torch.export.export(model, (example,), dynamic_shapes=dims, strict=False)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    program._example_inputs = None
    torch.export.save(program, str(HERE / "double.pt2"))
    with torch.no_grad():
        numpy.savez(HERE / "double.npz", in0=example.numpy(), out0=model(example)["doubled"].numpy())
    (HERE / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


if __name__ == "__main__":
    main()
