"""Attributes that a run writes, layers within layers, decoders."""

from typing import Dict, List, Optional, Tuple

import torch
from programs.declared import before, both, program, rand
from torch import Tensor, nn


@program(*[rand(3, 4) for _ in range(3)])
class State(nn.Module):
    late: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.n = 0
        self.scale = 1.0
        self.done = False
        self.h = torch.zeros(3, 4)
        self.late = None
        self.sizes = [1, 2]
        self.register_buffer("ring", torch.zeros(5, 3, 4))
        self.register_buffer("at", torch.zeros((), dtype=torch.long))

    @torch.jit.export
    def push(self, x: Tensor) -> Tensor:
        self.ring[self.at] = x
        self.at = (self.at + 1) % 5
        return self.ring.sum(0)

    def forward(self, x: Tensor):
        self.n += 1
        if self.n > 1:
            self.scale = self.scale * 0.5
        self.h = self.h * 0.5 + x
        h = self.h
        h.add_(1)
        late = self.late
        if late is None:
            late = torch.zeros_like(x)
        self.late = late + x
        if x.sum() > 0:
            self.done = not self.done
            self.ring[-1, 0] += 1
        return self.h * self.n, self.scale, self.push(x), self.late, self.done, self.at, int(self.at) * 2


class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.sizes = [1, 2]
        self.register_buffer("rows", torch.zeros(2, 3))

    def forward(self, x: Tensor):
        self.n += 1
        self.sizes[1] += 3
        self.rows[-1] += x[0]
        return self.rows * self.n


@program(*both(4, 3), rand(4, 3) + 1)
class StateInBranch(nn.Module):
    """What is asked for first within a branch was there before it all the same."""

    def __init__(self):
        super().__init__()
        self.counter = Counter()
        self.register_buffer("ring", torch.zeros(2, 4, 3))

    def forward(self, x: Tensor):
        if x.sum() > 0:
            self.ring[-1, 0] += 1
            self.counter(x)
        return self.ring.sum(0) + x, self.counter.rows, self.counter.n + 0 * int(x[0, 0]), self.counter.sizes[1]


@program(*both(3, 4))
class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
        self.names = nn.ModuleDict({"relu": nn.ReLU(inplace=True), "gelu": nn.GELU()})
        self.norm = nn.BatchNorm1d(4)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor):
        for i, layer in enumerate(self.layers):
            x = layer(x) + i
        before = x
        for name, layer in self.names.items():
            x = layer(x)
        if x.sum() > 0.5:
            x = self.norm(x)
        else:
            x = self.drop(x)
        return x, before


@program((rand(1, 6), torch.tensor([1])), (rand(1, 6) * 3, torch.tensor([4])))
class GreedyDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(10, 6)
        self.cell = nn.GRUCell(6, 6)
        self.out = nn.Linear(6, 10)

    def forward(self, h: Tensor, start: Tensor):
        token = start
        tokens = torch.full([1, 9], -1, dtype=torch.long)
        score = torch.zeros(1)
        for i in range(9):
            h = self.cell(self.embed(token), h)
            logp = torch.log_softmax(self.out(h) * 4, -1)
            best, token = logp.max(-1)
            score += best
            tokens[:, i] = token
            if token.item() == 3:
                break
        return tokens, score, h


@program((rand(5, 1, 4), torch.tensor(3)), (rand(5, 1, 4), torch.tensor(6)))
class LstmDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(4, 5, bidirectional=True)
        self.decoder = nn.LSTMCell(5, 10)
        self.back = nn.Linear(10, 5)

    def forward(self, x: Tensor, n: Tensor):
        y, (h, c) = self.encoder(x)
        h = torch.cat([h[0], h[1]], 1)
        c = torch.cat([c[0], c[1]], 1)
        last = y[-1, :, :5]
        steps = torch.zeros(8, 1, 5)
        i = 0
        while i < int(n):
            h, c = self.decoder(last, (h, c))
            last = self.back(h)
            attention = torch.softmax(y[:, 0] @ h[0], 0)
            steps[i] = last + attention[0]
            i += 1
        return steps, h, c


class Levels:
    """What a first run finds out."""

    def __init__(self, least: int, most: int):
        self.least = least
        self.most = most

    def of(self, x: Tensor) -> Tensor:
        return x.floor().clamp(self.least, self.most) - self.least


