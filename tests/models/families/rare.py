"""Operators that few models have."""

import torch
import torch.nn.functional as F

from case import bools, case, ints, rand

aten = torch.ops.aten
inf, nan = float("inf"), float("nan")

case("rare-distances", lambda x, y: {f"p{p}": torch.dist(x, y, p) for p in (0, 1, 2, 3.5, inf, -inf)}, rand(5, 7), rand(7))
case("rare-pairs", lambda x: {f"p{p}": F.pdist(x, p) for p in (0, 1, 2, 3.5, inf)}, rand(9, 5))
case("rare-norms", lambda x: {f"{p}-{dim}": torch.renorm(x, p, dim, 2.5) for p in (1, 2, inf) for dim in (0, 1, -1)}, rand(3, 5, 7))
case("rare-rows", lambda w, i: {"embedding": F.embedding(i, w, max_norm=1.5), "bag": F.embedding_bag(i, w, max_norm=1.5, norm_type=1.0)}, rand(11, 5), ints(3, 4, low=0, high=11))
case("rare-modes", lambda x, y: {name: tuple(mode) for name, mode in (("last", x.mode()), ("first", x.mode(0, keepdim=True)), ("floats", y.mode()), ("number", y[0, 0].mode()))}, ints(7, 13, low=0, high=4),
    rand(5, 9).round())
case("rare-shifts", lambda x: {"all": torch.fft.fftshift(x), "one": torch.fft.fftshift(x, 1), "back": torch.fft.ifftshift(x, (0, 1)),
    "diagonal": torch.diagflat(x, 2), "number": torch.diagflat(x[0, 0], -1)}, rand(4, 5))
case("rare-hermitian", lambda x: {"two": torch.fft.hfft2(x), "sizes": torch.fft.hfft2(x, (3, 10), norm="ortho"), "all": torch.fft.hfftn(x, norm="forward"),
    "back": torch.view_as_real(torch.fft.ihfft2(x).resolve_conj()), "backn": torch.view_as_real(torch.fft.ihfftn(x, (8,), norm="ortho").resolve_conj())}, rand(5, 6, 7))
case("rare-slopes", lambda x, y, z: {"plain": torch.gradient(x), "second": torch.gradient(x, spacing=0.5, edge_order=2), "dims": torch.gradient(x, spacing=[2.0, 3.0], dim=[0, 2]),
    "places": torch.gradient(x, spacing=[y, z], dim=[1, -1]), "places2": torch.gradient(x, spacing=[y, z], dim=[1, -1], edge_order=2),
    "short": torch.gradient(x[:, :2], dim=1), "short-places": torch.gradient(x[:, :2], spacing=[y[:2]], dim=1), "ints": torch.gradient((x * 5).long(), dim=0),
    "trapz": torch.trapz(x, z), "trapz1": torch.trapz(x, dx=0.5, dim=0)}, rand(4, 5, 6), rand(5).cumsum(0), torch.tensor([0.0, 1, 1.5, 4, 4.25, 9]))
case("rare-histograms", lambda x, w, edges: {"bins": tuple(torch.histogram(x, 7)), "range": tuple(torch.histogram(x, 5, range=(-1.0, 1.5), weight=w, density=True)),
    "edges": tuple(torch.histogram(x, edges)), "one": tuple(torch.histogram(x[0, :1], 3)), "plain": torch.histc(x, 6), "dd": torch.histogramdd(x[:, :3], [3, 4, 2])[0],
    "dd-range": torch.histogramdd(x[:, :2], 3, range=[-1.0, 1.0, -2.0, 0.5], weight=w[:, 0], density=True)[0], "dd-edges": torch.histogramdd(x[:, :2], [edges, edges])[0]},
    rand(29, 4), rand(29, 4, low=0, high=1), torch.tensor([-2.0, -1.25, 0, 0.5, 2]))
case("rare-segments", lambda x, lengths, offsets: {f"{reduce}-{i}": torch.segment_reduce(x, reduce, unsafe=True, axis=axis, **options)
    for reduce in ("sum", "mean", "max", "min", "prod")
    for i, (axis, options) in enumerate([(0, {"lengths": lengths}), (0, {"lengths": lengths, "initial": 2}), (0, {"offsets": offsets})])},
    rand(9, 3), torch.tensor([2, 0, 3, 4]), torch.tensor([0, 4, 5, 5, 9]))
