"""What PyTorch raises an error for while a model runs: indices out of range, integers divided by zero. After each the model still works."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand


def one_at_a_time(good, **bad):
    """Calls that differ from the good one in one argument: each of those given for it."""
    names = list(good)
    return [tuple(value if other == name else good[other] for other in names) for name in bad for value in bad[name]]


def indices(*numbers, shape=None, dtype=torch.int64):
    return torch.tensor(numbers, dtype=dtype).reshape(shape or [len(numbers)])


def fault(name, function, good, bad, **options):
    case(name, function, *good.values(), raises=one_at_a_time(good, **bad), **options)


# Long enough for several vectors and a rest, with what is wrong in different lanes.
ids = ints(2, 11, low=0, high=9)


def with_one(values, place, number):
    changed = values.clone()
    changed.view(-1)[place] = number
    return changed


table = rand(9, 5)
x = rand(5, 7, 3)
middle = indices(4, 0, 3)
fault("fault-read", lambda a, b, c, d, e, f, g, h: {
    "embedding": F.embedding(a, table), "index": x[b], "pair": x[c, c + 1], "select": x.index_select(1, d),
    "gather": x.gather(1, e), "take": x.take(f), "flat": torch.take_along_dim(x, g), "one_hot": F.one_hot(h, 6)},
    {"a": ids, "b": indices(-5, 4), "c": indices(0, 4), "d": middle, "e": indices(6, 0, shape=[1, 1, 2]), "f": indices(-105, 104),
     "g": indices(0, 104), "h": indices(0, 5, 3)},
    {"a": [with_one(ids, place, number) for place, number in ((0, 9), (3, -1), (13, 9), (21, 2**40), (20, -(2**63)))],
     "b": [indices(-6, 0), indices(0, 5)], "c": [indices(-6, 0), indices(0, 6), indices(5, 0)],
     "d": [indices(0, 7, 1), indices(0, 1, -1)], "e": [indices(7, 0, shape=[1, 1, 2]), indices(0, -1, shape=[1, 1, 2])],
     "f": [indices(105, 0), indices(0, -106)], "g": [indices(-1, 0), indices(105, 0)], "h": [indices(0, 6, 1), indices(-1, 0, 0)]})

fault("fault-int32", lambda a, b: {"embedding": F.embedding(a, table), "index": x[b]}, {"a": ids.int(), "b": middle.int()},
    {"a": [with_one(ids.int(), 5, 9), with_one(ids.int(), 21, -1)], "b": [indices(5, 0, 0, dtype=torch.int32), indices(0, 0, -6, dtype=torch.int32)]})

z = torch.zeros(5, 3)
fault("fault-write", lambda a, b, c, d, e, f, g, h, i: {
    "scatter": z.scatter(0, a, 2.5), "add": z.scatter_add(0, b, torch.ones(2, 3)), "reduce": z.scatter_reduce(1, c, torch.ones(1, 2), "amax"),
    "index_add": z.index_add(0, d, torch.ones(2, 3)), "copy": z.index_copy(0, e, torch.ones(2, 3)), "fill": z.index_fill(1, f, 1.5),
    "put": z.index_put((g,), torch.tensor(2.0)), "flat": z.put(h, torch.ones(2)), "index_reduce": z.index_reduce(0, i, torch.ones(2, 3), "prod")},
    {"a": indices(4, 0, shape=[2, 1]), "b": indices(4, 0, 1, 1, 2, 3, shape=[2, 3]), "c": indices(2, 0, shape=[1, 2]), "d": indices(4, 0),
     "e": indices(4, 0), "f": indices(-3, 2), "g": indices(-5, 4), "h": indices(-15, 14), "i": indices(0, 4)},
    {"a": [indices(5, 0, shape=[2, 1]), indices(0, -1, shape=[2, 1])], "b": [indices(0, 0, 0, 0, 0, 5, shape=[2, 3])],
     "c": [indices(0, 3, shape=[1, 2]), indices(-1, 0, shape=[1, 2])], "d": [indices(5, 0), indices(0, -1)], "e": [indices(5, 0), indices(0, -1)],
     "f": [indices(3, 0), indices(0, -4)], "g": [indices(5, 0), indices(0, -6)], "h": [indices(15, 0), indices(0, -16)],
     "i": [indices(5, 0), indices(0, -1)]})

fault("fault-bag", lambda a, b, c, d: {
    "sum": F.embedding_bag(a, table, b, mode="sum"), "max": F.embedding_bag(c, table, mode="max"),
    "last": F.embedding_bag(indices(1, 8, 3), table, d, include_last_offset=True)},
    {"a": indices(1, 8, 0, 4), "b": indices(0, 1, 3), "c": ids, "d": indices(0, 2, 2)},
    {"a": [indices(1, 9, 0, 0), indices(1, 0, 0, -1)], "b": [indices(1, 2, 3), indices(0, 1, 5), indices(0, 3, 1)], "c": [with_one(ids, 12, 9)],
     "d": [indices(0, 2, 4)]})

logits = rand(3, 5)
fault("fault-loss", lambda a, b, c, d, e: {
    "nll": F.nll_loss(logits, a), "ignored": F.nll_loss(logits, b, ignore_index=-1, reduction="none"), "one": F.cross_entropy(logits[0], c),
    "smooth": F.cross_entropy(logits, d, label_smoothing=0.1), "margin": F.multi_margin_loss(logits, e)},
    {"a": indices(0, -100, 4), "b": indices(0, -1, 4), "c": torch.tensor(4), "d": indices(0, 4, 1), "e": indices(0, 4, 1)},
    {"a": [indices(0, 5, 1), indices(0, 0, -1)], "b": [indices(0, -2, 1), indices(-100, 0, 0)], "c": [torch.tensor(5)], "d": [indices(0, 0, 5)],
     "e": [indices(0, 5, 0), indices(-1, 0, 0)]})

pooled = rand(1, 2, 2, 2)
mask = bools(3, 4)
hits = int(mask.sum())
fault("fault-other", lambda a, b, c, d, e: {
    "unpool": F.max_unpool2d(pooled, a, 2), "masked": torch.zeros(3, 4).masked_scatter(b, torch.arange(float(hits))),
    "put": torch.zeros(3, 4).index_put((c,), torch.arange(float(hits))), "sorted": torch.searchsorted(table[:, 0].sort().values, table[0, :2], sorter=d),
    "repeats": torch.repeat_interleave(x, e, dim=0, output_size=6)},
    {"a": ints(1, 2, 2, 2, low=0, high=16), "b": mask, "c": mask.clone(), "d": torch.arange(9), "e": indices(1, 1, 2, 0, 2)},
    {"a": [torch.full((1, 2, 2, 2), 16), torch.full((1, 2, 2, 2), -1)], "b": [torch.ones(3, 4, dtype=torch.bool)],
     "c": [torch.ones(3, 4, dtype=torch.bool), torch.zeros(3, 4, dtype=torch.bool)], "d": [with_one(torch.arange(9), 8, 9)],
     "e": [indices(1, 1, 2, 0, 1), indices(1, 1, 2, 0, 3), indices(1, 1, -1, 3, 2)]})

n, m = ints(3, 7), ints(3, 7, low=1)
fault("fault-division", lambda a, b, c, d, e, f, s, u: {
    "floor": n // a, "remainder": n % b[0], "reversed": 7 % b, "fmod": torch.fmod(n, c), "trunc": torch.div(n, d, rounding_mode="trunc"),
    "div_floor": torch.div(n, e, rounding_mode="floor"), "in_place": n.clone().floor_divide_(f), "scalar": n // s, "bytes": (n.byte() // u),
    "float": n / c, "float_floor": n.float() // c},
    {name: m.clone() for name in "abcdef"} | {"s": torch.tensor(3), "u": m.byte()},
    {name: [with_one(m, place, 0)] for place, name in enumerate("abcdef")} | {"s": [torch.tensor(0)], "u": [with_one(m.byte(), 20, 0)]})

# The index is computed, the branch is not taken, or nothing is read: only what PyTorch looks at counts.
fault("fault-where", lambda i, flag, k: {
    "both": torch.where(i < 9, F.embedding(i, table)[:, 0], 0.0), "slice": F.embedding(i + k, table)[:2], "padded": F.pad(F.embedding(i, table), (1, 1, 2, 0)),
    "cond": torch.cond(flag, lambda i: F.embedding(i, table).sum(0), lambda i: table[0] + i.sum(), (i % 9 + k * 9,)),
    "clamped": F.embedding((i + k).clamp(0, 8), table), "nothing": table[i[:0] + 100],
    "found": F.embedding((i + k).float().argsort(), table), "modulo": table[(i * 7 + k) % 9]},
    {"i": indices(0, 1, 2, 8, 4), "flag": torch.tensor(True), "k": torch.tensor(0)},
    {"i": [indices(0, 1, 2, 9, 4), indices(-1, 1, 2, 0, 4)], "k": [torch.tensor(1)]})
case("fault-not-taken", lambda i, flag: torch.cond(flag, lambda i: F.embedding(i, table).sum(0), lambda i: table[0] + i.sum(), (i,)),
    indices(0, 100, -3), torch.tensor(False))


class Positions(nn.Module):
    """Learned positions of a sequence that may be longer than their table, and a state that an error leaves alone."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(11, 4), nn.Embedding(16, 4)
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, ids, start):
        embedded = self.words(ids) + self.places(start + torch.arange(ids.shape[1]))
        self.seen += 1
        return embedded, self.seen


