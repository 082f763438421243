"""In-place operators: on values, on views of them, on inputs, and on buffers that keep state between runs."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand

x, y = rand(3, 5, 7), rand(3, 5, 7)


def inplace(function):
    """The function changes a copy; the copy is the output."""

    def forward(x, *others):
        result = x.clone()
        function(result, *others)
        return result

    return forward


def pointwise(x, y):
    a, b, c, d, e = (x * 1 for _ in range(5))
    a.add_(y).mul_(2).sub_(0.5).div_(y.abs() + 1)
    b.relu_().neg_().exp_().clamp_(0.2, 0.8)
    c.sigmoid_().pow_(2).sqrt_().log_()
    d.masked_fill_(y > 0, -3.0).abs_().round_()
    e.copy_(y[0]).tanh_().floor_().fill_diagonal_(9) if e.dim() == 2 else e.copy_(y[0]).tanh_().lerp_(y, 0.25)
    return a, b, c, d, e


case("inplace-pointwise", pointwise, x, y, core=True)
case("inplace-operators", inplace(lambda x, y: (x.__iadd__(y), x.__imul__(2), x.__isub__(y), x.__itruediv__(3), x.__ipow__(2))),
    x, y)
case("inplace-slice", inplace(lambda x: x[:, 1:3].add_(1)), x, core=True)
case("inplace-slice-assign", inplace(lambda x, y: (x.__setitem__((slice(None), slice(1, 3)), y[:, :2]),
    x.__setitem__((0, ..., slice(None, None, 2)), -1.0))), x, y, core=True)
case("inplace-select", inplace(lambda x: (x[1].mul_(3), x[:, 2, 4].zero_(), x.select(-1, -1).fill_(7))), x)
case("inplace-view", inplace(lambda x: x.view(-1).mul_(2)), x)
case("inplace-view-of-view", inplace(lambda x: x.view(15, 7)[3:9].t()[2].unsqueeze(0).add_(100)), x)
case("inplace-transpose", inplace(lambda x, y: x.transpose(0, 2).add_(y.permute(2, 1, 0)[:, :1])), x, y)
case("inplace-diagonal", inplace(lambda x: (x[0].diagonal().fill_(5), x.diagonal(1, 1, 2).mul_(-1))), x)
case("inplace-squeeze", inplace(lambda x: x[:, :1].squeeze(1).sub_(10)), x)
case("inplace-unbind", inplace(lambda x: [part.add_(i) for i, part in enumerate(x.unbind(1))]), x)
case("inplace-chunk", inplace(lambda x: [part.mul_(i + 1) for i, part in enumerate(x.chunk(3, 2))]), x)
case("inplace-expanded-read", inplace(lambda x, y: x.add_(y[:1, :1].expand(3, 5, 7))), x, y)
case("inplace-self-overlap", inplace(lambda x: x[:, 1:].add_(x[:, :-1].clone())), x)
case("inplace-indices", inplace(lambda x, i, s: (x.index_copy_(0, torch.tensor([2, 0]), s), x.index_add_(1, i, x[:, :4] * 0.5),
    x.index_fill_(2, torch.tensor([6]), 1))), x, torch.tensor([4, 0, 0, 2]), rand(2, 5, 7))
case("inplace-index-put", inplace(lambda x, i, s: (x.__setitem__(i, s), x.__setitem__((slice(None), i), 0.5),
    x.index_put_((i,), s, accumulate=True))), x, torch.tensor([2, 0]), rand(2, 5, 7), core=True)
case("inplace-index-mask", inplace(lambda x, mask: x.__setitem__(mask, -1.0)), x, bools(3, 5))
case("inplace-masked-fill-view", inplace(lambda x, mask: x[:, :3].masked_fill_(mask, float("-inf"))), x, bools(3, 3, 7))
case("inplace-scatter", inplace(lambda x, i: (x.scatter_(1, i, 2.0), x.scatter_add_(0, i % 3, x * 0.1))), x,
    ints(3, 2, 7, low=0, high=5))
case("inplace-fill", inplace(lambda x: (x[0].zero_(), x[1].fill_(2.5), x[2, :, 1:].copy_(torch.arange(6)))), x)
case("inplace-int", inplace(lambda n: (n.add_(3), n[0].bitwise_and_(5), n[1:].clamp_(-2, 2), n.floor_divide_(2))), ints(3, 5))
case("inplace-promoted", inplace(lambda x, n: (x.add_(n), x.mul_(n > 0), x.copy_(n.double()))), rand(3, 5), ints(3, 5))
case("inplace-out", lambda x, y: torch.add(x, y, out=torch.empty(3, 5, 7)), x, y)
case("inplace-resize-loop", lambda x: accumulate(x), rand(2, 5, 3))
case("inplace-build", lambda x: build(x), rand(2, 5))
case("view-before-change", lambda x: view_before(x), rand(4, 6))
case("view-after-change", lambda x: view_after(x), rand(4, 6))
case("input-changed", lambda x, y: {"sum": x.add_(y), "y": y * 2}, x, y, core=True)
case("input-changed-through-view", lambda x, cache: {"old": (cache * 1), "new": cache[:, 1:3].copy_(x).sum()}, rand(3, 2),
    rand(3, 5))


def accumulate(x):
    total, rows = torch.zeros(2, 3), []
    for step in range(x.shape[1]):
        total += x[:, step]
        total *= 0.9
        rows.append(total.clone())
    return torch.stack(rows, 1), total


def build(x):
    out = x.new_zeros(2, 5, 5)
    for i in range(5):
        out[:, i, : i + 1] = x[:, : i + 1] * (i + 1)
        out[:, i].cumsum_(-1)
    return out


def view_before(x):
    base = x * 1
    row, column = base[1], base[:, 2]
    base.add_(10)
    row.mul_(2)
    return {"base": base, "row": row, "column": column, "sum": row.sum() + column.sum()}


def view_after(x):
    base = x * 1
    kept = base.clone()
    view = base.view(6, 4)
    view[2:4] = 0
    flat = base.reshape(-1)
    flat[0] = 99
    return {"base": base, "kept": kept, "view": view, "flat": flat}


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x):
        self.count += 1
        return {"scaled": x * self.count, "count": self.count.clone()}


class RunningMean(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.zeros(5))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x):
        self.seen.add_(1)
        self.mean.lerp_(x.mean(0), 1 / self.seen)
        return x - self.mean


class Cache(nn.Module):
    """Keys and values of the steps so far, written at the position that is an input."""

    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(6, 18)
        self.register_buffer("keys", torch.zeros(8, 6))
        self.register_buffer("values", torch.zeros(8, 6))

    def forward(self, x, position):
        q, k, v = self.qkv(x).chunk(3, -1)
        self.keys.index_copy_(0, position, k)
        self.values.index_copy_(0, position, v)
        mask = torch.arange(8) <= position
        scores = (q @ self.keys.T / 6**0.5).masked_fill(~mask, float("-inf"))
        return scores.softmax(-1) @ self.values


class Shift(nn.Module):
    """A window over the last samples, as streaming models keep it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 3, 5)
        self.register_buffer("context", torch.zeros(1, 2, 4))

    def forward(self, chunk):
        window = torch.cat((self.context, chunk), -1)
        self.context.copy_(window[..., -4:])
        return self.conv(window)


