"""How weights may lie in an archive: shared, as views, in every dtype, as constants, empty, nested deep."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, ints, rand


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(13, 5), nn.Linear(5, 13, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids):
        return self.head(self.embedding(ids))


class Twice(nn.Module):
    """One layer used twice, and known under two names."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 5)
        self.again = self.layer

    def forward(self, x):
        return self.again(torch.relu(self.layer(x)))


class Views(nn.Module):
    """Parameters that are parts of one storage: a slice with an offset, a transposed one, a strided one, an expanded one."""

    def __init__(self):
        super().__init__()
        storage = rand(12, 10)
        self.whole = nn.Parameter(storage)
        self.part = nn.Parameter(storage[2:7, 1:6])
        self.transposed = nn.Parameter(storage[:5, 5:].t())
        self.register_buffer("strided", storage[::3, ::2])
        self.register_buffer("row", rand(1, 5).expand(4, 5))
        self.register_buffer("vector", storage.view(-1)[17:22])

    def forward(self, x):
        return {
            "part": F.linear(x, self.part, self.vector), "transposed": x @ self.transposed, "strided": x @ self.strided.T,
            "row": x @ self.row.T, "whole": x @ self.whole[:5]}


class Alone(nn.Module):
    """A view whose base is not in the archive."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(rand(9, 8).t()[1:6, 2:7])
        self.register_buffer("tail", rand(40)[31:36])

    def forward(self, x):
        return x @ self.weight + self.tail


class Dtypes(nn.Module):
    def __init__(self):
        super().__init__()
        for dtype in ("float64", "float16", "bfloat16"):
            self.register_buffer(f"as_{dtype}", rand(5, dtype=getattr(torch, dtype)))
        for dtype in ("int64", "int32", "int16", "int8"):
            self.register_buffer(f"as_{dtype}", ints(5, dtype=getattr(torch, dtype)))
        self.register_buffer("as_uint8", ints(5, low=0, high=256, dtype=torch.uint8))
        self.register_buffer("as_bool", torch.tensor([True, False, True, True, False]))
        self.register_buffer("scalar", torch.tensor(2.5))
        self.register_buffer("empty", torch.zeros(0, 5))

    def forward(self, x):
        return {name: x * buffer for name, buffer in self.named_buffers() if name != "empty"} | {"empty": torch.cat((self.empty,
            x))}


class Constants(nn.Module):
    """Tensors that are attributes and closures, not parameters: lifted constants."""

    def __init__(self):
        super().__init__()
        self.scale = rand(5)
        self.shifts = [rand(5), rand(1)]
        self.register_buffer("temporary", rand(5), persistent=False)

    def forward(self, x):
        return x * self.scale + self.shifts[0] * self.shifts[1] - self.temporary + torch.tensor([1.0, 2, 3, 4, 5])


class Unused(nn.Module):
    def __init__(self):
        super().__init__()
        self.used, self.unused = nn.Linear(5, 3), nn.Linear(40, 40)

    def forward(self, x):
        return self.used(x)


class Deep(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.inner = Deep(depth - 1) if depth else nn.Linear(5, 5)
        self.blocks = nn.ModuleDict({"first": nn.Linear(5, 5)})
        self.list = nn.ParameterList([rand(5), rand(5)])

    def forward(self, x):
        return self.blocks["first"](self.inner(x)) * self.list[0] + self.list[1]


class Folded(nn.Module):
    """Arithmetic on weights alone: what a compiler folds."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Parameter(rand(7, 3)), nn.Parameter(rand(3, 5))
        self.scale = nn.Parameter(rand(7, 1))

    def forward(self, x):
        weight = (self.a @ self.b) * self.scale.exp() / self.a.norm(dim=1, keepdim=True)
        return F.linear(x, weight - weight.mean())


x = rand(3, 5)
case("weights-tied", Tied(), ints(2, 3, low=0, high=13), core=True)
case("weights-used-twice", Twice(), x)
case("weights-views", Views(), x)
case("weights-view-alone", Alone(), x)
case("weights-dtypes", Dtypes(), x)
case("weights-constants", Constants(), x, core=True)
case("weights-unused", Unused(), x)
case("weights-nested", Deep(3), x)
case("weights-folded", Folded(), x)
case("weights-channels-last", nn.Conv2d(3, 5, 3).to(memory_format=torch.channels_last), rand(1, 3, 6, 7))
