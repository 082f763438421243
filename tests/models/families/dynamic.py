"""Sizes known only at the run: batch, sequence, image, several at once, and what strides and pools make of them."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim
from torch.fx.experimental.dynamic_spec import ParamsSpec, ShapesSpec, ShapeVar, TensorSpec

from case import bools, case, ints, rand, seasoned
from families.recurrent import Tagger
from families.transformer import Bert, Gpt, Llama, Vit

batch, length = Dim("batch", min=1, max=16), Dim("length", min=1, max=64)
height, width = Dim("height", min=7, max=96), Dim("width", min=7, max=96)


def images(module, name, channels=3, sizes=((2, 16, 18), (1, 11, 23), (3, 9, 9)), height=height, width=width):
    """A case over batch, height and width: exported at the first of the sizes, tried at all."""
    shapes = [(rand(b, channels, h, w),) for b, h, w in sizes]
    case(f"{name}-dynamic", module, *shapes[0], dynamic=({0: batch, 2: height, 3: width},), tests=shapes[1:])


case("linear-dynamic", nn.Linear(13, 7), rand(3, 13), dynamic=({0: batch},), tests=[(rand(5, 13),), (rand(1, 13),),
    (rand(16, 13),)], core=True)
case("pointwise-dynamic", lambda x, y: {"sum": x + y, "scaled": (x * 2).exp().sum(0), "row": y[0] * x}, rand(3, 7), rand(3, 7),
    dynamic=({0: batch, 1: length}, {0: batch, 1: length}), tests=[(rand(5, 13), rand(5, 13))], core=True)
case("broadcast-dynamic", lambda x, y: x[:, None] * y[None, :] + x.sum(), rand(3), rand(4), dynamic=({0: batch}, {0: length}),
    tests=[(rand(5), rand(33)), (rand(2), rand(1))])
case("mlp-norm-dynamic", seasoned(nn.Sequential(nn.Linear(13, 21), nn.BatchNorm1d(21), nn.ReLU(), nn.Linear(21, 5),
    nn.Softmax(-1))), rand(3, 13), dynamic=({0: batch},), tests=[(rand(7, 13),)])
images(nn.Conv2d(3, 5, 3), "conv2d")
images(nn.Conv2d(3, 5, 3, stride=2, padding=1), "conv2d-stride2")
images(nn.Sequential(nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(2),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)), "conv-network",
    sizes=((2, 24, 26), (1, 17, 23), (3, 32, 33)), height=Dim("height", min=17, max=96), width=Dim("width", min=17, max=96))
images(nn.Sequential(nn.Conv2d(3, 3, 3, padding=1, groups=3), nn.Conv2d(3, 7, 1), nn.Hardswish()), "conv2d-separable")
images(nn.ConvTranspose2d(3, 4, 4, stride=2, padding=1), "conv-transpose2d")
images(nn.MaxPool2d(3, 2, 1), "max-pool2d")
images(nn.AvgPool2d(2), "avg-pool2d")
images(seasoned(nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True))), "conv2d-norm-relu")
images(nn.Upsample(scale_factor=2, mode="bilinear"), "upsample-bilinear")
images(nn.Upsample(scale_factor=2), "upsample-nearest")
images(nn.ReflectionPad2d(2), "pad-reflect")
images(nn.PixelUnshuffle(1), "pixel-unshuffle")
images(seasoned(nn.GroupNorm(1, 3)), "group-norm")
images(nn.InstanceNorm2d(3), "instance-norm2d")


class UNet(nn.Module):
    """Down and up again, to the size of what came in."""

    def __init__(self):
        super().__init__()
        self.down, self.middle, self.up, self.out = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 6, 3, 2, 1), nn.Conv2d(10, 5, 3,
            padding=1), nn.Conv2d(8, 2, 1)

    def forward(self, image):
        a = F.relu(self.down(image))
        b = F.relu(self.middle(a))
        a = F.relu(self.up(torch.cat((a, F.interpolate(b, size=a.shape[-2:], mode="nearest")), 1)))
        return self.out(torch.cat((image, F.interpolate(a, size=image.shape[-2:], mode="bilinear")), 1))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv, self.out = nn.Linear(12, 36), nn.Linear(12, 12)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, 3, 4).permute(2, 0, 3, 1, 4)
        return self.out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, c))


images(UNet(), "unet")
sequence = ({0: batch, 1: length},)
case("attention-dynamic", Attention(), rand(2, 5, 12), dynamic=sequence, tests=[(rand(3, 9, 12),), (rand(1, 1, 12),)], core=True)
case("conv1d-dynamic", nn.Conv1d(2, 3, 5, stride=2, padding=2), rand(2, 2, 17),
    dynamic=({0: batch, 2: Dim("samples", min=5, max=64)},), tests=[(rand(1, 2, 24),)])
case("embedding-dynamic", nn.Embedding(11, 5), ints(2, 3, low=0, high=11), dynamic=sequence,
    tests=[(ints(3, 7, low=0, high=11),)])
ids = [(ints(b, n, low=1, high=23),) for b, n in ((2, 7), (1, 5), (3, 11), (1, 1))]
case("tiny-gpt-dynamic", seasoned(Gpt()), *ids[0], dynamic=({0: batch, 1: Dim("length", min=1, max=16)},), tests=ids[1:],
    core=True)
case("tiny-llama-dynamic", seasoned(Llama()), *ids[0], dynamic=sequence, tests=ids[1:])
case("tiny-bert-dynamic", seasoned(Bert()), *ids[0], torch.ones(2, 7, dtype=torch.int64), torch.zeros(2, 7, dtype=torch.int64),
     dynamic=({0: batch, 1: Dim("length", max=16)},) * 3, tests=[(ids[2][0], ints(3, 11, low=0, high=2),
     ints(3, 11, low=0, high=2))])
case("tiny-vit-dynamic", seasoned(Vit()), rand(2, 3, 12, 16), dynamic=({0: batch},), tests=[(rand(3, 3, 12, 16),)])
case("tagger-dynamic", Tagger(), ints(2, 5, low=0, high=13), dynamic=({0: batch},), tests=[(ints(3, 5, low=0, high=13),)])

case("views-dynamic", lambda x: {
    "flat": x.view(x.shape[0], -1), "all": x.reshape(-1), "pairs": x.reshape(x.shape[0] * x.shape[1], 6),
    "heads": x.view(x.shape[0], x.shape[1], 2, 3).transpose(1, 2), "last": x[:, -1],
    "tail": x[:, 1:], "every_second": x[:, ::2], "t": x.mT, "stack": torch.stack((x, x), 1),
    "cat": torch.cat((x, x[:, :1]), 1)},
     rand(2, 6, 6), dynamic=({0: batch, 1: Dim("length", min=4, max=64)},), tests=[(rand(3, 9, 6),), (rand(1, 4, 6),)], core=True)
case("half-dynamic", lambda x: {"first": x[: x.shape[0] // 2], "rest": x[x.shape[0] // 2 :]}, rand(8, 3),
    dynamic=({0: 2 * Dim("half", min=2, max=9)},), tests=[(rand(14, 3),)])
case("arange-dynamic", lambda x: {
    "positions": torch.arange(x.shape[1]), "mask": torch.ones(x.shape[1], x.shape[1]).tril(), "zeros": torch.zeros(x.shape[0], 3),
    "full": torch.full((x.shape[1],), 2.5), "scaled": x / x.shape[1],
    "causal": x.unsqueeze(1).masked_fill(torch.triu(torch.ones(x.shape[1], x.shape[1], dtype=torch.bool), 1), -1.0),
    "eye": torch.eye(x.shape[1])}, rand(2, 5), dynamic=sequence, tests=[(rand(3, 9),)])
case("reductions-dynamic", lambda x: {
    "sum": x.sum(), "mean": x.mean(1), "batch": x.mean(0), "max": tuple(x.max(1)), "argmax": x.argmax(-1),
    "softmax": x.softmax(1), "var": x.var(1), "cumsum": x.cumsum(1), "logsumexp": x.logsumexp(1), "norm": x.norm(dim=1),
    "sort": x.sort(1).values},
     rand(2, 6), dynamic=({0: batch, 1: Dim("length", min=2, max=64)},), tests=[(rand(3, 9),), (rand(1, 13),)])
case("repeat-dynamic", lambda x, y: {"expand": x[:, None].expand(-1, y.shape[0], -1), "repeat": y.repeat(x.shape[0], 1),
    "interleave": x.repeat_interleave(2, 0), "flip": x.flip(0), "roll": x.roll(1, 0), "pad": F.pad(x, (0, 0, 1, 2))},
     rand(3, 5), rand(4), dynamic=({0: batch}, {0: length}), tests=[(rand(2, 5), rand(9))])
case("gather-dynamic", lambda x, i: {"gather": x.gather(1, i), "select": x.index_select(0, i[:, 0]),
    "scatter": torch.zeros_like(x).scatter(1, i, 1.0), "index": x[torch.arange(x.shape[0]), i[:, 0]], "topk": x.topk(2).values},
     rand(4, 7), ints(4, 2, low=0, high=4), dynamic=({0: Dim("rows", min=4, max=16)}, {0: Dim("rows", min=4, max=16)}),
     tests=[(rand(5, 7), ints(5, 2, low=0, high=4))])
case("matmul-dynamic", lambda a, b: {"product": a @ b, "batched": a.expand(2, -1, -1) @ b, "gram": a @ a.T}, rand(3, 5),
    rand(5, 4), dynamic=({0: batch, 1: Dim("inner", max=64)}, {0: Dim("inner", max=64), 1: length}),
    tests=[(rand(2, 13), rand(13, 9)), (rand(1, 1), rand(1, 1))])
case("derived-dynamic", lambda x, y: x + y[:, 1:], rand(2, 5), rand(2, 6), dynamic=({1: length}, {1: length + 1}),
    tests=[(rand(2, 9), rand(2, 10))])
case("multiple-dynamic", lambda x: x.view(x.shape[0] // 4, 4, 3).mean(1), rand(8, 3),
    dynamic=({0: 4 * Dim("quarter", min=1, max=9)},), tests=[(rand(20, 3),)])
case("shape-outputs-dynamic", lambda x: {"size": torch.full((), x.shape[1]), "x": x * x.shape[0]}, rand(2, 5), dynamic=sequence,
    tests=[(rand(3, 9),)])
case("sequence-positions-dynamic", lambda ids, table: F.embedding(ids, table) + table[: ids.shape[1]], ints(2, 5, low=0, high=64),
    rand(64, 3), dynamic=({0: batch, 1: length}, None), tests=[(ints(1, 33, low=0, high=64), rand(64, 3))])
case("mask-dynamic", lambda x, mask: F.scaled_dot_product_attention(x, x, x, mask[:, None, None, :].bool()), rand(2, 3, 5, 4),
    ints(2, 5, low=0, high=2).index_fill(1, torch.tensor([0]), 1),
     dynamic=({0: batch, 2: length}, {0: batch, 1: length}), tests=[(rand(3, 3, 9, 4),
     ints(3, 9, low=0, high=2).index_fill(1, torch.tensor([0]), 1))])
case("windows-dynamic", lambda x: {"unfold": x.unfold(1, 4, 2), "frames": x.view(x.shape[0], -1, 2).mean(-1),
    "down": x[:, ::2] - x[:, 1::2]}, rand(2, 12), dynamic=({0: batch, 1: 2 * Dim("half", min=2, max=32)},),
    tests=[(rand(1, 18),)])
case("unranged-dynamic", lambda x: x.relu().sum(1), rand(3, 5), dynamic=({0: Dim.DYNAMIC},), tests=[(rand(37, 5),)])
case("size-arithmetic-dynamic", lambda x: {
    "remainder": torch.full((x.shape[0] % 3 + 2,), 1.5),
    "scaled": x * (x.shape[0] * 2 - x.shape[1] + 1), "quotient": x.sum(0) / x.shape[0],
    "larger": torch.zeros(torch.sym_max(x.shape[0], x.shape[1]), 2),
    "smaller": torch.ones(torch.sym_min(x.shape[0], x.shape[1])), "product": torch.arange(x.shape[0] * x.shape[1]),
    "root": x / x.shape[1] ** 0.5, "padded": F.pad(x, (0, 4 - x.shape[1] % 4))}, rand(9, 7),
    dynamic=({0: Dim("rows", min=6, max=40), 1: Dim("columns", min=6, max=40)},), tests=[(rand(14, 11),), (rand(6, 8),)])
images(nn.Upsample(scale_factor=1.5, mode="bilinear"), "upsample-fraction")
images(nn.Upsample(scale_factor=0.5), "upsample-half")
images(nn.AdaptiveAvgPool2d(3), "adaptive-avg-pool2d", sizes=((2, 12, 15), (1, 10, 9)))
images(nn.Unfold(3, padding=1), "unfold")

# The newer way to declare sizes: their symbols are never specialised ("unbacked").
any_batch, any_length = ShapeVar("batch", min=1, max=16), ShapeVar("length", min=2, max=64)
spec = ShapesSpec(params=ParamsSpec({"x": TensorSpec([any_batch, any_length, 5]), "y": TensorSpec([any_length])}))
case("unbacked-dynamic", lambda x, y: {"scaled": x * y[:, None], "sum": x.sum(1), "flat": x.reshape(-1, 5), "softmax": x.softmax(1)},
    rand(2, 3, 5), rand(3), dynamic=spec, tests=[(rand(1, 7, 5), rand(7)), (rand(3, 2, 5), rand(2))])
