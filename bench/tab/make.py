"""Writes the models of the bench of the compiler in a tab: make.py OUT. Weights are random, from a seed."""

import pathlib
import sys

import torch
import torchvision
from torch import nn


class Large(nn.Module):
    """350 MB of weights in a few steps."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(40_000, 1024)
        self.blocks = nn.Sequential(*[nn.Sequential(nn.Linear(1024, 4096), nn.GELU(), nn.Linear(4096, 1024)) for _ in range(6)])
        self.head = nn.Linear(1024, 10)

    def forward(self, ids):
        return self.head(self.blocks(self.table(ids)).mean(1))


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    picture = torch.randn(1, 3, 224, 224)
    models = {
        "mobilenet_v2": (torchvision.models.mobilenet_v2(), picture),
        "resnet18": (torchvision.models.resnet18(), picture),
        "large": (Large(), torch.randint(0, 40_000, (1, 16))),
    }
    for name, (model, example) in models.items():
        torch.export.save(torch.export.export(model.eval(), (example,)), out / f"{name}.pt2")
        print(name, flush=True)


main()
