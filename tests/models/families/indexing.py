"""Reading and writing at indices: embedding, gather, scatter, advanced indexing."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand

table = rand(11, 5)
case("embedding", nn.Embedding(11, 5), ints(3, 7, low=0, high=11), core=True)
case("embedding-padding", nn.Embedding(11, 5, padding_idx=0), ints(13, low=0, high=11))
case("embedding-int32", nn.Embedding(11, 5), ints(3, low=0, high=11, dtype=torch.int32))
case("embedding-scalar", nn.Embedding(11, 5), torch.tensor(7))
case("embedding-weight-input", F.embedding, ints(3, 2, low=0, high=11), table)
case("embedding-positions", lambda ids, words, positions: F.embedding(ids, words) + positions[: ids.shape[1]],
    ints(2, 7, low=0, high=11), table, rand(16, 5))
for mode in ("sum", "mean", "max"):
    case(f"embedding-bag-{mode}", nn.EmbeddingBag(11, 5, mode=mode), ints(3, 7, low=0, high=11))
case("embedding-bag-offsets", nn.EmbeddingBag(11, 5), ints(13, low=0, high=11), torch.tensor([0, 4, 4, 9]))
case("embedding-bag-weights", lambda ids, weights, table: F.embedding_bag(ids, table, mode="sum", per_sample_weights=weights),
    ints(3, 4, low=0, high=11), rand(3, 4), table)
case("one-hot", lambda n: {"classes": F.one_hot(n, 11), "float": F.one_hot(n, num_classes=13).float()},
    ints(3, 5, low=0, high=11), core=True)

x, rows = rand(5, 7, 3), torch.tensor([4, 0, 0, 2])
case("index-select", lambda x, i: {"first": x.index_select(0, i), "middle": torch.index_select(x, 1, i),
    "last": x.index_select(-1, i % 3)}, x, rows, core=True)
case("gather", lambda x, i: {"first": x.gather(0, i % 5), "middle": x.gather(1, i), "last": torch.gather(x, -1, i % 3)}, x,
    ints(4, 6, 2, low=0, high=7), core=True)
case("take", lambda x, i: {"take": x.take(i), "along": torch.take_along_dim(x, i[:, :1, None] % 7, 1),
    "along_flat": torch.take_along_dim(x, i), "along_last": torch.take_along_dim(x, x.argsort(-1), -1)},
     x, ints(5, 2, low=0, high=105))
case("index-tensor", lambda x, i, j: {
    "first": x[i], "second": x[:, i], "pair": x[i, j], "broadcast": x[i[:, None], j[None, :2]], "apart": x[i, :, j % 3],
    "with_slice": x[1:4, i], "negative": x[-i - 1],
    "matrix": x[i.view(2, 2)], "with_int": x[2, i], "last": x[..., j % 3], "none": x[None, i]}, x, rows,
    torch.tensor([6, 1, 3, 3]), core=True)
case("index-constant", lambda x: {"list": x[[0, 3, 1]], "pairs": x[[0, 1], [2, 3]], "last": x[:, :, [2, 0]],
    "tensor": x[torch.tensor([1, 1])], "grid": x[:, torch.arange(7)[:, None], torch.arange(3)]}, x)
case("index-int32", lambda x, i: {"index": x[i], "select": x.index_select(0, i)}, x, rows.int())
case("index-range", lambda x, lengths: {"last": x[torch.arange(5), lengths], "eot": x[torch.arange(5), lengths.argmax(-1)]}, x,
    ints(5, low=0, high=7))
case("masked-where-mean", lambda x, mask: (x * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True).clamp(min=1), x,
    bools(5, 7).float())

source = rand(4, 7, 3)
case("scatter", lambda x, i, s: {"first": x.scatter(0, i, s), "middle": x.scatter(1, i, s), "value": x.scatter(1, i, 2.5),
    "last": torch.scatter(x, 2, i % 3, 0.5)}, x, torch.argsort(rand(5, 7, 3), 0)[:4], source.clone() * 0 + 3, core=True)
case("scatter-add", lambda x, i, s: {"first": x.scatter_add(0, i, s), "last": torch.scatter_add(x, 2, i % 3, s)}, x,
    ints(4, 7, 3, low=0, high=5), source, core=True)
case("scatter-reduce", lambda x, i, s: {
    name + ("" if kept else "_only"): x.scatter_reduce(0, i, s, name, include_self=kept) for name in ("sum", "prod", "mean",
    "amax", "amin") for kept in (True, False)},
     x, ints(4, 7, 3, low=0, high=5), source, core=True)
case("scatter-legacy-reduce", lambda x, i, s: {"add": x.scatter(0, i, s, reduce="add"),
    "multiply": x.scatter(0, i, s, reduce="multiply")}, x, ints(4, 7, 3, low=0, high=5), source)
case("scatter-one-hot", lambda n: torch.zeros(3, 11).scatter(1, n, 1.0), ints(3, 2, low=0, high=11))
case("scatter-topk-mask", lambda x: torch.full_like(x, float("-inf")).scatter(-1, x.topk(2).indices,
    x.topk(2).values).softmax(-1), rand(5, 7))
case("index-add", lambda x, s: {"first": x.index_add(0, torch.tensor([4, 0, 0, 2]), s),
    "alpha": x.index_add(0, torch.tensor([1, 1, 1, 0]), s, alpha=-0.5)}, x, source, core=True)
case("index-copy", lambda x, s: {"first": x.index_copy(0, torch.tensor([4, 0, 1, 2]), s),
    "last": x.index_copy(2, torch.tensor([1]), s[:1, :, :1].expand(5, 7, 1))}, x, source)
case("index-fill", lambda x: {"first": x.index_fill(0, torch.tensor([4, 0]), 2.5),
    "middle": x.index_fill(1, torch.tensor([3]), -1)}, x)
case("index-reduce", lambda x, s: {name: x.index_reduce(0, torch.tensor([4, 0, 0, 2]), s, name) for name in ("prod", "mean",
    "amax", "amin")}, x, source)
case("index-put", lambda x, i, j, v: {
    "rows": x.index_put((i,), v), "pairs": torch.index_put(x, (i, j), v[:, 0]),
    "accumulate": x.index_put((i % 2,), v, accumulate=True), "scalar": x.index_put((i,), torch.tensor(2.5))}, x,
    torch.tensor([4, 0, 1, 2]), torch.tensor([6, 1, 3, 0]), source, core=True)
case("index-put-mask", lambda x, mask: x.index_put((mask,), torch.tensor(-1.0)), x, bools(5, 7))
case("masked-scatter", lambda x, mask, s: x.masked_scatter(mask, s), rand(5, 7), bools(5, 7), rand(40))
case("slice-scatter", lambda x, s: {
    "slice": torch.slice_scatter(x, s, 0, 1), "step": torch.slice_scatter(x, s, 0, 0, 5,
    1) if s.shape[0] == 5 else torch.slice_scatter(x, s[:3], 0, 0, 5, 2),
    "select": torch.select_scatter(x, s[0], 0, 3), "diagonal": torch.diagonal_scatter(x[:, :, 0], s[0, :5, 0])}, x, source,
    core=True)
case("put", lambda x, i: {"put": x.put(i, torch.arange(4.0)), "accumulate": x.put(i % 3, torch.arange(4.0), accumulate=True)},
    rand(5, 7), torch.tensor([3, 34, 0, 12]))
case("scatter-int", lambda n, i: {"scatter": n.scatter(1, i, 7), "add": n.scatter_add(1, i, n), "gather": n.gather(1, i),
    "reduce": n.scatter_reduce(1, i, n, "amax")}, ints(3, 5), torch.tensor([[4, 0, 1], [2, 2, 2], [1, 3, 0]]))
case("segment-sum", lambda x, groups: torch.zeros(4, 3).index_add(0, groups, x) / torch.zeros(4).index_add(0, groups,
    torch.ones(9)).clamp(min=1)[:, None], rand(9, 3), ints(9, low=0, high=4))
case("nll-gather", lambda logits, target: -logits.log_softmax(-1).gather(1, target[:, None]).squeeze(1), rand(5, 7),
    ints(5, low=0, high=7))
