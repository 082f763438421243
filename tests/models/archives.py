"""Writes archives that differ from what `torch.export.save` usually gives, not in their models: `python archives.py`.

Into archives/: several models in one, weights kept as pickles, extra files and example inputs, all weights in one file.
"""

import io
import pathlib
import sys
import zipfile
from unittest import mock

import numpy
import torch
from torch import nn
from torch.export.pt2_archive import _package

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import case  # noqa: E402
from case import ints, rand  # noqa: E402

OUT = HERE / "archives"


class Pickled(nn.Module):
    """A whole tensor, views with strides and offsets, other dtypes, an empty one and a number."""

    def __init__(self):
        super().__init__()
        storage = rand(12, 10)
        self.whole = nn.Parameter(rand(3, 5))
        self.view = nn.Parameter(storage[2:7, 1:6].t())
        self.register_buffer("strided", storage[::3, ::2])
        self.register_buffer("scale", rand(5, dtype=torch.bfloat16))
        self.register_buffer("table", ints(3, 5, dtype=torch.int32))
        self.register_buffer("kept", torch.tensor([[True], [False], [True]]))
        self.register_buffer("number", torch.tensor(2.5, dtype=torch.float64))
        self.register_buffer("eighth", torch.linspace(-2, 3, 5).to(torch.float8_e4m3fn))
        self.register_buffer("unsigned", torch.tensor([1, 65535], dtype=torch.uint16))
        self.register_buffer("empty", torch.zeros(0, 5))
        self.constant = rand(5)

    def forward(self, x):
        mixed = x @ self.view + self.table * self.number.float() - self.constant
        return {"mixed": mixed * self.scale.float(), "strided": x @ self.strided.T,
            "kept": self.whole.masked_fill(self.kept, 0.0), "all": torch.cat((self.empty, x)), "eighth": x * self.eighth.float(), "unsigned": self.unsigned.int()}


# Compiled from text, so that the archive names no folder: this one is saved with nothing taken out.
SOURCE = """
import torch

class Plain(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(5, 3)

    def forward(self, x, scale):
        return {"result": torch.relu(self.layer(x)) * scale}
"""


def finish(name, module, args):
    expected = case.run(module, args, {})
    case.save_npz(OUT / f"{name}.npz", (args, {}), expected)
    return expected


def several():
    """Two models in one file: several.pt2, with several.first.npz and several.second.npz."""
    first, second = nn.Sequential(nn.Linear(5, 4), nn.ReLU()).eval(), nn.Conv1d(2, 3, 3).eval()
    args = {"first": (rand(3, 5),), "second": (rand(1, 2, 9),)}
    modules = {"first": first, "second": second}
    programs = {name: case.tidied(case.export(module, args[name])) for name, module in modules.items()}
    _package.package_pt2(str(OUT / "several.pt2"), exported_programs=programs)
    loaded = _package.load_pt2(str(OUT / "several.pt2")).exported_programs
    for name, module in modules.items():
        expected = finish(f"several.{name}", module, args[name])
        torch.testing.assert_close(loaded[name].module()(*args[name]), expected)


def pickled():
    """PyTorch's own writer, told to keep every tensor as a pickle, as it does with subclasses of Tensor."""
    module, args = Pickled().eval(), (rand(3, 5),)
    program = case.tidied(case.export(module, args))
    with mock.patch.object(_package, "_should_use_pickle", lambda tensor: True):
        torch.export.save(program, str(OUT / "pickled.pt2"))
    case.check(OUT / "pickled.pt2", args, {}, finish("pickled", module, args))


class Steps(torch.Tensor):
    """A weight that wraps integers and a scale, as torchao's do: of what is done with it, the graph keeps what is done with these."""

    @staticmethod
    def __new__(cls, steps, scale):
        return torch.Tensor._make_wrapper_subclass(cls, steps.shape, dtype=scale.dtype)

    def __init__(self, steps, scale):
        self.steps, self.scale = steps, scale

    def __tensor_flatten__(self):
        return ["steps", "scale"], None

    @classmethod
    def __tensor_unflatten__(cls, inner, context, size, stride):
        return cls(inner["steps"], inner["scale"])

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function is nn.functional.linear:
            x, weight, bias = args
            return nn.functional.linear(x, weight.steps.to(weight.scale.dtype) * weight.scale, bias)
        return super().__torch_function__(function, types, args, kwargs)

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        if function in (torch.ops.aten.detach.default, torch.ops.aten.clone.default):
            return cls(args[0].steps, args[0].scale)
        raise NotImplementedError(function)


def wrapped():
    """A weight of a subclass of Tensor, which export keeps as a pickle and reaches into by attributes."""
    module, args = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).eval(), (rand(3, 5),)
    for layer in module[0], module[2]:
        layer.weight = nn.Parameter(Steps(ints(*layer.weight.shape, low=-128, high=128, dtype=torch.int8), rand(len(layer.weight), 1)), requires_grad=False)
    finish("wrapped", module, args)
    torch.export.save(case.tidied(case.export(module, args)), str(OUT / "wrapped.pt2"))


def untouched():
    """Exactly as torch.export.save leaves it: example inputs, traces, extra files. Its npz is a compressed one."""
    names = {}
    exec(compile(SOURCE, "plain.py", "exec"), names)
    module, args = names["Plain"]().eval(), (rand(2, 5), rand(3))
    torch.export.save(case.export(module, args), str(OUT / "untouched.pt2"), extra_files={"labels.txt": "one\ntwo\nthree\n"})
    case.check(OUT / "untouched.pt2", args, {}, finish("untouched", module, args))
    with numpy.load(OUT / "untouched.npz") as arrays:
        numpy.savez_compressed(OUT / "untouched.npz", **arrays)


def together():
    """All weights in one file of torch.save and all constants in another, in folders, as PyTorch 2.8 is said to write them: made of what 2.14 writes, since no 2.8 is at hand."""
    module, args = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4)).eval(), (rand(3, 5),)
    program, saved = case.tidied(case.export(module, args)), io.BytesIO()
    torch.export.save(program, saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(OUT / "together.pt2", "w") as target:
        root = source.namelist()[0].split("/")[0]
        for name in source.namelist():
            if "/data/weights/" not in name and "/data/constants/" not in name:
                target.writestr(zipfile.ZipInfo(name), source.read(name))
        for kind, tensors in ("weights", program.state_dict), ("constants", program.constants):
            file = io.BytesIO()
            torch.save(tensors, file)
            target.writestr(zipfile.ZipInfo(f"{root}/data/{kind}/model.pt"), file.getvalue())
    finish("together", module, args)


OUT.mkdir(exist_ok=True)
for make in (several, pickled, wrapped, untouched, together):
    case.seed(make.__name__)
    make()
