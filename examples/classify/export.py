"""Exports an image classifier of torchvision, with what a page would else have to know of it inside.

    python export.py                      # mobilenet_v3_small with torchvision's weights, which are fetched
    python export.py --model resnet18
    python export.py --random             # random weights of the same architecture, to try all of it without a network

Writes MODEL.pt2, which takes the bytes of a picture and gives probabilities, MODEL.npz (what `sconce verify` compares) and
labels.txt.
"""

import argparse
import pathlib

import numpy
import torch
import torchvision
from torch import nn


class Classifier(nn.Module):
    """Bytes [1, height, width, 3] in, as sconce/image makes them of a picture; the preprocessing of training is here."""

    def __init__(self, model, preset):
        super().__init__()
        self.model = model
        self.register_buffer("mean", torch.tensor(preset.mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(preset.std).view(3, 1, 1))

    def forward(self, pixels):
        colours = pixels.permute(0, 3, 1, 2).float() / 255
        return {"probabilities": self.model((colours - self.mean) / self.std).softmax(-1)}


def liven(module, *inputs):
    """Gives random weights statistics to normalise by, without which all pictures are alike to them."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
            layer.reset_running_stats()
    with torch.no_grad():
        module.train()(*inputs)
    module.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="mobilenet_v3_small", help="a name of torchvision.models")
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    weights = torchvision.models.get_model_weights(options.model).DEFAULT
    preset = weights.transforms()
    torch.manual_seed(0)
    model = Classifier(torchvision.models.get_model(options.model, weights=None if options.random else weights), preset).eval()

    size = preset.crop_size[0]
    example = torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8)
    if options.random:
        liven(model, torch.randint(0, 256, (4, size, size, 3), dtype=torch.uint8))
    program = torch.export.export(model, (example,), strict=False)
    torch.export.save(program, str(options.out / f"{options.model}.pt2"))
    with torch.no_grad():
        numpy.savez(options.out / f"{options.model}.npz", in0=example.numpy(), out0=model(example)["probabilities"].numpy())
    (options.out / "labels.txt").write_text("\n".join(weights.meta["categories"]) + "\n", encoding="utf-8")
    print(f"{options.model}.pt2: pictures of {size} x {size}, {len(weights.meta['categories'])} classes")


if __name__ == "__main__":
    main()