case("rare-losses", lambda x, t, y, w: {"multilabel": F.multilabel_margin_loss(x, y), "none": F.multilabel_margin_loss(x, y, reduction="none"),
    "vector": F.multilabel_margin_loss(x[0], y[0]), "margin": F.multi_margin_loss(x, t, p=2, margin=0.5, weight=w), "margin-vector": F.multi_margin_loss(x[0], t[0]),
    "margin-none": F.multi_margin_loss(x[0], t[:1], reduction="none")}, rand(4, 6), torch.tensor([0, 5, 2, 2]),
    torch.tensor([[3, 0, -1, 2, 1, 1], [-1, 0, 1, 2, 3, 4], [5, 4, 3, 2, 1, 0], [1, 1, -1, 0, 0, 0]]), rand(6, low=0.1, high=2))
case("rare-backward", lambda g, y, mask: {"softmax": aten._softmax_backward_data(g, y.softmax(1), 1, torch.float32), "log": aten._log_softmax_backward_data(g, y.log_softmax(0), 0, torch.float32),
    "dropout": aten.native_dropout_backward(g, mask, 1.25), "sigmoid": aten.sigmoid_backward(g, y.sigmoid()), "tanh": aten.tanh_backward(g, y.tanh())}, rand(5, 7), rand(5, 7), bools(5, 7))
case("rare-pool-backward", lambda x, g: aten.max_pool2d_with_indices_backward(g, x, [3, 3], [2, 2], [1, 1], [1, 1], False, aten.max_pool2d_with_indices(x, [3, 3], [2, 2], [1, 1])[1]),
    rand(2, 3, 7, 9), rand(2, 3, 4, 5))
case("rare-pool-fractional", lambda x, y, s, t: {"two": aten.fractional_max_pool2d(x, [2, 3], [4, 3], s), "single": aten.fractional_max_pool2d(x[0], [3, 3], [1, 2], s[:1]),
    "three": aten.fractional_max_pool3d(y, [2, 2, 3], [3, 2, 2], t)}, rand(2, 3, 9, 11), rand(2, 3, 7, 5, 6), rand(2, 3, 2, low=0, high=0.99), rand(2, 3, 3, low=0, high=0.99))
case("rare-indices", lambda x, mask, i, j, v: {"read": aten._unsafe_masked_index(x, mask, [i, j], 9.0), "add": aten._unsafe_masked_index_put_accumulate(x, mask, [i, j], v)},
    rand(5, 7), bools(4, 6), ints(4, 1, low=-9, high=9), ints(1, 6, low=-9, high=9), rand(4, 6))
case("rare-chunks", lambda x, y: {"first": aten._chunk_cat([x, y], 0, 3), "second": aten._chunk_cat([x, y[:, :5]], 1, 2)}, rand(4, 5, 2), rand(4, 6, 3))
case("rare-batch-norm", lambda x, w, b, m, v: aten._batch_norm_with_update(x, w, b, m.clone(), v.clone(), 0.3, 1e-3)[:3], rand(4, 5, 6), rand(5), rand(5), rand(5),
    rand(5, low=0.5, high=2))
case("rare-numbers", lambda x, i, y: {"reduce": x.index_reduce(0, i, y, "amax"), "same": y.reshape(1).diff(n=0), "sum": x.reshape(1, 1)[:, :0].cumsum(1)}, rand(), torch.tensor([0]), rand())
case("rare-mantissas", lambda x, y: {"floats": tuple(torch.frexp(x)), "wide": tuple(torch.frexp(y))}, torch.cat([rand(13) * 1e5, torch.tensor([0.0, -0.0, 1, 0.5, -2, 1e-37, inf, -inf, nan])]),
    torch.tensor([1e-310, -3e-300, 1e300, 0.75, 0], dtype=torch.float64))
