"""Reductions, cumulative functions, sorting, and the indices they give."""

import math

import torch
from torch import nn

from case import bools, case, ints, named, rand

inf, nan = math.inf, math.nan
x = rand(3, 5, 7, 2)
case("sum", lambda x: {
    "all": x.sum(), "one": x.sum(1), "keep": x.sum(2, keepdim=True), "two": x.sum((0, 2)), "negative": x.sum(-1),
    "several_keep": x.sum((1, -1), keepdim=True),
    "first": x.sum(0), "empty_list": x.sum(()), "double": x.sum(1, dtype=torch.float64)}, x, core=True)
case("mean", lambda x: {
    "all": x.mean(), "one": x.mean(1), "keep": x.mean(2, keepdim=True), "image": x.mean((-2, -1)), "first": x.mean(0),
    "several_keep": x.mean((1, 3), keepdim=True)}, x, core=True)
case("prod", lambda x: {"all": x.prod(), "one": x.prod(1), "keep": x.prod(-1, keepdim=True)}, rand(3, 5, 7), core=True)
case("max-min", lambda x: {
    "max": x.max(), "min": x.min(), "amax": x.amax(1), "amin": x.amin((0, 2), keepdim=True), "amax_all": x.amax(),
    "aminmax": tuple(torch.aminmax(x, dim=2))}, x, core=True)
case("max-dim", lambda x: {"max": tuple(x.max(1)), "min_keep": tuple(x.min(-1, keepdim=True)), "first": tuple(torch.max(x, 0))},
    rand(3, 5, 7), core=True)
case("argmax", lambda x: {
    "all": x.argmax(), "one": x.argmax(1), "keep": x.argmax(2, keepdim=True), "argmin": x.argmin(0), "argmin_all": x.argmin(),
    "last": x.argmin(-1)}, rand(3, 5, 7), core=True)
case("argmax-ties", lambda x: {"argmax": x.argmax(1), "argmin": x.argmin(1), "all": x.argmax()},
    torch.tensor([[1.0, 3, 3, 0, 0], [2, 2, 2, 2, 2], [-inf, 0, 0, -inf, 5]]))
case("argmax-nan", lambda x: {"argmax": x.argmax(1), "max": tuple(x.max(1)), "min": tuple(x.min(1)), "amax": x.amax(0),
    "sum": x.sum(1), "mean": x.mean(0)},
     torch.tensor([[1.0, nan, 3], [inf, 2, -inf], [nan, nan, 0]]))
case("argmax-int", lambda n: {"argmax": n.argmax(1), "argmin": n.argmin(), "max": tuple(n.max(0)), "amin": n.amin(1)}, ints(5, 7))
case("any-all", lambda p, x: {"any": p.any(), "all": p.all(), "any_dim": p.any(1), "all_keep": p.all(0, keepdim=True),
    "numbers": x.any(1), "two": p.any((0, 1))}, bools(3, 5), rand(3, 5).round(), core=True)
case("sum-int", lambda n, p: {
    "sum": n.sum(), "dim": n.sum(1), "prod": n.abs().clamp(1, 3).prod(1), "bool": p.sum(), "bool_dim": p.sum(0),
    "int32": n.int().sum(), "kept": n.sum(0, dtype=torch.int32),
    "mean": n.mean(dtype=torch.float32), "count": p.count_nonzero(), "count_dim": n.count_nonzero(1)}, ints(5, 7), bools(5, 7))
case("sum-uint8", lambda n: {"sum": n.sum(), "dim": n.sum(0), "max": n.max(), "float": n.float().mean(1)},
    ints(5, 37, low=0, high=256, dtype=torch.uint8))
case("variance", lambda x: {
    "var": x.var(), "one": x.var(1), "population": x.var((2, 3), unbiased=False), "keep": x.var(1, keepdim=True),
    "correction": torch.var(x, dim=2, correction=2), "std": x.std(),
    "std_one": x.std(-2), "std_population": x.std(1, correction=0, keepdim=True), "var_mean": torch.var_mean(x, 1),
    "std_mean": torch.std_mean(x, (0, 2))}, x, core=True)
case("variance-large-offset", lambda x: {"var": x.var(1), "std": x.std()}, rand(3, 37) + 1000)
case("variance-of-equals", lambda x: {"std": x.std(1), "var": x.var(1), "all": x[2].std(), "columns": x.T.std(0)}, (rand(5, 1) + 1) * torch.ones(5, 7))
case("norm", lambda x: {
    "two": x.norm(), "dim": x.norm(dim=1), "keep": x.norm(p=2, dim=-1, keepdim=True), "one": x.norm(1, 2), "inf": x.norm(inf, 1),
    "three": torch.norm(x, 3.0, 0),
    "vector": torch.linalg.vector_norm(x, 2, (1, 2)), "minus_inf": torch.linalg.vector_norm(x, -inf, 0),
    "zero": torch.linalg.vector_norm(x.round(), 0, 1), "fro": torch.linalg.matrix_norm(x)}, rand(3, 5, 7), core=True)
case("logsumexp", lambda x: {"one": x.logsumexp(1), "keep": torch.logsumexp(x, -1, keepdim=True), "two": x.logsumexp((0, 2)),
    "special": torch.special.logsumexp(x, 0)}, rand(3, 5, 7, low=-90, high=90), core=True)
