"""Matrix products, einsum, attention and rotary positions."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, rand

case("matmul", lambda a, b: a @ b, rand(5, 13), rand(13, 7), core=True)
case("matmul-batched", lambda a, b: a @ b, rand(2, 3, 5, 13), rand(2, 3, 13, 7), core=True)
case("matmul-broadcast", lambda a, b: {"left": a @ b, "right": b.mT @ a.mT}, rand(3, 1, 5, 13), rand(2, 13, 7), core=True)
case("matmul-shapes", lambda a, b, v, w: {"vector": a @ v, "row": w @ a, "dot": v @ v, "batched_vector": b @ v,
    "row_batched": w @ b, "flat": b @ a.T},
     rand(5, 13), rand(2, 5, 13), rand(13), rand(5), core=True)
case("matmul-transposed", lambda a, b: {"tn": a.T @ b, "nt": a @ b.T[:9].T, "tt": a.T @ b.T[:9].T.contiguous()}, rand(9, 9),
    rand(9, 9))
case("matmul-large", lambda a, b: a @ b, rand(65, 131), rand(131, 67))
case("matmul-inner-one", lambda a, b: a @ b, rand(5, 1), rand(1, 7))
case("matmul-empty", lambda a, b: a @ b, rand(5, 0), rand(0, 7))
case("matmul-double", lambda a, b: a @ b, rand(5, 13, dtype=torch.float64), rand(13, 7, dtype=torch.float64))
case("matmul-int", lambda a, b: a @ b, torch.arange(-10, 11).view(3, 7), torch.arange(-3, 11).view(7, 2))
case("mm-bmm", lambda a, b, c, d: {"mm": torch.mm(a, b), "bmm": torch.bmm(c, d), "mv": torch.mv(a, b[:, 0]),
    "dot": torch.dot(b[:, 0], b[:, 1]),
                                   "outer": torch.outer(a[0], b[0]), "inner": torch.inner(a, a), "vdot": torch.vdot(a[0], a[1])},
     rand(5, 13), rand(13, 7), rand(3, 5, 6), rand(3, 6, 4), core=True)
case("addmm", lambda i, a, b, v: {"plain": torch.addmm(i, a, b), "scaled": torch.addmm(i, a, b, beta=0.5, alpha=-2),
    "row": torch.addmm(i[0], a, b),
                                  "addmv": torch.addmv(i[:, 0], a, v, beta=2), "addr": torch.addr(i, a[:, 0], b[0]),
                                  "column": torch.addmm(i[:, :1], a, b)},
     rand(5, 7), rand(5, 13), rand(13, 7), rand(13), core=True)
case("baddbmm", lambda i, a, b: {"plain": torch.baddbmm(i, a, b), "scaled": torch.baddbmm(i, a, b, beta=0.5, alpha=0.125),
    "ignored": torch.baddbmm(i, a, b, beta=0),
                                 "addbmm": torch.addbmm(i[0], a, b)}, rand(3, 5, 4), rand(3, 5, 6), rand(3, 6, 4))
case("chain-matmul", lambda a, b, c: torch.linalg.multi_dot([a, b, c]), rand(3, 9), rand(9, 5), rand(5, 7))
case("einsum", lambda a, b, c: {
    "product": torch.einsum("ij,jk->ik", a, b), "batched": torch.einsum("bij,jk->bik", c, b),
    "trace": torch.einsum("ii->", a[:5, :5]),
    "outer": torch.einsum("i,j->ij", a[0], b[0]), "sum": torch.einsum("bij->j", c), "heads": torch.einsum("bij,bkj->bik", c, c),
    "ellipsis": torch.einsum("...ij,jk->...ik", c, b), "permute": torch.einsum("bij->jib", c),
    "three": torch.einsum("bi,ij,bj->b", c[:, 0, :5], a[:5], c[:, 0])},
     rand(6, 13), rand(13, 7), rand(2, 5, 13), core=True)
case("einsum-attention", lambda q, k, v: torch.einsum("bhqk,bkhd->bqhd", torch.einsum("bqhd,bkhd->bhqk", q, k).softmax(-1), v),
    rand(2, 5, 3, 4), rand(2, 7, 3, 4), rand(2, 7, 3, 4))
case("tensordot", lambda a, b: {"two": torch.tensordot(a, b, 2), "dims": torch.tensordot(a, b, dims=([0], [2])),
    "kron": torch.kron(a[0, :2], b[0, :, :2])}, rand(3, 4, 5), rand(4, 5, 3))
case("cdist", lambda a, b: {"two": torch.cdist(a, b), "one": torch.cdist(a, b, p=1.0)}, rand(2, 5, 6), rand(2, 7, 6), rough=True)
case("cosine", lambda a, b: {"similarity": F.cosine_similarity(a, b), "last": F.cosine_similarity(a, b, dim=-1),
    "distance": F.pairwise_distance(a, b)}, rand(3, 5, 7), rand(3, 5, 7))
case("cross", lambda a, b: {"cross": torch.linalg.cross(a, b), "dim": torch.cross(a.mT, b.mT, dim=0)}, rand(5, 3), rand(5, 3))

q, k, v = rand(2, 3, 5, 6), rand(2, 3, 9, 6), rand(2, 3, 9, 4)
sdpa = F.scaled_dot_product_attention
case("sdpa", lambda q, k, v: sdpa(q, k, v), q, k, v, core=True)
case("sdpa-causal", lambda q, k, v: sdpa(q, k, v, is_causal=True), rand(2, 3, 9, 6), k, v, core=True)
case("sdpa-causal-rectangular", lambda q, k, v: sdpa(q, k, v, is_causal=True), q, k, v)
case("sdpa-bool-mask", lambda q, k, v, mask: sdpa(q, k, v, attn_mask=mask), q, k, v, bools(2, 1, 5, 9), core=True)
case("sdpa-float-mask", lambda q, k, v, mask: sdpa(q, k, v, mask, scale=0.3), q, k, v, rand(5, 9), core=True)
case("sdpa-row-all-masked", lambda q, k, v, mask: sdpa(q, k, v, mask), q, k, v,
    torch.ones(5, 9, dtype=torch.bool).index_fill(0, torch.tensor([2]), False))
case("sdpa-grouped-query", lambda q, k, v: sdpa(q, k, v, enable_gqa=True), rand(2, 6, 5, 8), rand(2, 2, 7, 8), rand(2, 2, 7, 8),
    core=True)
case("sdpa-grouped-query-causal", lambda q, k, v: sdpa(q, k, v, is_causal=True, enable_gqa=True), rand(1, 4, 7, 8),
    rand(1, 1, 7, 8), rand(1, 1, 7, 8))
case("sdpa-3d", lambda q, k, v: sdpa(q, k, v), rand(3, 5, 6), rand(3, 7, 6), rand(3, 7, 6))
case("sdpa-transposed-heads", lambda x: sdpa(*(t.view(2, 9, 3, 8).transpose(1, 2) for t in x.chunk(3, -1))).transpose(1,
    2).reshape(2, 9, 24), rand(2, 9, 72))
case("sdpa-one-query", lambda q, k, v: sdpa(q, k, v), rand(1, 4, 1, 16), rand(1, 4, 33, 16), rand(1, 4, 33, 16))
case("sdpa-long", lambda q, k, v: sdpa(q, k, v, is_causal=True), rand(1, 2, 130, 8), rand(1, 2, 130, 8), rand(1, 2, 130, 8))
case("sdpa-double", lambda q, k, v: sdpa(q, k, v), q.double(), k.double(), v.double())
case("sdpa-blocks", lambda q, k, v, mask: sdpa(q, k, v, mask, scale=0.7), rand(2, 3, 70, 18), rand(2, 3, 131, 18),
    rand(2, 3, 131, 13), rand(2, 1, 1, 131))
case("sdpa-causal-more-queries", lambda q, k, v: sdpa(q, k, v, is_causal=True), rand(1, 2, 77, 8), rand(1, 2, 30, 8),
    rand(1, 2, 30, 8))
case("sdpa-causal-wide", lambda q, k, v: sdpa(q, k, v, is_causal=True), rand(2, 30, 12), rand(2, 141, 12), rand(2, 141, 20))
case("sdpa-step-grouped", lambda q, k, v, mask: sdpa(q, k, v, mask, enable_gqa=True), rand(2, 6, 1, 10), rand(2, 2, 67, 10),
    rand(2, 2, 67, 7), bools(2, 1, 1, 67), core=True)
case("sdpa-row-minus-infinity", lambda q, k, v, mask: {"sdpa": sdpa(q, k, v, mask),
    "softmax": (q @ k.mT + mask).softmax(-1) @ v},
     q, k, v, torch.zeros(5, 9).index_fill(0, torch.tensor([2]), -torch.inf), core=True)
case("sdpa-infinite", lambda q, k, v: sdpa(q, k, v), q.index_fill(2, torch.tensor([1]), torch.inf), k, v)
case("sdpa-nan", lambda q, k, v: sdpa(q, k, v), q.index_fill(2, torch.tensor([4]), torch.nan), k, v)
case("sdpa-empty", lambda q, k, v: {"keys": sdpa(q, k[:, :, :0], v[:, :, :0]), "rows": sdpa(q[:, :, :0], k, v)}, q, k, v)
case("attention-transposed", lambda x: (x.flatten(2) @ (x.flatten(2).mT @ x.flatten(2)).softmax(-1).mT).view_as(x),
    rand(2, 5, 3, 7), core=True)


class SharedWeights(nn.Module):
    """The weights are used twice, and given out: the matrix is wanted."""

    def forward(self, q, k, v):
        weights = (q @ k.mT * 0.5).softmax(-1)
        return weights @ v, weights @ v.exp(), weights.amax(-2)


case("attention-shared-weights", SharedWeights(), q, k, v)


def attention(q, k, v, mask):
    scores = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5
    return scores.masked_fill(mask == 0, -1e9).softmax(-1) @ v


case("attention-by-hand", attention, q, k, v, bools(5, 9).int(), core=True)


def rotary(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


class Rope(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.register_buffer("frequencies", 1 / 10000 ** (torch.arange(0, size, 2) / size), persistent=False)

    def forward(self, query, positions):
        angles = torch.outer(positions.float(), self.frequencies)
        angles = torch.cat((angles, angles), -1)
        return rotary(query, angles.cos(), angles.sin())


case("rope", Rope(6), rand(2, 3, 5, 6), torch.arange(3, 8), core=True)
case("rope-interleaved", lambda x, cos, sin: torch.stack((x[..., ::2] * cos - x[..., 1::2] * sin,
    x[..., ::2] * sin + x[..., 1::2] * cos), -1).flatten(-2), rand(2, 5, 6), rand(5, 3), rand(5, 3))
case("rope-complex", lambda x, angles: torch.view_as_real(torch.view_as_complex(x.view(2, 5, 3,
    2)) * torch.polar(torch.ones_like(angles), angles)).flatten(2), rand(2, 5, 6), rand(5, 3))


class Alibi(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.register_buffer("slopes", 2.0 ** -torch.arange(1, heads + 1))

    def forward(self, query, key, value):
        positions = torch.arange(key.shape[2])
        bias = self.slopes[:, None, None] * (positions[None, :] - positions[: query.shape[2], None]).abs().neg()
        return sdpa(query, key, value, attn_mask=bias)


case("attention-alibi", Alibi(3), q, k, v)
case("multihead-attention", nn.MultiheadAttention(12, 3), rand(5, 2, 12), rand(7, 2, 12), rand(7, 2, 12), core=True)
