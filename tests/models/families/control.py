"""Branches and loops that export keeps, and sizes that only the data tell."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand

x = rand(3, 5)


class Branch(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(5, 4), nn.Linear(5, 4)

    def forward(self, x):
        return torch.cond(x.sum() > 0, lambda x: self.a(x), lambda x: self.b(x).relu(), (x,))


for name, data in (("taken", x.abs()), ("not-taken", -x.abs())):
    case(f"cond-{name}", Branch(), data)
case("cond-shape-dynamic", lambda x: torch.cond(x.shape[0] > 4, lambda x: x.cos(), lambda x: x.sin(), (x,)), rand(3, 5),
     dynamic=({0: torch.export.Dim("batch", min=1, max=9)},), tests=[(rand(7, 5),), (rand(2, 5),)])
case("while-loop", lambda n, x: torch.while_loop(lambda n, x: n > 0, lambda n, x: (n - 1, x * 1.5 + n), (n, x)), torch.tensor(4),
    x)
case("data-nonzero", lambda x: {"nonzero": x.nonzero(), "argwhere": torch.argwhere(x > 1)}, x.round())
case("data-mask", lambda x, mask: {"selected": x[mask], "masked_select": x.masked_select(mask), "rows": x[mask.any(1)]}, x,
    bools(3, 5))
case("data-unique", lambda n: torch.unique(n), ints(11, low=0, high=5))
case("data-item", lambda x, n: x * n.item(), x, torch.tensor(3))
