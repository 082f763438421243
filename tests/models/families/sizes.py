"""What PyTorch's exported program accepts: the guards it recorded, the sizes 0 and 1, and what its operators need."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

from case import case, ints, rand

auto, dynamic = Dim.AUTO, Dim.DYNAMIC


def sizes(*shapes):
    return [tuple(rand(*shape) for shape in each) for each in shapes]


def branch(x, y):
    """Takes the branches that sizes of 10 and 12 take: each is a guard."""
    if x.shape[0] * y.shape[0] > 64 and (x.shape[0] % 3 == 1 or y.shape[0] < 4) and not (x.shape[0] == y.shape[0] or y.shape[0] > 30):
        x = x + 1
    if 3 < x.shape[0] <= 4 * y.shape[0] // 3 and max(x.shape[0], 2 * y.shape[0]) % 5 != 1 and abs(y.shape[0] - x.shape[0]) < 4:
        x = x * 2
    return x.sum(0) + y.sum(0)


case("guards-dynamic", branch, rand(10, 3), rand(12, 3), dynamic=({0: auto}, {0: auto}),
    tests=sizes(((10, 3), (12, 3)), ((13, 3), (15, 3)), ((7, 3), (10, 3))),
    refused=sizes(((4, 3), (6, 3)), ((11, 3), (12, 3)), ((10, 3), (10, 3)), ((28, 3), (31, 3)), ((10, 3), (13, 3)), ((13, 3), (17, 3)), ((0, 3), (0, 3))))
case("guards-nested-dynamic", lambda first, *more: first + more[0] * more[1].sum(), rand(5), rand(5), rand(7),
    dynamic=({0: auto}, ({0: auto}, {0: dynamic})), tests=sizes(((4,), (4,), (3,)), ((1,), (1,), (0,))),
    refused=sizes(((4,), (1,), (3,)), ((1,), (4,), (3,))))
case("one-dynamic", nn.Sequential(nn.Linear(5, 7), nn.GELU(), nn.LayerNorm(7), nn.Linear(7, 3)), rand(4, 5), dynamic=({0: auto},),
    tests=sizes(((1, 5),), ((0, 5),), ((9, 5),)))
case("one-attention-dynamic", lambda x, past: F.scaled_dot_product_attention(x, torch.cat((past, x), 2), torch.cat((past, x), 2)),
    rand(2, 3, 5, 4), rand(2, 3, 7, 4), dynamic=({0: auto, 2: auto}, {0: auto, 2: dynamic}),
    tests=sizes(((1, 3, 1, 4), (1, 3, 0, 4)), ((2, 3, 1, 4), (2, 3, 9, 4)), ((1, 3, 0, 4), (1, 3, 3, 4))))
case("one-product-dynamic", lambda a, b: {"product": a @ b, "outer": a[:, 0, None] + b[0], "softmax": (a @ b).softmax(-1)}, rand(5, 7), rand(7, 6),
    dynamic=({0: auto}, {1: auto}), tests=sizes(((1, 7), (7, 1)), ((0, 7), (7, 3)), ((3, 7), (7, 0))))
case("empty-product-dynamic", lambda a, b: {"product": a @ b, "sum": a.sum(1), "mean": a.mean(1), "prod": a.prod(1), "cumsum": a.cumsum(1)},
    rand(5, 7), rand(7, 6), dynamic=({1: Dim("inner", min=0)}, {0: Dim("inner", min=0)}), tests=sizes(((5, 0), (0, 6)), ((5, 1), (1, 6))))
case("largest-dynamic", lambda x: {"max": x.max(0).values, "last": x[-1]}, rand(6, 5), dynamic=({0: auto},), tests=sizes(((1, 5),)),
    refused=sizes(((0, 5),)))
case("reflect-dynamic", lambda x: F.pad(x, (2, 1), mode="reflect"), rand(1, 2, 6), dynamic=({2: auto},), tests=sizes(((1, 2, 3),)),
    refused=sizes(((1, 2, 2),), ((1, 2, 0),)))
case("topk-dynamic", lambda x: x.topk(3, 1).values, rand(4, 6), dynamic=({1: auto},), tests=sizes(((4, 3),)), refused=sizes(((4, 2),)))


class LastColumns(nn.Module):
    """A short cache: PyTorch records four columns, and its program runs with fewer."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(5, 5)

    def forward(self, past, new):
        kept = torch.cat((past, new), 1)[:, -4:]
        return self.linear(kept).mean(1), F.scaled_dot_product_attention(new, kept, kept), kept


def contrastive(a, b):
    scores = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T * 5
    labels = torch.arange(scores.shape[0])
    return (F.cross_entropy(scores, labels) + F.cross_entropy(scores.T, labels)) / 2


case("short-cache-dynamic", LastColumns(), rand(2, 3, 5), rand(2, 3, 5), dynamic=({0: auto, 1: auto}, {0: auto, 1: auto}),
    tests=sizes(((1, 0, 5), (1, 1, 5)), ((2, 1, 5), (2, 2, 5)), ((3, 9, 5), (3, 4, 5))))
case("short-slices-dynamic", lambda x: {"last": x[:, -2:].sum(1), "first": torch.eye(x.shape[0])[:, :2] @ x[:2]},
    rand(4, 5), dynamic=({0: auto, 1: auto},), tests=sizes(((1, 1),), ((3, 1),), ((5, 9),)))
case("contrastive-dynamic", contrastive, rand(4, 6), rand(4, 6), dynamic=({0: auto}, {0: auto}), tests=sizes(((7, 6), (7, 6)), ((2, 6), (2, 6))),
    refused=sizes(((4, 6), (3, 6))))
case("upsample-tenths-dynamic", nn.Sequential(nn.Upsample(scale_factor=0.3, mode="bilinear"), nn.Upsample(scale_factor=1.2), nn.Upsample(scale_factor=1 / 3)),
    rand(1, 2, 21, 32), dynamic=({2: auto, 3: auto},), tests=sizes(((1, 2, 43, 20),), ((1, 2, 50, 73),)))
