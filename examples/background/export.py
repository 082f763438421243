"""Exports a segmentation network of torchvision, from the bytes of a picture to how surely each pixel is a person's.

    python export.py                      # lraspp_mobilenet_v3_large with torchvision's weights, which are fetched
    python export.py --random             # random weights of the same architecture, to try all of it without a network

Writes background.pt2 and background.npz (what `sconce verify` compares). A larger picture (--width, --height) has finer edges, and takes longer.
"""

import argparse
import pathlib

import numpy
import torch
import torchvision
from torch import nn


class Person(nn.Module):
    """Bytes [1, height, width, 3] in, a number from 0 to 1 for each pixel out. The preprocessing of training is here."""

    def __init__(self, model, person):
        super().__init__()
        self.model, self.person = model, person
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))

    def forward(self, pixels):
        colours = pixels.permute(0, 3, 1, 2).float() / 255
        return {"person": self.model((colours - self.mean) / self.std)["out"].softmax(1)[:, self.person]}


def liven(module, *inputs):
    """Gives random weights statistics to normalise by, without which all pictures are alike to them, and a last layer that is sure of something."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
            layer.reset_running_stats()
    with torch.no_grad():
        module.train()(*inputs)
        for layer in (module.model.classifier.low_classifier, module.model.classifier.high_classifier):
            layer.weight *= 8
    module.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--width", type=int, default=320, help="of the model's picture (default 320)")
    parser.add_argument("--height", type=int, default=240, help="of the model's picture (default 240)")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    name = "lraspp_mobilenet_v3_large"
    weights = torchvision.models.get_model_weights(name).DEFAULT
    torch.manual_seed(0)
    which = {"weights": None, "weights_backbone": None} if options.random else {"weights": weights}
    model = Person(torchvision.models.get_model(name, **which), weights.meta["categories"].index("person")).eval()

    shape = (options.height, options.width, 3)
    example = torch.randint(0, 256, (1, *shape), dtype=torch.uint8)
    if options.random:
        liven(model, torch.randint(0, 256, (4, *shape), dtype=torch.uint8))
    torch.export.save(torch.export.export(model, (example,), strict=False), str(options.out / "background.pt2"))
    with torch.no_grad():
        numpy.savez(options.out / "background.npz", in0=example.numpy(), out0=model(example)["person"].numpy())
    print(f"background.pt2: pictures of {options.width} x {options.height}")


if __name__ == "__main__":
    main()