case("logsumexp-infinite", lambda x: x.logsumexp(1), torch.tensor([[-inf, -inf], [inf, 0], [1, nan]]))
case("nan-reductions", lambda x: {"nansum": x.nansum(1), "nanmean": x.nanmean(1), "nansum_all": x.nansum()},
    torch.tensor([[1.0, nan, 3], [4, 5, 6], [nan, nan, 0]]))
case("median", lambda x: {"all": x.median(), "dim": tuple(x.median(1)), "even": tuple(x[:, :4].median(1)),
    "nan": torch.nanmedian(x)}, rand(3, 5, 7))
case("quantile", lambda x: {"one": x.quantile(0.3), "dim": torch.quantile(x, torch.tensor([0.0, 0.25, 0.9]), dim=1),
    "nearest": x.quantile(0.4, 1, interpolation="nearest")}, rand(3, 7))
case("reduce-scalar", named("sum mean max argmax prod logsumexp", logsumexp=lambda t: t.logsumexp(0)), torch.tensor(2.5))
case("reduce-empty", lambda x: {"sum": x.sum(1), "prod": x.prod(0), "all": x.all(), "mean": x.mean()}, rand(3, 0))
case("reduce-long", lambda x: {"sum": x.sum(), "mean": x.mean(1), "max": x.max(), "first": x.sum(0), "norm": x.norm()},
    rand(3, 1037))
case("reduce-many-rows", lambda x: {"last": x.sum(-1), "first": x.mean(0), "max": x.amax(-1)}, rand(203, 9))
case("reduce-strided", lambda x: {"t": x.t().sum(1), "permute": x.unfold(0, 3, 2).mean(-1), "flip": x.flip(0).amax(0)},
    rand(13, 7))
case("trapezoid", lambda x: {"plain": torch.trapezoid(x, dx=0.5), "diff": torch.diff(x), "diff_dim": torch.diff(x, dim=0),
    "twice": torch.diff(x, n=2)}, rand(4, 7))

case("cumsum", lambda x: {"first": x.cumsum(0), "middle": x.cumsum(1), "last": x.cumsum(-1),
    "double": x.cumsum(1, dtype=torch.float64)}, rand(3, 5, 7), core=True)
case("cumsum-int", lambda n, p: {"int": n.cumsum(1), "bool": p.cumsum(0), "positions": p.long().cumsum(-1) - 1,
    "int32": n.int().cumsum(0), "reverse": n.flip(1).cumsum(1).flip(1)}, ints(3, 7), bools(3, 7), core=True)
case("cumprod", lambda x: {"first": x.cumprod(0), "last": x.cumprod(-1), "exclusive": torch.cat((torch.ones(3, 1), x[:, :-1]),
    1).cumprod(1)}, rand(3, 7))
case("cummax", lambda x: {"max": tuple(x.cummax(1)), "min": tuple(x.cummin(0)), "logcumsumexp": torch.logcumsumexp(x, 1)},
    rand(3, 7))
case("cumsum-long", lambda x: x.cumsum(-1), rand(2, 517))

y = rand(3, 13, 5)
case("sort", lambda x: {"last": tuple(x.sort()), "descending": tuple(x.sort(1, descending=True)),
    "first": tuple(torch.sort(x, 0)), "msort": x.msort()}, y, core=True)
case("sort-stable", lambda n: {"up": tuple(n.sort(dim=1, stable=True)), "down": tuple(torch.sort(n, dim=1, descending=True,
    stable=True))}, ints(3, 23, low=0, high=5))
case("sort-nan", lambda x: {"up": x.sort(1).values, "down": x.sort(1, descending=True).values},
    torch.tensor([[1.0, nan, -inf, 3, inf], [0, 2, nan, nan, -1]]))
case("argsort", lambda x: {"last": x.argsort(), "descending": x.argsort(1, descending=True), "first": x.argsort(0),
    "rank": x.argsort(1).argsort(1)}, y, core=True)
case("topk", lambda x: {"last": tuple(x.topk(3)), "dim": tuple(x.topk(4, 1)), "smallest": tuple(x.topk(2, largest=False)),
    "one": tuple(x.topk(1, 0)), "all": x.topk(5).values}, y, core=True)
case("topk-long", lambda x: tuple(x.topk(7)), rand(2, 501))
case("kthvalue", lambda x: {"last": tuple(x.kthvalue(2)), "dim": tuple(x.kthvalue(3, 1, keepdim=True))}, y)
case("searchsorted", lambda x, v: {
    "left": torch.searchsorted(x, v), "right": torch.searchsorted(x, v, right=True), "bucketize": torch.bucketize(v, x),
    "int32": torch.bucketize(v, x, out_int32=True, right=True)},
     torch.tensor([-1.5, -0.5, 0.0, 0.75, 1.0]), rand(3, 5).mul(2).round().div(2))
case("histogram", lambda n, x: {"bincount": torch.nn.functional.one_hot(n, 9).sum(0), "histc": torch.histc(x, 7, -2, 2)},
    ints(23, low=0, high=9), rand(41))
