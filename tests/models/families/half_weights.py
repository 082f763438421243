"""Weights of 16 bits in every form that a kernel reads, and weights that two layers share."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.export import Dim

from case import case, ints, rand

FINE = {torch.float16: "float16", torch.bfloat16: "bfloat16"}


class Cast(nn.Module):
    """A float32 model that keeps some of its weights in 16 bits."""

    def __init__(self, dtype):
        super().__init__()
        self.linear = nn.Parameter(rand(21, 40, dtype=dtype))
        self.table = nn.Parameter(rand(19, 40, dtype=dtype))
        self.kernel = nn.Parameter(rand(18, 8, 3, 3, dtype=dtype))
        self.wide = nn.Parameter(rand(10, 8, 5, 3, dtype=dtype))
        self.depth = nn.Parameter(rand(8, 1, 3, 3, dtype=dtype))
        self.bias = nn.Parameter(rand(21, dtype=dtype))

    def forward(self, x, i, y):
        return {
            "one": F.linear(x[:1], self.linear.float(), self.bias.float()),
            "rows": F.linear(x, self.linear.to(torch.float32)),
            "left": self.linear.float() @ x.t(),
            "gather": F.embedding(i, self.table).float() * 2,
            "winograd": F.conv2d(y, self.kernel.float(), padding=1),
            "direct": F.conv2d(y, self.wide.float(), stride=2),
            "depthwise": F.conv2d(y, self.depth.float(), padding=1, groups=8),
            "transposed": F.conv_transpose2d(y, self.wide[:8, :, :2, :2].float(), stride=2),
            "attention": F.scaled_dot_product_attention(x[None], self.table.float()[None], self.table.float()[None]),
        }


class Edges(nn.Module):
    """What float16 holds at its ends: subnormal numbers, the largest, infinity and NaN."""

    def __init__(self, last):
        super().__init__()
        small = torch.arange(-40, 40, dtype=torch.float32).reshape(8, 10) * 2.0**-24
        self.weight = nn.Parameter(torch.cat([small, rand(3, 10), torch.full((1, 10), last)]).half())

    def forward(self, x):
        return F.linear(x, self.weight.float()), F.linear(x[:1], self.weight.float())


for dtype, name in FINE.items():
    case(f"half-weights-{name}", Cast(dtype), rand(13, 40), ints(2, 5, low=0, high=19), rand(1, 8, 9, 11))
    case(f"half-recurrent-{name}", nn.LSTM(9, 13).to(dtype), rand(5, 3, 9, dtype=dtype), rough=True)
    case(f"half-mlp-{name}", nn.Sequential(nn.Linear(24, 33), nn.GELU(), nn.Linear(33, 9)).to(dtype), rand(15, 24, dtype=dtype), rough=True,
         dynamic=({0: Dim("rows", min=1, max=64)},), tests=[(rand(3, 24, dtype=dtype),)])
for name, last in (("finite", 63.0), ("large", 65504.0), ("infinite", float("inf")), ("nan", float("nan"))):
    case(f"half-edges-{name}", Edges(last), rand(9, 10))


class Tied(nn.Module):
    """A language model in small: its embedding and its output layer are the same matrix."""

    def __init__(self, dtype=torch.float32, words=101, width=24):
        super().__init__()
        self.embed = nn.Embedding(words, width, dtype=dtype)
        self.inner = nn.Linear(width, width, dtype=dtype)
        self.head = nn.Linear(width, words, bias=False, dtype=dtype)
        self.head.weight = self.embed.weight

    def forward(self, i):
        return self.head(self.inner(self.embed(i)).relu())


class Shared(nn.Module):
    """One matrix in several roles, and equal constants that are not the same tensor."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(24, 24)
        self.second = nn.Linear(24, 24)
        self.second.load_state_dict(self.first.state_dict())
        self.turned = nn.Parameter(self.first.weight.detach().t())

    def forward(self, x, i):
        y = self.first(x).relu()
        return self.second(y), self.first.weight[i], y @ self.turned, (y * self.first.weight[3]).sum(1)


case("tied-float32", Tied(), ints(2, 7, low=0, high=101))
case("tied-float16", Tied(torch.float16), ints(2, 7, low=0, high=101), rough=True)
case("tied-bfloat16", Tied(torch.bfloat16, words=103), ints(1, 7, low=0, high=103), rough=True,
     dynamic=({1: Dim("words", min=1, max=64)},), tests=[(ints(1, 1, low=0, high=103),)])
case("tied-shared", Shared(), rand(5, 24), ints(3, low=0, high=24))
