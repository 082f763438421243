"""Writes archives in the form that PyTorch 2.6 gives them, with PyTorch 2.6 (Debian trixie's python3-torch): `python older_archives.py`.

Into archives/: a zip without folders, in which all weights are one file of torch.save, all constants another, the example inputs a third.
"""

import pathlib
import sys

import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import case  # noqa: E402
from case import rand  # noqa: E402

OUT = HERE / "archives"


class Flat(nn.Module):
    """Parameters, one of them under two names, a view, a buffer, one that is not in the state dict, and a constant."""

    def __init__(self):
        super().__init__()
        self.layer, self.again = nn.Linear(5, 5), nn.Linear(5, 5)
        self.again.weight = self.layer.weight
        self.view = nn.Parameter(rand(12, 10)[2:7, 1:4].t())
        self.register_buffer("scale", rand(5, dtype=torch.float16))
        self.register_buffer("shift", rand(5), persistent=False)
        self.constant = rand(5)

    def forward(self, x, more):
        hidden = torch.relu(self.layer(x)) * self.scale.float() + self.shift
        return {"result": self.again(hidden) - self.constant, "view": (hidden + more["row"]) @ self.view.t()}


class Counting(nn.Module):
    """Keeps a state, and writes to its input."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros(3))

    def forward(self, x):
        self.count.add_(x)
        x.mul_(2)
        return x + self.count


def write(name, program, module, args):
    path = OUT / f"{name}.pt2"
    torch.export.save(program, str(path))
    expected = case.run(module, args, {})
    case.check(path, args, {}, expected)
    case.save_npz(OUT / f"{name}.npz", args, expected)


def flat():
    module, args = Flat().eval(), (rand(2, 5), {"row": rand(5)})
    batch = torch.export.Dim("batch", min=1, max=64)
    write("flat", without_history(case.export(module, args, dynamic={"x": {0: batch}, "more": {"row": None}})), module, args)


def flat_core():
    module, args = Counting().eval(), (rand(3),)
    write("flat-core", without_history(case.export(module, args).run_decompositions()), module, args)


def without_history(program):
    """Tidied, but with its example inputs."""
    examples = program._example_inputs
    program = case.tidied(program)
    program._example_inputs = examples
    return program


assert torch.__version__.startswith("2.6."), f"this form is PyTorch 2.6's, and this is {torch.__version__}"
for make in (flat, flat_core):
    case.seed(make.__name__)
    make()
