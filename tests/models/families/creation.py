"""Tensors made from nothing, or like another one."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, ints, rand

x = rand(3, 5)
case("creation", lambda x: {
    "zeros": torch.zeros(2, 3) + x[:1, :3], "ones": x.new_ones(3, 5) - x, "full": torch.full((3, 5), 2.5) * x,
    "zeros_like": torch.zeros_like(x), "ones_like": torch.ones_like(x, dtype=torch.int64),
    "full_like": torch.full_like(x, -7.25), "new_zeros": x.new_zeros((2, 2)), "new_full": x.new_full((2,), 3),
    "new_tensor": x.new_tensor([1.0, 2.0]), "eye": torch.eye(3, 5) * x, "empty_filled": torch.empty_like(x).fill_(4)}, x,
    core=True)
case("arange", lambda x: {
    "end": torch.arange(7), "start": torch.arange(3, 9), "step": torch.arange(1, 20, 4), "down": torch.arange(5, -3, -2),
    "float": torch.arange(0, 1, 0.15), "dtype": torch.arange(5, dtype=torch.float32),
    "length": torch.arange(x.shape[1]) + x, "int32": torch.arange(4, dtype=torch.int32)}, x, core=True)
case("linspace", lambda x: {"linspace": torch.linspace(-1, 2, 7) * x[0, 0], "one": torch.linspace(3, 9, 1),
    "logspace": torch.logspace(-1, 1, 5), "double": torch.linspace(0, 1, 9, dtype=torch.float64)}, x)
case("eye", lambda x: {"square": torch.eye(5) @ x.T, "wide": torch.eye(2, 4), "int": torch.eye(3, dtype=torch.int64),
    "bool": torch.eye(3, dtype=torch.bool)}, x)
case("tensor-constants", lambda x: {"list": x * torch.tensor([1.0, -2, 3, 0.5, 7]), "scalar": x + torch.tensor(2.5),
    "int": torch.tensor([[1, 2], [3, 4]]) + ints_of(x), "bool": torch.tensor([True, False, True, True, False]) & (x > 0)}, x)
case("triangle-mask", lambda x: {"tril": torch.tril(torch.ones(3, 5)) * x, "triu": torch.triu(torch.full((3, 5), float("-inf")),
    1), "indices": torch.tril_indices(3, 5), "vander": torch.vander(x[0], 4)}, x)
case("windows", lambda x: {"hann": torch.hann_window(9) * x, "hamming": torch.hamming_window(9, periodic=False),
    "blackman": torch.blackman_window(9), "bartlett": torch.bartlett_window(9)}, rand(2, 9))


def ints_of(x):
    return x[:2, :2].long()


def sinusoids(length, channels):
    angles = torch.arange(length)[:, None] / 10000 ** (torch.arange(0, channels, 2) / channels)
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)


case("sinusoid-positions", lambda x: x + sinusoids(x.shape[1], x.shape[2]), rand(2, 5, 6), core=True)
case("position-buckets", lambda x: x + buckets(x.shape[0]).float(), rand(9, 9))


def buckets(length):
    """T5's relative position buckets."""
    distance = torch.arange(length)[None, :] - torch.arange(length)[:, None]
    bucket = (distance > 0).long() * 4
    distance = distance.abs()
    large = 2 + (torch.log(distance.float() / 2) / torch.log(torch.tensor(4.0)) * 2).long()
    return bucket + torch.where(distance < 2, distance, torch.minimum(large, torch.full_like(large, 3)))
case("random-unused", lambda x: (torch.rand([]), torch.rand_like(x), x * 2)[2], x)
case("dropout-of-nothing", lambda x: F.dropout(x, 0.0, training=True), x)
