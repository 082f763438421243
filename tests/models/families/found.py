"""Sizes that only the data tell: what is picked, counted and cut by values, and what is computed with it."""

import torch
import torch.nn.functional as F
import torchvision

from case import case, ints, rand
from torch import nn


def spread(*shape):
    """Numbers of which some 40 of 100 are positive."""
    return rand(*shape, low=-3.0, high=2.0)


def none(*shape):
    return -rand(*shape, low=0.5, high=2.0)


case("found-nonzero", lambda x: (torch.nonzero(x > 0), torch.argwhere(x[0] > 1), *torch.where(x > 0)), spread(7, 5, 3),
     tests=[(spread(7, 5, 3),), (none(7, 5, 3),), (torch.ones(7, 5, 3) * 2,)])
case("found-mask", lambda x, m: (x[m], torch.masked_select(x, m[:, :1]), x[m[:, 0]] * 2, x[:, m[0]].sum(0)), rand(9, 6), spread(9, 6) > 0,
     tests=[(rand(9, 6), spread(9, 6) > 0), (rand(9, 6), torch.zeros(9, 6, dtype=torch.bool)), (rand(9, 6), torch.ones(9, 6, dtype=torch.bool))])
case("found-unique", lambda x: (*torch.unique(x, return_inverse=True, return_counts=True), torch.unique_consecutive(x, return_inverse=True, return_counts=True)[2], torch.unique(x)), ints(41, low=0, high=9),
     tests=[(ints(41, low=0, high=9),), (ints(41, low=0, high=1),), (torch.arange(41).flip(0),)])