fault("fault-positions", Positions(), {"ids": ints(2, 5, low=0, high=11), "start": torch.tensor(11)},
    {"start": [torch.tensor(12), torch.tensor(-1)], "ids": [with_one(ints(2, 5, low=0, high=11), 7, 11)]})
fault("fault-item", lambda k: x[k.item()], {"k": torch.tensor(-5)}, {"k": [torch.tensor(5), torch.tensor(-6)]})
fault("fault-dynamic", lambda ids, rows: {"embedding": F.embedding(ids, table).sum(1), "rows": rows[ids.reshape(-1)[:3]], "div": rows.long()[:2] // ids[:2, :1]},
    {"ids": ints(3, 7, low=1, high=5), "rows": rand(6, 2)},
    {"ids": [with_one(ints(3, 7, low=1, high=5), 20, 9), with_one(ints(3, 7, low=1, high=5), 2, 6), with_one(ints(3, 7, low=1, high=5), 0, 0)]},
    dynamic={"ids": {0: torch.export.Dim("batch", min=2, max=50), 1: torch.export.Dim("length", min=3, max=64)}, "rows": {0: torch.export.Dim("count", min=2, max=30)}})


def asserting(x, k, mask, flag):
    """What the model's author says must hold of values: of an integer, a float, a tensor, and inside a branch that is taken."""
    count, total = k.item(), x.sum().item()
    torch._check(count >= 2)
    torch._check(count <= 5, lambda: f"at most five, not {count}")
    torch._check(total > 0, lambda: "the sum is positive")
    torch._assert_async(mask.any(), "nothing is left of the mask")
    return x * count + mask, torch.cond(flag, lambda x: x + 1, lambda x: x - 1, (x,))


positive = rand(3, 7, low=0.1)
fault("fault-assert", asserting, {"x": positive, "k": torch.tensor(3), "mask": bools(3, 7), "flag": torch.tensor(True)},
    {"x": [-positive, torch.zeros(3, 7)], "k": [torch.tensor(1), torch.tensor(6), torch.tensor(-3)], "mask": [torch.zeros(3, 7, dtype=torch.bool)]})
