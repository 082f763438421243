"""Padding, interpolation, sampling grids, fold and unfold."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.export import Dim

from case import case, ints, rand

x = rand(2, 3, 5, 7)
case("pad-constant", lambda x: {
    "last": F.pad(x, (1, 2)), "value": F.pad(x, (1, 2, 3, 0), value=-1.5), "negative": F.pad(x, (-1, 2, 0, -2)),
    "all": F.pad(x, (1, 0, 0, 1, 2, 1, 1, 1)), "channels": F.pad(x, (0, 0, 0, 0, 1, 2)),
    "infinity": F.pad(x, (1, 1), value=float("-inf"))}, x, core=True)
case("pad-int", lambda n: {"int": F.pad(n, (1, 2), value=7), "bool": F.pad(n > 0, (0, 1), value=True)}, ints(3, 5))
case("pad-reflect", lambda x: {"two": F.pad(x, (2, 1, 3, 0), "reflect"), "one": F.pad(x[0], (1, 4), "reflect")}, x, core=True)
case("pad-replicate", lambda x: {"two": F.pad(x, (2, 1, 3, 0), "replicate"), "one": F.pad(x[0], (9, 4), "replicate")}, x,
    core=True)
case("pad-circular", lambda x: {"two": F.pad(x, (2, 1, 3, 0), "circular"), "one": F.pad(x[0], (1, 4), "circular")}, x, core=True)
case("pad-3d", lambda x: {mode: F.pad(x, (1, 0, 2, 1, 0, 1), mode) for mode in ("reflect", "replicate", "circular", "constant")},
    rand(1, 2, 3, 4, 3))
case("padding-layers-2d", lambda x: {
    "zero": nn.ZeroPad2d((1, 2, 0, 1))(x), "constant": nn.ConstantPad2d(1, 2.5)(x), "reflection": nn.ReflectionPad2d(2)(x),
    "replication": nn.ReplicationPad2d((0, 3, 1, 0))(x), "circular": nn.CircularPad2d(1)(x)}, x)
case("padding-layers-1d", lambda x: {
    "zero": nn.ZeroPad1d(2)(x), "constant": nn.ConstantPad1d((3, 0), 1.5)(x), "reflection": nn.ReflectionPad1d(2)(x),
    "replication": nn.ReplicationPad1d((0, 3))(x), "circular": nn.CircularPad1d((1, 2))(x)}, rand(2, 3, 7))
case("padding-layers-3d", lambda x: {"zero": nn.ZeroPad3d(1)(x), "constant": nn.ConstantPad3d(1, 2.5)(x),
    "reflection": nn.ReflectionPad3d(1)(x), "replication": nn.ReplicationPad3d(1)(x), "circular": nn.CircularPad3d(1)(x)},
    rand(1, 1, 2, 3, 3))

SIZES = {"twice": {"scale_factor": 2}, "size": {"size": (8, 9)}, "smaller": {"size": (3, 4)}, "fraction": {"scale_factor": 1.7}}
for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
    case(f"upsample-{mode}", lambda x, mode=mode: {name: F.interpolate(x, **size, mode=mode) for name, size in SIZES.items()}, x,
        core=mode in ("nearest", "bilinear"))
for mode in ("bilinear", "bicubic"):
    case(f"upsample-{mode}-corners", lambda x, mode=mode: {name: F.interpolate(x, **size, mode=mode, align_corners=True) for name,
        size in SIZES.items()}, x)
    case(f"upsample-{mode}-antialias", lambda x, mode=mode: {
        "smaller": F.interpolate(x, size=(3, 4), mode=mode, antialias=True), "larger": F.interpolate(x, size=(9, 11), mode=mode,
        antialias=True)}, x)
case("upsample-recompute-scale", lambda x: {
    "nearest": F.interpolate(x, scale_factor=1.7, recompute_scale_factor=True),
    "bilinear": F.interpolate(x, scale_factor=(1.3, 0.6), mode="bilinear", recompute_scale_factor=True),
    "area": F.interpolate(x, size=(3, 4), mode="area")}, x)
case("upsample-1d", lambda x: {
    "nearest": F.interpolate(x, scale_factor=2), "linear": F.interpolate(x, size=17, mode="linear"),
    "corners": F.interpolate(x, size=17, mode="linear", align_corners=True),
    "smaller": F.interpolate(x, size=4, mode="linear"), "exact": F.interpolate(x, size=10, mode="nearest-exact")}, rand(2, 3, 7),
    core=True)
case("upsample-3d", lambda x: {
    "nearest": F.interpolate(x, scale_factor=2), "trilinear": F.interpolate(x, size=(5, 3, 7), mode="trilinear"),
    "corners": F.interpolate(x, size=(5, 3, 7), mode="trilinear", align_corners=True)}, rand(1, 2, 3, 4, 5))
case("upsample-layers", nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(3, 5, 3, padding=1),
    nn.UpsamplingBilinear2d(scale_factor=2), nn.UpsamplingNearest2d((9, 11))), rand(1, 3, 3, 4))
case("upsample-to-other", lambda x, y: F.interpolate(x, size=y.shape[-2:], mode="bilinear") + y, x, rand(2, 3, 11, 13))
case("upsample-one-pixel", lambda x: {"bilinear": F.interpolate(x, size=(5, 3), mode="bilinear"),
    "nearest": F.interpolate(x, size=(5, 3))}, rand(1, 4, 1, 1))

grid = rand(2, 4, 6, 2, low=-1.3, high=1.3)
for mode in ("bilinear", "nearest", "bicubic"):
    case(f"grid-sample-{mode}", lambda x, grid, mode=mode: {
        f"{padding}_{corners}".lower(): F.grid_sample(x, grid, mode, padding, align_corners=corners) for padding in ("zeros",
        "border", "reflection") for corners in (True, False)}, x, grid, core=mode == "bilinear")
case("grid-sample-3d", lambda x, grid: F.grid_sample(x, grid, align_corners=False), rand(1, 2, 3, 4, 5),
    rand(1, 2, 3, 4, 3, low=-1.2, high=1.2))
case("affine-grid", lambda theta, x: {"grid": F.affine_grid(theta, (2, 3, 4, 5), align_corners=False),
    "corners": F.affine_grid(theta, (2, 3, 4, 5), align_corners=True),
                                      "sampled": F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False),
                                      align_corners=False)}, rand(2, 2, 3), x)

case("unfold", lambda x: {
    "plain": F.unfold(x, 3), "stride": F.unfold(x, (2, 3), stride=2, padding=1),
    "dilated": F.unfold(x, 2, dilation=(2, 3), padding=(0, 2))}, x, core=True)
case("fold", lambda x: {"overlapping": F.fold(x, (5, 6), 2), "disjoint": F.fold(x[..., :6], (4, 6), 2, stride=2),
    "padded": F.fold(x[..., :12], (5, 7), (2, 2), stride=2, padding=1)}, rand(2, 12, 20), core=True)
case("fold-unfold", lambda x: nn.Fold((5, 7), 3, padding=1)(nn.Unfold(3, padding=1)(x)) / 9, x)

# Pictures as they are: bytes, weighed by whole numbers. Several sizes, up and down.
pictures = tuple(ints(1, 3, *size, low=0, high=256, dtype=torch.uint8) for size in ((5, 7), (20, 15), (9, 9)))
case("resize-bytes", lambda *pictures: {
    f"{mode}{'-smooth' if smooth else ''}{'-corners' if corners else ''}-{k}": F.interpolate(picture, size, mode=mode, align_corners=corners, antialias=smooth)
    for mode in ("bilinear", "bicubic") for smooth in (False, True) for corners in (False, True)
    for k, (picture, size) in enumerate(zip(pictures, ((11, 9), (6, 33), (13, 9))))} | {
        "factor": F.interpolate(pictures[1], scale_factor=(0.35, 1.7), mode="bicubic", antialias=True), "nearest": F.interpolate(pictures[0], (11, 9))}, *pictures)
case("resize-bytes-dynamic", lambda x: F.interpolate(x, (6, 8), mode="bilinear"), pictures[1], dynamic=({2: Dim("h", min=2, max=40), 3: Dim("w", min=2, max=40)},),
     tests=[(pictures[1],), (pictures[0],)])

# Smoothed, from and to sizes that only the run can tell: the filter's width is the run's too.
open_sizes = ({2: Dim("h", min=1, max=60), 3: Dim("w", min=1, max=60)},)
for mode in ("bilinear", "bicubic"):
    case(f"resize-smooth-{mode}-dynamic", lambda x, mode=mode: {
        "fixed": F.interpolate(x, (6, 8), mode=mode, antialias=True), "corners": F.interpolate(x, (5, 7), mode=mode, antialias=True, align_corners=True),
        "one": F.interpolate(x, (1, 9), mode=mode, antialias=True, align_corners=True), "open": F.interpolate(x, (x.shape[3], x.shape[2] + 3), mode=mode, antialias=True)},
        rand(1, 2, 20, 15), dynamic=open_sizes, tests=[(rand(1, 2, 20, 15),), (rand(1, 2, 3, 59),), (rand(1, 2, 1, 1),)])
case("resize-smooth-bytes-dynamic", lambda x: {"fixed": F.interpolate(x, (6, 8), mode="bilinear", antialias=True), "cubic": F.interpolate(x, (9, 5), mode="bicubic", antialias=True)},
    pictures[1], dynamic=open_sizes, tests=[(pictures[1],), (pictures[0],), (ints(1, 3, 41, 53, low=0, high=256, dtype=torch.uint8),)])

# 16-bit floats: PyTorch rounds coordinates, weights and sums after each operation.
for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
    case(f"grid-sample-{name}", lambda image, grid, volume, places: {
        f"{mode}-{padding}{'-corners' if corners else ''}": F.grid_sample(image, grid, mode, padding, corners)
        for mode in ("bilinear", "bicubic", "nearest") for padding in ("zeros", "border", "reflection") for corners in (False, True)} | {
        f"volume-{mode}-{padding}": F.grid_sample(volume, places, mode, padding, False) for mode in ("bilinear", "nearest") for padding in ("zeros", "border", "reflection")},
        rand(1, 2, 5, 7, dtype=dtype), rand(1, 3, 5, 2, low=-1.5, high=1.5, dtype=dtype), rand(1, 2, 3, 4, 5, dtype=dtype), rand(1, 2, 3, 4, 3, low=-1.5, high=1.5, dtype=dtype))
    case(f"rounded-{name}", lambda x, y: {"histc": x.histc(20, -2, 2), "histc_all": x.histc(13), "trunc": torch.div(x, y, rounding_mode="trunc"),
        "trunc_number": torch.div(x, 0.01, rounding_mode="trunc"), "trapezoid": torch.trapezoid(x, y), "trapezoids": torch.cumulative_trapezoid(x, dx=0.3)},
        rand(100, dtype=dtype), rand(100, low=0.001, high=0.1, dtype=dtype))
case("trapezoid-bytes", lambda y, x: {"ones": torch.trapezoid(y), "places": torch.trapezoid(y, x), "cumulative": torch.cumulative_trapezoid(y, x), "wide": torch.trapezoid(y, dx=0.5)},
     ints(3, 7, low=0, high=256, dtype=torch.uint8), ints(7, low=0, high=256, dtype=torch.uint8))
