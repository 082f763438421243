"""Sizes whose equality follows from what PyTorch assumed while it traced: Dim.AUTO over slices, strides, windows, positions, inputs that are tied."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

from case import case, rand

auto = Dim.AUTO


class Positions(nn.Module):
    """Learned positions, of which the past has used some."""

    def __init__(self):
        super().__init__()
        self.table = nn.Parameter(torch.randn(32, 5))

    def forward(self, past, new):
        start = past.shape[1]
        return torch.cat((past, new + self.table[start:start + new.shape[1]]), 1)


class StridedLstm(nn.Module):
    """A recurrent layer over every second step, added to these."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 4, batch_first=True)

    def forward(self, x):
        return self.lstm(x[:, ::2])[0] + x[:, ::2]


class Merge(nn.Module):
    """Patches merged two by two, padded where they are odd."""

    def __init__(self):
        super().__init__()
        self.reduce = nn.Linear(12, 5)

    def forward(self, x):
        _, height, width, _ = x.shape
        x = F.pad(x, (0, 0, 0, width % 2, 0, height % 2))
        return self.reduce(torch.cat((x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]), -1))


case("fact-positions-dynamic", Positions(), rand(2, 5, 5), rand(2, 3, 5), dynamic=({0: auto, 1: auto}, {0: auto, 1: auto}),
    tests=[(rand(1, 27, 5), rand(1, 4, 5))], refused=[(rand(1, 27, 5), rand(1, 6, 5))])
case("fact-step-dynamic", lambda x: x[:, ::2] * torch.arange(x[:, ::2].shape[1]) + x[:, 1:].sum(), rand(2, 9),
    dynamic=({0: auto, 1: auto},), tests=[(rand(3, 8),), (rand(1, 17),)])
case("fact-lstm-dynamic", StridedLstm(), rand(2, 12, 4), dynamic=({0: auto, 1: auto},), tests=[(rand(3, 11, 4),)])
case("fact-thirds-dynamic", lambda x: x[: x.shape[0] // 3].reshape(2, -1), rand(12, 3), dynamic=({0: auto},), tests=[(rand(19, 3),)], refused=[(rand(15, 3),)])
case("fact-merge-dynamic", Merge(), rand(2, 6, 7, 3), dynamic=({0: auto, 1: auto, 2: auto},), tests=[(rand(1, 5, 9, 3),)])
case("fact-window-dynamic", lambda past, new: torch.cat((past, new), 1)[:, -6:].cumsum(1), rand(2, 6, 3), rand(2, 2, 3),
    dynamic=({0: auto, 1: auto}, {0: auto, 1: auto}), tests=[(rand(1, 3, 3), rand(1, 5, 3))])
case("fact-tied-dynamic", lambda x, y: {"more": x[:, 1:] * y, "halves": [a * 2 for a in x.split([x.shape[1] // 2, x.shape[1] - x.shape[1] // 2], 1)]},
    rand(3, 5), rand(3, 4), dynamic=({0: auto, 1: auto}, {0: auto, 1: auto}), tests=[(rand(2, 8), rand(2, 7))])
case("fact-chunks-dynamic", lambda x: torch.stack(x.chunk(3, 1), 1).amax(1), rand(2, 9), dynamic=({0: auto, 1: auto},), tests=[(rand(3, 12),)])


class Scaled(nn.Module):
    """A tuple, a number and tensors by name: a strict export's guards know them all by their numbers alone."""

    def forward(self, pair, times=3, *, scale, mask):
        a, b = pair
        return (a @ b.T) * scale * times + mask


case("fact-strict-dynamic", Scaled(), (rand(3, 4), rand(5, 4)), 2, kwargs={"scale": rand(3, 1), "mask": rand(3, 5)}, strict=True,
    dynamic={"pair": ({0: auto}, {0: auto}), "times": None, "scale": {0: auto}, "mask": {0: auto, 1: auto}})
case("fact-flat-dynamic", lambda x, y: x * y.sum(0) if x.shape[0] > y.shape[1] else x, rand(5, 3), rand(2, 3), strict=True,
    dynamic=({0: auto, 1: auto}, {0: auto, 1: auto}), tests=[(rand(9, 4), rand(1, 4))], refused=[(rand(9, 4), rand(1, 5)), (rand(4, 4), rand(2, 4))])
