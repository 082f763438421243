"""Sizes just below, at and above what vectors and tiles hold: one operator at twelve sizes a case."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand, seasoned

SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33)
row, square = rand(3, 33), rand(33, 33)


def at_sizes(function, sizes=SIZES):
    """An output for each size, of `function(x, size)`."""
    return lambda x: {f"n{size}": function(x, size) for size in sizes}


class AtSizes(nn.Module):
    """A layer for each size, each applied to a part of the input."""

    def __init__(self, layer, part, sizes=SIZES):
        super().__init__()
        self.layers, self.part, self.sizes = nn.ModuleList(map(layer, sizes)), part, sizes

    def forward(self, x):
        return {f"n{size}": layer(self.part(x, size)) for size, layer in zip(self.sizes, self.layers)}


case("edges-pointwise", at_sizes(lambda x, n: (x[:, :n] * 2).exp() + 1), row)
case("edges-broadcast", at_sizes(lambda x, n: x[:, :n] + x[:1, :n] * x[:, :1]), row)
case("edges-sum", at_sizes(lambda x, n: x[:, :n].sum(1)), row)
case("edges-sum-first", at_sizes(lambda x, n: x[:n].sum(0)), rand(33, 5))
case("edges-max", at_sizes(lambda x, n: tuple(x[:, :n].max(1))), row)
case("edges-softmax", at_sizes(lambda x, n: x[:, :n].softmax(1)), row)
case("edges-layer-norm", at_sizes(lambda x, n: F.layer_norm(x[:, :n], (n,))), row)
case("edges-cumsum", at_sizes(lambda x, n: x[:, :n].cumsum(1)), row)
case("edges-transpose", at_sizes(lambda x, n: x[:, :n].t().contiguous()), row)
case("edges-sort", at_sizes(lambda x, n: tuple(x[:, :n].sort(1))), row)
case("edges-matmul-rows", at_sizes(lambda x, n: x[:n] @ x[:, :9]), square)
case("edges-matmul-columns", at_sizes(lambda x, n: x[:7] @ x[:, :n]), square)
case("edges-matmul-inner", at_sizes(lambda x, n: x[:6, :n] @ x[:n, :11]), square)
case("edges-matmul-batched", at_sizes(lambda x, n: x[:, :n] @ x[:, :n].mT), rand(2, 33, 5))
case("edges-sdpa", at_sizes(lambda x, n: F.scaled_dot_product_attention(x[:, :, :n], x, x, is_causal=False)), rand(1, 2, 33, 9))
case("edges-sdpa-head", at_sizes(lambda x, n: F.scaled_dot_product_attention(x[..., :n], x[..., :n], x[..., :n], is_causal=True)),
    rand(1, 2, 7, 33))
case("edges-linear-in", AtSizes(lambda n: nn.Linear(n, 6), lambda x, n: x[:, :n]), row)
case("edges-linear-out", AtSizes(lambda n: nn.Linear(33, n), lambda x, n: x), row)

picture = rand(1, 17, 6, 33)
CHANNELS = (1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17)
case("edges-conv2d-in", AtSizes(lambda n: nn.Conv2d(n, 5, 3, padding=1), lambda x, n: x[:, :n, :, :7], CHANNELS), picture)
case("edges-conv2d-out", AtSizes(lambda n: nn.Conv2d(3, n, 3), lambda x, n: x[:, :3, :, :9], CHANNELS), picture)
case("edges-conv2d-width", AtSizes(lambda n: nn.Conv2d(4, 8, 3, padding=1), lambda x, n: x[:, :4, :, :n]), picture)
case("edges-conv2d-stride2-width", AtSizes(lambda n: nn.Conv2d(4, 8, 3, stride=2, padding=1), lambda x, n: x[:, :4, :, :n]),
    picture)
case("edges-conv2d-pointwise", AtSizes(lambda n: nn.Conv2d(n, 9, 1), lambda x, n: x[:, :n, :5, :5], CHANNELS), picture)
case("edges-conv2d-depthwise", AtSizes(lambda n: nn.Conv2d(n, n, 3, padding=1, groups=n), lambda x, n: x[:, :n, :, :9], CHANNELS),
    picture)
case("edges-conv2d-depthwise-width", AtSizes(lambda n: nn.Conv2d(6, 6, 5, padding=2, groups=6), lambda x, n: x[:, :6, :, :n]),
    picture)
case("edges-conv1d-width", AtSizes(lambda n: nn.Conv1d(3, 5, 3, padding=2), lambda x, n: x[:, :3, 0, :n]), picture)
case("edges-conv-transpose2d", AtSizes(lambda n: nn.ConvTranspose2d(n, 5, 3, stride=2, padding=1), lambda x, n: x[:, :n, :4, :5],
    CHANNELS),
    picture)
case("edges-max-pool2d-width", at_sizes(lambda x, n: F.max_pool2d(x[..., :n], 3, 2, 1)), rand(1, 3, 6, 33))
case("edges-avg-pool2d-width", at_sizes(lambda x, n: F.avg_pool2d(x[..., :n], 3, 1, 1)), rand(1, 3, 6, 33))
case("edges-batch-norm-relu", AtSizes(lambda n: seasoned(nn.Sequential(nn.BatchNorm2d(n), nn.ReLU())), lambda x,
    n: x[:, :n, :3, :5], CHANNELS),
    picture)