@torch.jit.script
def levels_of(least: int, most: int) -> Levels:
    return Levels(least, most)


@program(*[rand(3, 4) for _ in range(3)])
class FirstSeen(nn.Module):
    """Lists and objects that are None until a first run makes them, and stay."""

    scales: Optional[list[float]]
    levels: Optional[Levels]
    known: Optional[tuple[int, list[int]]]

    def __init__(self):
        super().__init__()
        self.scales = None
        self.levels = None
        self.known = None

    def forward(self, x: Tensor):
        if self.scales is None or self.levels is None:
            self.scales = [float(x.max()), 2.0 ** float(x.min().round())]
            self.levels = levels_of(int(x.min()), int(x.max()))
        if self.known is None:
            self.known = (x.size(0), [x.size(1), 7])
        scales = self.scales
        levels = self.levels
        known = self.known
        assert scales is not None and levels is not None and known is not None
        return levels.of(x) * scales[1], x * scales[0], torch.ones(known[0], known[1][1])


@program(*[rand(3, 4) for _ in range(3)])
class FirstCounted(nn.Module):
    """The list that a first run makes is written to by each."""

    seen: Optional[list[int]]

    def __init__(self):
        super().__init__()
        self.seen = None

    def forward(self, x: Tensor):
        if self.seen is None:
            self.seen = [int(x.sum()), 0]
        seen = self.seen
        assert seen is not None
        before = seen[1]
        seen[1] += 2
        again = self.seen
        assert again is not None
        return x * before, x + again[1] + seen[0]


@program(*[rand(3) for _ in range(4)])
class DictsKept(nn.Module):
    """Numbers within dicts, lists and tuples of the file, beside tensors there."""

    pair: Tuple[Tensor, int]

    def __init__(self):
        super().__init__()
        self.cache: Dict[str, Tensor] = {"k": torch.full((3,), 3.0)}
        self.rates: Dict[str, float] = {"a": 0.5}
        self.within: Dict[str, List[float]] = {"a": [1.0, 2.0]}
        self.pair = (torch.full((3,), 2.0), 3)

    def forward(self, x: Tensor):
        self.cache["k"] = self.cache["k"] * self.rates["a"] + x
        self.rates["a"] += 0.25
        h, n = self.pair
        h = h * 0.5 + x * n
        self.pair = (h, n + 1)
        row = self.within["a"]
        row[0] += 0.5
        return self.cache["k"] + 0, h, n, torch.tensor(self.within["a"])


@program(*[rand(3) for _ in range(4)])
class Rebound(nn.Module):
    """After a run two attributes are one tensor, and the next run writes to it."""

    def __init__(self):
        super().__init__()
        self.before = torch.zeros(3)
        self.now = torch.ones(3)

    def forward(self, x: Tensor):
        step = self.now - self.before
        self.before = self.now
        self.now += x
        return step, self.before - x, self.now * 2


@program(*[rand(3) for _ in range(3)])
class SharedLater(nn.Module):
    """Which of the two a write to the one reaches, no buffer tells."""

    a: Optional[Tensor]
    b: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.a = None
        self.b = None

    def forward(self, x: Tensor):
        a = self.a
        if a is None:
            a = x + 1
            self.a = a
            self.b = a
        else:
            a.add_(x)
        b = self.b
        assert b is not None
        return a * 1, b * 2


@program(*[rand(3) for _ in range(3)], before("reset", call=rand(3)), rand(3))
class ResetToFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.ones(3)
        self.h = torch.ones(3)

    def forward(self, x: Tensor):
        self.h = self.h * 0.5 + x
        return self.h + 0

    @torch.jit.export
    def reset(self) -> None:
        self.h = self.first


@program(*[rand(4) for _ in range(3)])
class ViewKept(nn.Module):
    """After a run one attribute is a view of another, of which a later run asks after a write to the other."""

    def __init__(self):
        super().__init__()
        self.rows = torch.zeros(3, 4)
        self.last = torch.zeros(4)

    def forward(self, x: Tensor):
        self.rows[0] += x
        y = self.last * 2
        self.last = self.rows[0]
        return y, self.rows.sum(0)