class Recurrent(nn.Module):
    """An LSTM cell with its state in two buffers, one of them replaced by assignment."""

    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(3, 5)
        self.register_buffer("h", torch.zeros(1, 5))
        self.register_buffer("c", torch.full((1, 5), 0.1))

    def forward(self, x):
        h, c = self.cell(x, (self.h, self.c))
        self.h = h
        self.c.copy_(c)
        return h


class Slots(nn.Module):
    """Writes through a view of a buffer, and reads the whole."""

    def __init__(self):
        super().__init__()
        self.register_buffer("memory", rand(4, 5))

    def forward(self, x):
        old = self.memory.sum(0)
        self.memory[1:3] += x
        self.memory[0].zero_()
        return old, self.memory * 2


class TrainingNorm(nn.Module):
    """A batch norm left in training mode: it normalises by the batch and updates its statistics."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(5)

    def forward(self, x):
        self.norm.train()
        return self.norm(x)


class Remembering(nn.Module):
    """A cache that belongs to no module, as transformers' StaticCache: what export finds is a constant that is written to."""

    class Layer:
        def __init__(self):
            self.keys, self.length = torch.zeros(4, 5), torch.zeros(1, dtype=torch.int64)

    def __init__(self):
        super().__init__()
        self.layer = self.Layer()

    def forward(self, x):
        self.layer.keys.index_copy_(0, self.layer.length % 4, x)
        self.layer.length.add_(1)
        return self.layer.keys.sum(0), self.layer.length * 2


case("state-counter", Counter(), rand(3), calls=[(rand(3),) for _ in range(4)], core=True)
case("state-running-mean", RunningMean(), rand(4, 5), calls=[(rand(4, 5),) for _ in range(4)])
case("state-lifted", Remembering(), rand(1, 5), calls=[(rand(1, 5),) for _ in range(6)])
case("state-cache", Cache(), rand(1, 6), torch.tensor([0]), calls=[(rand(1, 6), torch.tensor([i])) for i in range(6)], core=True)
case("state-shift", Shift(), rand(1, 2, 7), calls=[(rand(1, 2, 7),) for _ in range(4)])
case("state-recurrent", Recurrent(), rand(1, 3), calls=[(rand(1, 3),) for _ in range(5)], core=True)
case("state-slots", Slots(), rand(2, 5), calls=[(rand(2, 5),) for _ in range(3)], core=True)
case("state-training-norm", TrainingNorm(), rand(4, 5), core=True, calls=[(rand(4, 5),) for _ in range(3)])