class Rows(nn.Module):
    """The rows that a condition picks go through layers."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.conv, self.attention = nn.Linear(8, 24), nn.Linear(24, 8), nn.Conv1d(8, 5, 3, padding=1), nn.Linear(8, 8)

    def forward(self, x):
        rows = torch.nonzero(x[:, 0] > 0).squeeze(1)
        picked = x[rows]
        wide = self.second(F.gelu(self.first(picked)))
        smooth = self.conv(torch.cat([wide, x]).t()[None])[0].t()
        heads = self.attention(picked)
        attended = torch.softmax(heads @ heads.t() * 0.3, 1) @ picked
        back = torch.zeros_like(x).index_add(0, rows, F.layer_norm(wide, (8,)))
        return smooth, attended, back, torch.cat([picked, x[:3]]).softmax(1), picked.sum(0), wide[:4].reshape(-1)


case("found-rows", Rows(), spread(19, 8), tests=[(spread(19, 8),), (none(19, 8),), (rand(19, 8, low=0.1),)])


class Detector(nn.Module):
    def forward(self, boxes, scores):
        corners = torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:].abs()], 1)
        confident = torch.where(scores > 0.2)[0]
        keep = torchvision.ops.nms(corners[confident], scores[confident], 0.3)
        keep = keep[:20]
        return corners[confident][keep], scores[confident][keep]


case("found-nms", Detector(), rand(60, 4), rand(60, low=0.0, high=1.0),
     tests=[(rand(60, 4), rand(60, low=0.0, high=1.0)), (rand(60, 4) * 40, rand(60, low=0.3, high=1.0))])


def counted(x, n):
    k = n.item()
    torch._check(k >= 0)
    torch._check(k <= 12)
    return torch.arange(k) * 2, torch.ones(k, 3) + x[:3], x.new_zeros(k).sum() + x.sum()


case("found-item", counted, rand(5), torch.tensor(7), tests=[(rand(5), torch.tensor(7)), (rand(5), torch.tensor(0)), (rand(5), torch.tensor(12))])


def repeated(x, n):
    result = torch.repeat_interleave(x, n, dim=0)
    torch._check(result.shape[0] <= 40)
    return result * 2


case("found-repeat", repeated, rand(6, 3), ints(6, low=0, high=5), tests=[(rand(6, 3), ints(6, low=0, high=5)), (rand(6, 3), torch.zeros(6, dtype=torch.int64))])


def binned(x):
    result = torch.bincount(x)
    torch._check(result.shape[0] <= 30)
    return result + 1


case("found-bincount", binned, ints(50, low=0, high=17), tests=[(ints(50, low=0, high=17),), (torch.zeros(50, dtype=torch.int64),)])
case("found-static", lambda x: (torch.nonzero_static(x, size=9), torch.nonzero_static(x, size=2, fill_value=-7)), (spread(5, 4) > 0).int(),
     tests=[((spread(5, 4) > 0).int(),), (torch.zeros(5, 4, dtype=torch.int32),)])
case("found-scatter", lambda x, m: x.masked_scatter(m, x[m] * 3), rand(8, 5), spread(8, 5) > 0,
     tests=[(rand(8, 5), spread(8, 5) > 0), (rand(8, 5), torch.zeros(8, 5, dtype=torch.bool))])


def transformed(x):
    """Fourier transforms of as many elements as are found: a new number of them in each run, and two numbers in one."""
    rows = x[:, torch.nonzero(x[0] > 0).squeeze(1)]
    torch._check(rows.shape[1] >= 1)
    return torch.fft.rfft(rows).abs(), torch.fft.fft2(rows).real, torch.fft.irfft(torch.fft.rfft(rows, norm="ortho"), n=rows.shape[1], norm="ortho"), torch.fft.fft(x[0, : rows.shape[1]]).real


case("found-fourier", transformed, spread(3, 31), tests=[(spread(3, 31),), (rand(3, 31, low=0.1),), (rand(3, 31).abs() * torch.where(torch.arange(31) == 7, 1, -1),)],
     raises=[(none(3, 31),)])


def in_turns(x):
    """In each turn of a loop another number of elements."""
    def turn(i, y):
        most = x[x > i - 2]
        torch._check(most.shape[0] >= 1)
        return i + 1, y * 0.5 + torch.fft.rfft(most).abs().sum()

    return torch.while_loop(lambda i, y: i < 4, turn, (torch.tensor(0), x.sum()))


case("found-fourier-in-turns", in_turns, torch.cat([rand(29), torch.full((2,), 4.0)]))


# Nothing says how large these may be: their memory is made while they run.


def open_item(x, n):
    k = n.item()
    return torch.arange(k), torch.zeros(k, 3) + x[:3], torch.arange(0, k, 2).float().sum(), x.repeat(k), x[:3].expand(k, 3).sum(0)


case("found-open-item", open_item, rand(5), torch.tensor(7), tests=[(rand(5), torch.tensor(7)), (rand(5), torch.tensor(0)), (rand(5), torch.tensor(900))])


class OpenRows(nn.Module):
    """Rows that are repeated so often as the data say go through layers."""

    def __init__(self):
        super().__init__()
        self.linear, self.conv, self.norm = nn.Linear(8, 16), nn.Conv1d(8, 6, 3, padding=1), nn.LayerNorm(8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x, n, m):
        rows = torch.repeat_interleave(x, n, dim=0)
        smooth = self.conv(rows.t()[None])
        attended = self.attention(rows[None], rows[None], rows[None], need_weights=False)[0]
        others = torch.repeat_interleave(x, m, dim=0)
        scores = rows @ others.t()
        return (self.linear(rows).relu(), attended, smooth, self.norm(rows), rows.sort(0)[0], rows.cumsum(0), torch.cat([rows, others])[1:], rows.amax(1),
                scores.softmax(-1), scores.sum(), torch.repeat_interleave(n), rows[:, None, :3] * others[None, :, :3])


case("found-open-rows", OpenRows(), rand(6, 8), ints(6, low=0, high=5), ints(6, low=0, high=4),
     tests=[(rand(6, 8), ints(6, low=1, high=5), ints(6, low=0, high=4)), (rand(6, 8), ints(6, low=0, high=9), ints(6, low=1, high=3))])
case("found-open-bincount", lambda x, w: (torch.bincount(x) + 1, torch.bincount(x, w).cumsum(0), torch.bincount(x, w.double(), minlength=4), torch.bincount(x, minlength=30)),
     ints(50, low=0, high=17), rand(50), tests=[(ints(50, low=0, high=17), rand(50)), (torch.zeros(50, dtype=torch.int64), rand(50)), (ints(50, low=0, high=300), rand(50))])


def open_fourier(x, n):
    rows = torch.repeat_interleave(x, n, dim=0)
    torch._check(rows.shape[0] >= 1)
    return torch.fft.rfft(rows, dim=0).abs(), torch.fft.fft(rows, dim=0).real


case("found-open-fourier", open_fourier, rand(6, 5), ints(6, low=1, high=5),
     tests=[(rand(6, 5), ints(6, low=1, high=5)), (rand(6, 5), ints(6, low=3, high=40)), (rand(6, 5), torch.tensor([0, 2, 0, 0, 1, 0]))])


# Integers among the inputs, which PyTorch leaves open.
OPEN = torch.export.Dim.DYNAMIC
case("integer-sizes", lambda x, k, j: (x[:, :k].sum(1), torch.arange(k) * 2, k + 1, torch.zeros(j, 3) + x[0, :3], x[:, k:], F.pad(x, (j, 1)), torch.full((k, j), 2.0) * k),
     rand(3, 9), 4, 5, dynamic={"x": None, "k": OPEN, "j": OPEN}, integers=True,
     tests=[(rand(3, 9), 4, 5), (rand(3, 9), 7, 2), (rand(3, 9), 2, 300)], refused=[(rand(3, 9), 9, 3), (rand(3, 9), -1, 3), (rand(3, 9), 10, 3)])
case("integer-numbers", lambda x, k, j: (x * k, torch.arange(9) < k, torch.roll(x, k, 1), x[:, j], k * 3), rand(3, 9), 4, 2,
     dynamic={"x": None, "k": OPEN, "j": OPEN}, integers=True,
     tests=[(rand(3, 9), 4, 2), (rand(3, 9), 0, 0), (rand(3, 9), -5, 8), (rand(3, 9), 3_000_000_000, 1)], refused=[(rand(3, 9), 1, 9)])
