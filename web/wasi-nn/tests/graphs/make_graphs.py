"""Writes the graphs of these tests with real PyTorch: `../shared/pytorch/python web/wasi-nn/tests/graphs/make_graphs.py`.

NAME.pt2 is what torch.export.save writes; NAME.json (of all but random) has runs of one instance in order, each with its inputs and PyTorch's
outputs as WASI-NN has tensors: dimensions, type, and the bytes in base64. The tests compile the .pt2 files themselves.
"""

import base64
import copy
import io
import json
import pathlib
import sys
import zipfile

import torch
import torch.nn.functional as F
from torch import nn
from torch._higher_order_ops.scan import scan

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[3] / "tests" / "models"))
sys.dont_write_bytecode = True

import case  # noqa: E402
from case import as_module, bools, ints, rand  # noqa: E402

# WIT's names; WASI-NN calls all of one byte U8, and has none for int16.
TYPES = {
    torch.float16: "FP16", torch.float32: "FP32", torch.float64: "FP64", torch.bfloat16: "BF16", torch.uint8: "U8", torch.int8: "U8",
    torch.bool: "U8", torch.int32: "I32", torch.int64: "I64", torch.int16: None}


def make(name, module, *runs, dynamic=None):
    """Exports for the inputs of the first run, and writes down what PyTorch answers to each run."""
    module = (module if isinstance(module, nn.Module) else as_module(module)).eval()
    case.save(case.export(copy.deepcopy(module), runs[0], dynamic=dynamic), HERE / f"{name}.pt2")
    loaded = torch.export.load(str(HERE / f"{name}.pt2")).module()
    written = []
    for inputs in runs:
        with torch.no_grad():
            outputs = case.tensors(copy.deepcopy(module(*copy.deepcopy(inputs))))
            for actual, right in zip(case.tensors(loaded(*copy.deepcopy(inputs))), outputs, strict=True):
                torch.testing.assert_close(actual, right, rtol=0, atol=0)
        inputs = [torch.tensor(t) if isinstance(t, int) else t for t in inputs]
        written.append({"inputs": [tensor(t) for t in inputs], "outputs": [tensor(t) for t in outputs]})
    lines = ",\n".join(json.dumps(run) for run in written)
    (HERE / f"{name}.json").write_text(f'{{"runs": [\n{lines}\n]}}\n')
    print(name)


def without_places(data):
    """Without the lines of Python that it comes from, which lie on this machine."""
    result = io.BytesIO()
    with zipfile.ZipFile(data) as old, zipfile.ZipFile(result, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                new.writestr(entry, old.read(entry))
    result.seek(0)
    return result


def script(name, module, *runs):
    """The same as TorchScript, which is made for no inputs of any shape: runs may have others each."""
    module = torch.jit.script(module.eval())
    data = io.BytesIO()
    torch.jit.save(module, data)
    data = without_places(data)
    (HERE / f"{name}.pt").write_bytes(data.getvalue())
    loaded = torch.jit.load(data)
    written = []
    for inputs in runs:
        with torch.no_grad():
            written.append({"inputs": [tensor(t) for t in inputs], "outputs": [tensor(t) for t in case.tensors(loaded(*copy.deepcopy(inputs)))]})
    lines = ",\n".join(json.dumps(run) for run in written)
    (HERE / f"{name}.json").write_text(f'{{"runs": [\n{lines}\n]}}\n')
    print(name)


def tensor(t):
    data = t.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    return {"dimensions": list(t.shape) or [1], "type": TYPES[t.dtype], "data": base64.b64encode(data).decode()}


def make_random(name, module, *inputs):
    """Exports a module whose outputs are others in each run."""
    case.save(case.export(module, inputs), HERE / f"{name}.pt2")
    print(name)


class Scripted(nn.Module):
    """Two inputs that are no alike, of any rows."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 4)

    def forward(self, a: torch.Tensor, ids: torch.Tensor):
        y = self.layer(a)
        return y.softmax(-1), y[ids]


class ScriptedState(nn.Module):
    """What it was given before is added."""

    def __init__(self):
        super().__init__()
        self.register_buffer("sum", torch.zeros(3))

    def forward(self, x: torch.Tensor):
        self.sum += x.sum(0)
        return self.sum * 2


class Classifier(nn.Module):
    """A picture's ten probabilities."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Linear(4 * 4 * 4, 10)

    def forward(self, picture):
        features = F.max_pool2d(self.convolution(picture).relu(), 2)
        return self.head(features.flatten(1)).softmax(-1)


class Counter(nn.Module):
    """Keeps the sum of all it was ever given."""

    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(3))

    def forward(self, step):
        self.total.add_(step)
        return {"total": self.total * 1}