case("rare-resized", lambda x, y: {"size": x.clone().resize_(5, 4, 3), "like": x.clone().resize_as_(y), "written": (z := x.clone(), z.resize_(60).add_(1))[0]}, rand(3, 4, 5), rand(6, 10))
case("rare-bytes", lambda x, y, t: {"distance": F.pairwise_distance(x, y), "triplet": F.triplet_margin_loss(x, y, x.flip(0), reduction="none"), "ranking": F.margin_ranking_loss(x, y, t,
    reduction="none"), "einsum": torch.einsum("ij->j", x), "sum": x.sum_to_size(1, 7), "bools": (x > 9).sum_to_size(5, 1)}, ints(5, 7, low=0, high=256, dtype=torch.uint8),
    ints(5, 7, low=0, high=256, dtype=torch.uint8), ints(5, 7, low=0, high=2, dtype=torch.uint8))
case("rare-windows", lambda x: {"kaiser": x + torch.kaiser_window(9), "whole": x + torch.kaiser_window(9, False), "beta": x + torch.kaiser_window(9, True, 3.5), "one": torch.kaiser_window(1) + x[0],
    "range": torch.range(0, 8) + x, "step": torch.range(1, 3, 0.45), "down": torch.range(5, -3, -2, dtype=torch.int64)}, rand(2, 9))
case("rare-diagonals", lambda x, y: {"square": x[:3].clone().fill_diagonal_(7), "wide": x.clone().T.fill_diagonal_(0.5), "tall": x.clone().fill_diagonal_(7), "wrapped": x.clone().fill_diagonal_(7, wrap=True),
    "cube": y.clone().fill_diagonal_(-1)}, rand(11, 3), rand(3, 3, 3))
case("rare-sequences", lambda x, y: {"first": torch.nn.utils.rnn.pad_sequence([x, y, x[:1]], batch_first=True, padding_value=-1.5), "second": torch.nn.utils.rnn.pad_sequence([y, x]),
    "left": torch.nn.utils.rnn.pad_sequence([x, y], padding_side="left"), "flat": torch._C._nn.flatten_dense_tensors([x, y])}, rand(4, 3), rand(6, 3))
case("rare-instances", lambda x, m, v: F.instance_norm(x, m, v, use_input_stats=True, momentum=0.3), rand(5, 3, 7), rand(3), rand(3, low=0.5, high=2))
case("rare-inner", lambda x, y, b: {"aminmax": tuple(aten._aminmax(x)), "dim": tuple(aten._aminmax(x, 1, True)), "every": aten._is_all_true(b), "some": aten._is_any_true(b), "stack": aten._stack([x, x], 1),
    "relu": aten._addmm_activation(y[0], x, y, beta=0.5), "gelu": aten._addmm_activation(y[0], x, y, alpha=2, use_gelu=True), "scan": aten._logcumsumexp(x, 1), "sums": aten._compute_linear_combination(x, y.T[:3, :5]),
    "columns": torch.norm_except_dim(x, 2, 1), "all": torch.norm_except_dim(x, 2, -1), "one": torch.norm_except_dim(x, 1, 0), "byte": aten._cast_Byte(x.abs()), "half": aten._cast_Half(x),
    "double": aten._cast_Double(x), "reshaped": aten._reshape_copy(x, [7, 5]), "places": aten._dim_arange(x, 1), "and": aten.bitwise_and(6, (x * 9).long()), "shift": aten.bitwise_left_shift(3, b.long()),
    "line": torch.linspace(x[0, 0], 3, 5), "log": torch.logspace(0, x[0, 1], 4), "xlogy": torch.special.xlogy(2, x.abs()), "xlog1py": torch.special.xlog1py(x, 0.5)}, rand(5, 7), rand(7, 5), bools(5, 7))
case("rare-integers", lambda x, y: aten._int_mm(x, y), ints(24, 16, low=-128, high=128, dtype=torch.int8), ints(16, 8, low=-128, high=128, dtype=torch.int8))
case("rare-lanczos", lambda x: {"down": F.interpolate(x, size=(5, 4), mode="lanczos", antialias=True), "up": F.interpolate(x, size=(17, 20), mode="lanczos", antialias=True)}, rand(2, 3, 11, 13))
