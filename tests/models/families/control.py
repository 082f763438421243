"""Branches and loops that export keeps, and sizes that only the data tell."""

import torch
import torch.nn.functional as F
from torch import nn
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.hints_wrap import hints_wrapper
from torch._higher_order_ops.map import map as map_over
from torch._higher_order_ops.scan import scan
from torch._higher_order_ops.strict_mode import strict_mode

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


class Loops(nn.Module):
    """What each construct closes over: parameters, a buffer, and what the model computed before."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 5)
        self.register_buffer("shift", torch.arange(5.0))


class WhileModule(Loops):
    def forward(self, n, x):
        scale = x.abs().mean()
        return torch.while_loop(lambda n, x, y: (n > 0) & (x.sum() < 1e3), lambda n, x, y: (n - 1, self.inner(x).relu() + self.shift * scale, x.clone()),
            (n, x, x * 2))


class Scanned(Loops):
    def forward(self, h, xs):
        def turn(h, x):
            following = torch.tanh(self.inner(h) + x + self.shift)
            return following, {"old": h.clone(), "sum": following.sum() * 2}

        return scan(turn, h, xs)


class Mapped(Loops):
    def forward(self, xs, y):
        return map_over(lambda x, y: self.inner(x).softmax(-1) * y + self.shift, xs, y)


class Nested(Loops):
    """A branch in a branch, a loop in a branch, and a branch and a loop in a loop."""

    def forward(self, n, x):
        def choose(x):
            return torch.cond(x.amax() > 1, lambda x: x.cos(), lambda x: self.inner(x), (x,))

        def turn(n, x):
            m, y = torch.while_loop(lambda m, y: m > 0, lambda m, y: (m - 1, y + self.shift), (n.clone(), choose(x)))
            return n - 1, y + m

        y = torch.cond(x.sum() > 0, lambda x: scan(lambda c, r: (c + r, c * r), x[0], x)[1], choose, (x,))
        return torch.while_loop(lambda n, x: n > 0, turn, (n, y))


class Counting(Loops):
    """A branch gives what a buffer becomes."""

    def forward(self, x):
        self.shift.copy_(torch.cond(x.sum() > 0, lambda x: self.shift + self.inner(x).sum(0), lambda x: self.shift - 1, (x,)))
        return x + self.shift


case("while-module", WhileModule(), torch.tensor(3), x)
case("while-module-dynamic", WhileModule(), torch.tensor(3), x, dynamic=(None, {0: torch.export.Dim("rows", min=1, max=9)}),
     tests=[(torch.tensor(4), rand(7, 5)), (torch.tensor(0), rand(2, 5))])
case("while-swap", lambda n, a, b: torch.while_loop(lambda n, a, b: n > 0, lambda n, a, b: (n - 1, b.clone(), a + 1), (n, a, b)),
     torch.tensor(3), x, -x)
case("scan-module", Scanned(), rand(5), rand(7, 5))
case("scan-module-dynamic", Scanned(), rand(5), rand(7, 5), dynamic=(None, {0: torch.export.Dim("length", min=1, max=30)}),
     tests=[(rand(5), rand(23, 5)), (rand(5), rand(1, 5))])
case("scan-reverse", lambda h, xs: scan(lambda c, x: (c * 0.5 + x[0], (c.sum(), x[1] + c)), h, (xs, xs * 2), dim=1, reverse=True),
     rand(5), rand(5, 6))
case("map-module", Mapped(), rand(3, 4, 5), rand(5))
case("map-module-dynamic", Mapped(), rand(3, 4, 5), rand(5), dynamic=({0: torch.export.Dim("count", min=1, max=9)}, None),
     tests=[(rand(8, 4, 5), rand(5))])
case("associative-scan", lambda a, b: associative_scan(lambda l, r: (l[0] * r[0], r[0] * l[1] + r[1]), (a, b), dim=1, combine_mode="generic"),
     rand(3, 7), rand(3, 7))
for name, data in (("up", x.abs()), ("down", -x.abs())):
    case(f"control-nested-{name}", Nested(), torch.tensor(3), data)
case("cond-state", Counting(), x, calls=[(x,), (-x.abs(),), (x.abs(),), (x,)])
case("cond-division", lambda p, a, n: torch.cond(p.any(), lambda a, n: a // n, lambda a, n: a + n, (a, n)), torch.tensor([False]),
     torch.tensor([7, 8]), torch.tensor([0, 0]), raises=[(torch.tensor([True]), torch.tensor([7, 8]), torch.tensor([0, 2]))])
case("data-nonzero", lambda x: {"nonzero": x.nonzero(), "argwhere": torch.argwhere(x > 1)}, x.round())
case("data-mask", lambda x, mask: {"selected": x[mask], "masked_select": x.masked_select(mask), "rows": x[mask.any(1)]}, x,
    bools(3, 5))
case("data-unique", lambda n: torch.unique(n), ints(11, low=0, high=5))
case("data-item", lambda x, n: x * n.item(), x, torch.tensor(3))


class Hinted(Loops):
    """Subgraphs that run as they are, under some note for compilers."""

    def forward(self, x, y):
        def body(x, y):
            return self.inner(x).relu() + y

        return hints_wrapper(body, (x, y), {}, hints={"here": True}) * 2


class Strict(Loops):
    def forward(self, x):
        return strict_mode(lambda x: (self.inner(x).cos() + self.shift, x - 1), (x,))


class Checkpointed(Loops):
    def forward(self, x):
        return torch.utils.checkpoint.checkpoint(lambda x: self.inner(x).relu(), x, use_reentrant=False) + 1


case("wrapped-hints", Hinted(), x, rand(5), strict=True)
case("wrapped-strict", Strict(), x)
case("wrapped-checkpoint", Checkpointed(), x)