class Echo(nn.Module):
    """Gives back what it was given, what it has, and what it changes: outputs that are no memory of their own."""

    def __init__(self):
        super().__init__()
        self.register_buffer("own", rand(3))
        self.register_buffer("last", torch.zeros(3))

    def forward(self, x):
        self.last.copy_(x + 1)
        return {"same": x, "own": self.own, "last": self.last, "more": x + 1}


class Lookup(nn.Module):
    """PyTorch raises an error where an index is beyond the table."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(10, 4)

    def forward(self, index):
        return self.table(index)


class Table(nn.Module):
    """So many rows as it is told, of which each depends on the other input's row."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 3)

    def forward(self, rows, weights):
        return {"rows": self.layer(rows) * weights.unsqueeze(-1), "sum": (rows.sum(-1) * weights)}


def pair(left, right):
    return {"difference": left - right, "product": left * right}


def types(half, single, double, byte, signed, integer, long, flag):
    """What is exact in every type, so that the bytes are compared."""
    return {
        "half": half * 2, "single": single * 2, "double": double * 2, "byte": byte + 1, "signed": -signed, "integer": integer * 2,
        "long": long * 2, "flag": ~flag}


def quotient(left, right):
    """PyTorch raises an error where a divisor is 0."""
    return torch.div(left, right, rounding_mode="trunc")


def scaled(values, factor):
    return {"values": values * factor, "sum": (values * factor).sum()}


def windows(picture):
    """Two outputs, of which one sums down each column and one takes the mean."""
    return {"sums": F.conv2d(picture, torch.ones(1, 1, 4, 1)), "means": F.avg_pool2d(picture, (4, 1))}


def found(values, counts):
    """Outputs whose sizes only the data tell: of one nothing says how large it may be."""
    return {"repeated": values.repeat_interleave(counts), "places": torch.nonzero(values > 0), "sum": values.sum()}


class Loops(nn.Module):
    """A loop in a branch in a loop, around steps before and after it. Below zero `last` is never reached."""

    def __init__(self):
        super().__init__()
        self.register_buffer("runs", torch.zeros(1))

    def forward(self, values, last):
        self.runs.add_(1)

        def count(row, last):
            halved = row / 2
            _, counted = torch.while_loop(lambda n, row: (n != last).any(), lambda n, row: ((n + 1) % 100_000, row * 0.999 + 0.001), (torch.zeros_like(last), halved))
            return counted.sin()

        def turn(total, row):
            counted = torch.cond(row.sum() > 0, count, lambda row, last: row - 1, (row, last))
            return total * 0.5 + counted, counted * 2

        total, rows = scan(turn, torch.zeros(3), values)
        return {"total": total, "rows": rows, "runs": self.runs + 0}


def growing(values, last):
    """A loop whose turns want memory that nothing bounds. Below zero `last` is never reached."""
    def turn(n, total):
        return (n + 1) % 1_000_000, total * 0.5 + values.repeat_interleave(n % 300).sum()

    return torch.while_loop(lambda n, total: (n != last).any(), turn, (torch.zeros_like(last), torch.zeros(())))[1]


