"""Views and other movements of elements: they compute nothing."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand

x = rand(2, 3, 5, 7)
case("view", lambda x: {
    "view": x.view(6, 35), "infer": x.view(-1, 7), "reshape": x.transpose(1, 2).reshape(5, 42), "flatten": x.flatten(1, 2),
    "all": x.flatten(),
    "unflatten": x.unflatten(3, (7, 1)), "view_as": x.view_as(x.reshape(42, 5)), "squeeze": x[:1].squeeze(0),
    "ravel": x.mT.ravel()}, x, core=True)
case("permute", lambda x: {
    "permute": x.permute(3, 0, 2, 1), "negative": x.permute(0, -1, 1, -2), "transpose": x.transpose(1, 3),
    "movedim": x.movedim(0, -1),
    "swapaxes": x.swapaxes(-1, -2), "t": x[0, 0].t(), "mT": x.mT, "matrix": x[0, 0].T,
    "contiguous": x.permute(0, 2, 3, 1).contiguous(), "adjoint": x.adjoint()}, x, core=True)
case("squeeze", lambda x: {
    "all": x.squeeze(), "one": x.squeeze(1), "last": x.squeeze(-1), "two": x.squeeze((1, 3)), "not_one": x.squeeze(0),
    "unsqueeze": x.unsqueeze(0),
    "unsqueeze_last": x.unsqueeze(-1), "none": x[:, None, ..., None]}, rand(3, 1, 5, 1), core=True)
case("expand", lambda x: {
    "expand": x.expand(4, 3, 5), "keep": x.expand(-1, 3, -1), "front": x.expand(2, 4, 1, 5),
    "expand_as": x.expand_as(torch.zeros(4, 2, 5)),
    "broadcast_to": torch.broadcast_to(x, (2, 4, 3, 5)), "then_add": x.expand(4, 3, 5) + 1}, rand(4, 1, 5), core=True)
case("broadcast-tensors", lambda x, y: torch.broadcast_tensors(x, y), rand(3, 1, 5), rand(4, 1))
case("repeat", lambda x: {
    "repeat": x.repeat(2, 3), "front": x.repeat(2, 1, 2), "tile": x.tile((2,)), "tile_front": torch.tile(x, (3, 1, 2)),
    "interleave": x.repeat_interleave(3), "interleave_dim": x.repeat_interleave(2, dim=1),
    "interleave_first": torch.repeat_interleave(x, 3, 0)}, rand(3, 5), core=True)
case("repeat-interleave-counts", lambda x: x.repeat_interleave(torch.tensor([2, 0, 3]), dim=0, output_size=5), rand(3, 5))
case("slice", lambda x: {
    "slice": x[1:], "middle": x[:, 1:3], "step": x[..., ::2], "offset_step": x[:, :, 1::3], "negative": x[..., -3:-1],
    "beyond": x[:, :, 2:99], "empty": x[:, 3:2],
    "several": x[:1, 1:, ::2, 1:-1], "narrow": x.narrow(2, 1, 3), "negative_start": x.narrow(3, -4, 2), "ellipsis": x[1, ..., 2]},
    x, core=True)
case("select", lambda x: {"first": x[0], "last": x[-1], "select": x.select(2, 3), "negative": x.select(-1, -2),
    "nested": x[1, 2, 3], "element": x[1, 2, 3, 4], "mixed": x[:, 1, 1:3]}, x, core=True)
case("cat", lambda x, y, z: {"last": torch.cat((x, y), -1), "first": torch.cat([x, x, x]), "three": torch.cat((x, y, x), 2),
    "other": torch.cat((x, z), 1), "concat": torch.concat((z, x), dim=1)},
     rand(2, 3, 5), rand(2, 3, 4), rand(2, 1, 5), core=True)
case("cat-mixed", lambda x, n, p, e: {"promoted": torch.cat((x, n), 0), "bool": torch.cat((n, p), 0),
    "empty": torch.cat((x, e), 0), "legacy": torch.cat((x, torch.zeros(0)), 1)}, rand(2, 3), ints(2, 3), bools(1, 3), rand(0, 3))
case("stack", lambda x, y: {
    "stack": torch.stack((x, y)), "last": torch.stack((x, y), -1), "middle": torch.stack((x, y, x), 1),
    "hstack": torch.hstack((x, y)), "vstack": torch.vstack((x, y)),
    "dstack": torch.dstack((x, y)), "column": torch.column_stack((x[0], y[0])), "block": torch.block_diag(x, y)}, rand(3, 5),
    rand(3, 5), core=True)
case("split", lambda x: {
    "split": x.split(2, 1), "sizes": x.split((1, 3, 1), dim=1), "chunk": x.chunk(3, -1), "uneven": x.chunk(2, 1),
    "unbind": x[:, :2, :2].unbind(1), "tensor_split": x.tensor_split(3, 1)}, rand(3, 5, 7), core=True)
case("split-with-sizes", lambda x: [t * 2 for t in torch.split_with_sizes(x, [2, 4, 1], -1)], rand(3, 5, 7))
case("flip", lambda x: {"one": x.flip(1), "two": x.flip((0, 2)), "last": x.flip(-1), "lr": x.fliplr(), "ud": x.flipud(),
    "rot90": x.rot90(1, (1, 2)), "rot180": x.rot90(2)}, rand(3, 5, 7), core=True)
case("roll", lambda x: {"one": x.roll(2, 1), "two": x.roll((1, -2), (0, 2)), "flat": x.roll(4), "large": x.roll(-12, -1)},
    rand(3, 5, 7), core=True)
case("triangle", lambda x: {"tril": x.tril(), "triu": x.triu(), "above": x.tril(2), "below": x.triu(-2), "far": x.triu(9),
    "tensor": torch.tril(x, -1)}, rand(2, 5, 7), core=True)
case("triangle-int", lambda n, p: {"tril": n.tril(), "triu": p.triu(1)}, ints(5, 7), bools(5, 7))
case("diagonal", lambda x: {
    "diagonal": x.diagonal(), "offset": x.diagonal(1, 1, 2), "below": x.diagonal(-2, 0, 2), "diag": x[0].diag(),
    "embed": x[0].diag_embed(), "embed_offset": torch.diag_embed(x, 1, 0, 2),
    "make": x[0, 0].diag(), "make_offset": x[0, 0].diag(-1), "trace": x[0].trace(), "linalg": torch.linalg.diagonal(x)},
    rand(3, 5, 7))
case("unfold-tensor", lambda x: {"plain": x.unfold(1, 3, 2), "last": x.unfold(-1, 4, 1),
    "twice": x.unfold(1, 2, 1).unfold(2, 3, 3)}, rand(2, 7, 9), core=True)
case("as-strided", lambda x: {"window": x.as_strided((3, 4), (2, 1)), "offset": torch.as_strided(x, (2, 3), (7, 2), 1)},
    rand(5, 7), core=True)
case("meshgrid", lambda x, y: {"ij": torch.meshgrid(x, y, indexing="ij"), "xy": torch.meshgrid(x, y, indexing="xy"),
    "product": torch.cartesian_prod(x, y), "combinations": torch.combinations(x)}, rand(3), rand(5))
case("atleast", lambda x: {"one": torch.atleast_1d(x), "two": torch.atleast_2d(x), "three": torch.atleast_3d(x)},
    torch.tensor(2.5))
case("pixel-shuffle", lambda x: {"shuffle": F.pixel_shuffle(x, 2), "unshuffle": F.pixel_unshuffle(x, 3),
    "channels": F.channel_shuffle(x, 4)}, rand(2, 8, 3, 6), core=True)
case("space-to-depth", lambda x: x.view(1, 2, 3, 2, 5, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 8, 3, 5), rand(1, 2, 6, 10))
case("window-partition", lambda x: torch.roll(x, (-1, -1), (1, 2)).view(1, 2, 3, 2, 4, 5).permute(0, 1, 3, 2, 4, 5).reshape(4, 12,
    5), rand(1, 6, 8, 5))
case("real-view", lambda x: {"dtype": x.view(torch.int32), "bytes": x.view(torch.uint8)}, rand(3, 5))
case("clone", lambda x: {"clone": x.clone(), "detach": x.detach(), "alias": torch.ops.aten.alias(x), "contiguous": x.contiguous(),
    "preserve": x.permute(1, 0).clone(memory_format=torch.preserve_format)}, rand(3, 5))
case("input-transposed", lambda x: {"double": x * 2, "flat": x.reshape(-1), "sum": x.sum(0)}, rand(5, 3).t())
case("input-strided", lambda x, y: {"sum": x + y, "product": x @ y.T, "rows": x.flatten()}, rand(6, 14)[::2, 1::2],
    rand(1, 7).expand(3, 7))
case("input-offset", lambda x: x.view(3, 5) * 2, rand(31)[11:26])