class Drawn(nn.Module):
    """Random numbers of all kinds, in a loop too. Of these there are no numbers of PyTorch's to compare with: its generator is another."""

    def forward(self, weights):
        def turn(n, steps):
            return n + 1, steps + torch.randint(0, 1000, (4,))

        _, walk = torch.while_loop(lambda n, steps: n < 5, turn, (torch.tensor(0), torch.zeros(4, dtype=torch.int64)))
        return {
            "uniform": torch.rand(70, 1001), "normal": torch.randn(4099), "whole": torch.randint(-5, 6, (3001,)), "order": torch.randperm(500),
            "chosen": torch.multinomial(weights, 9, replacement=True), "kept": F.dropout(torch.ones(33, 65), 0.25, training=True), "walk": walk}


def square(size):
    return torch.arange(float(size * size)).reshape(1, 1, size, size)


def typed(scale):
    return (
        rand(5, dtype=torch.float16) * scale, rand(5) * scale, rand(5, dtype=torch.float64) * scale, ints(5, low=0, high=255, dtype=torch.uint8),
        ints(5, dtype=torch.int8), ints(5, dtype=torch.int32) * 100_000 * scale, ints(5) * 10_000_000_000 * scale, bools(5))


def rows(count):
    return rand(count, 4), rand(count)


torch.manual_seed(20261123)
count = torch.export.Dim("count", min=1, max=4096)
make("classifier", Classifier(), (rand(1, 3, 8, 8),), (rand(1, 3, 8, 8),))
make("pair", pair, (rand(2, 3), rand(3)), (rand(2, 3), rand(3)))
make("types", types, typed(1), typed(3))
make("brain", lambda brain: {"brain": brain * 2}, (rand(5, dtype=torch.bfloat16),), (rand(5, dtype=torch.bfloat16),))
make("short", lambda integer: {"short": integer.to(torch.int16)}, (ints(5, dtype=torch.int32),))
make("scaled", scaled, (rand(4), rand()), (rand(4), rand()))
make("counter", Counter(), (rand(3),), (rand(3),), (rand(3),))
make("echo", Echo(), (rand(3),), (rand(3),))
make("lookup", Lookup(), (ints(3, low=0),), (ints(3, low=0),))
make("table", Table(), rows(3), rows(7), rows(1), rows(300), rows(3), dynamic={"rows": {0: count}, "weights": {0: count}})
make("quotient", quotient, (ints(4, dtype=torch.int32), ints(4, low=1, dtype=torch.int32)))
make("sum", lambda picture: F.conv2d(picture, torch.ones(1, 1, 5, 5)), (square(5),))
make("max", lambda picture: F.max_pool2d(picture, 5), (square(5),))
make("average", lambda picture: F.avg_pool2d(picture, 5), (square(5),))
make("mult_dimension", lambda picture: F.conv2d(picture, torch.ones(1, 1, 1, 1)), (square(3),))
make("mult_outputs", windows, (square(4),))
make("found", found, *[(rand(5), torch.tensor(counts)) for counts in ([2, 0, 1, 4, 3], [900, 7000, 2, 60, 1], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5])])
rows = torch.tensor([[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0], [0.5, -0.25, 0.125], [3.0, -1.0, 2.0]])
make("loops", Loops(), *[(rows * scale, torch.tensor([last])) for scale, last in ((1, 5), (-1, 20_000), (2, 0))])
make("counted", lambda x, count: {"counted": torch.arange(count) + x[:1], "sum": (x * count).sum()}, *[(rand(3), count) for count in (4, 7, 2, 3000, 4)],
     dynamic=(None, torch.export.Dim.DYNAMIC))
make("growing", growing, *[(rand(3), torch.full((3,), last)) for last in (5, 700, 0)])
make_random("random", Drawn(), torch.arange(1.0, 12.0))
case.seed("scripted")
script("scripted", Scripted(), (rand(2, 5), ints(3, low=0, high=2)), (rand(7, 5), ints(1, low=0, high=7)), (rand(2, 5), ints(3, low=0, high=2)))
script("scripted-state", ScriptedState(), (rand(2, 3),), (rand(2, 3),), (rand(4, 3),))
