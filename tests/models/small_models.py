"""Writes some 50 small models of many kinds with every size left open, by Dim.AUTO: small_models.py OUT [names ...].

Each is tried at other sizes than it was exported with. Where PyTorch fixes a size while it traces, that one stays.
"""

import math
import sys

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torch._higher_order_ops.scan import scan

import bigger
from case import ints, rand

MODELS = {}


def model(name, inputs, others):
    """Declares a model: a class or function that makes the module, inputs to export it with, and inputs of other sizes."""
    def declare(make):
        MODELS[name] = (make, inputs, others)
        return make

    return declare


def of(make, forward):
    """A module of layers and a function of them and the inputs."""
    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleDict(make())

    # Each input is a parameter, as export wants it.
    Small.forward = (lambda self, x: forward(self.layers, x), lambda self, x, y: forward(self.layers, x, y), lambda self, x, y, z: forward(self.layers, x, y, z))[forward.__code__.co_argcount - 2]
    return Small


def declare(name, make, forward, inputs, others):
    model(name, inputs, others)(of(make, forward))


def convolution(channels, others, size=3, **options):
    """With its norm and activation."""
    return nn.Sequential(nn.Conv2d(channels, others, size, padding=options.pop("padding", size // 2), bias=False, **options), nn.BatchNorm2d(others), nn.SiLU())


def heads(x, count):
    return x.unflatten(-1, (count, -1)).transpose(-3, -2)


def positions(length, width):
    angles = torch.arange(length)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(100.0) / width))
    return torch.stack((angles.sin(), angles.cos()), -1).flatten(1)


def turned(x, offset=0):
    """Rotary positions."""
    angles = (torch.arange(x.shape[-2]) + offset)[:, None] / 100 ** (torch.arange(0, x.shape[-1], 2) / x.shape[-1])
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angles), angles)).flatten(-2)


def sized(*shape):
    return lambda: (rand(*shape),)


def words(*shape, count=23):
    return lambda: (ints(*shape, low=1, high=count),)


# --- pictures --------------------------------------------------------------------------------------------------------
@model("residual", sized(2, 3, 41, 45), sized(3, 3, 33, 70))
class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.same = convolution(3, 8, 7, stride=2), convolution(8, 8)
        self.smaller, self.beside, self.head = convolution(8, 16, stride=2), nn.Conv2d(8, 16, 1, stride=2), nn.Linear(16, 5)

    def forward(self, x):
        x = F.max_pool2d(self.stem(x), 3, 2, 1)
        x = x + self.same(x)
        return self.head((self.smaller(x) + self.beside(x)).mean((2, 3)))


@model("dense", sized(2, 3, 12, 14), sized(3, 3, 9, 23))
class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers, self.join = nn.ModuleList(convolution(channels, 4) for channels in (3, 7, 11)), nn.Conv2d(15, 6, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat((x, layer(x)), 1)
        return F.avg_pool2d(self.join(x), 2)


declare("mobile", lambda: {"up": convolution(4, 12, 1), "deep": convolution(12, 12, 5, stride=2, groups=12), "a": nn.Conv2d(12, 3, 1), "b": nn.Conv2d(3, 12, 1), "down": nn.Conv2d(12, 6, 1)},
        lambda m, x: (lambda y: m["down"](y * F.hardsigmoid(m["b"](m["a"](F.adaptive_avg_pool2d(y, 1)).relu()))))(m["deep"](m["up"](x))), sized(2, 4, 17, 22), sized(1, 4, 30, 13))
declare("next", lambda: {"deep": nn.Conv2d(6, 6, 7, padding=3, groups=6), "norm": nn.LayerNorm(6), "a": nn.Linear(6, 24), "b": nn.Linear(24, 6)},
        lambda m, x: x + m["b"](F.gelu(m["a"](m["norm"](m["deep"](x).permute(0, 2, 3, 1))))).permute(0, 3, 1, 2), sized(2, 6, 11, 9), sized(1, 6, 15, 20))
declare("shuffle", lambda: {"a": convolution(6, 6), "deep": convolution(3, 3, 3, groups=3)},
        lambda m, x: (lambda y: torch.cat((y[:, :3], m["deep"](y[:, 3:])), 1).unflatten(1, (2, 3)).transpose(1, 2).flatten(1, 2))(m["a"](x)), sized(2, 6, 8, 11), sized(4, 6, 13, 7))
declare("inception", lambda: {"a": convolution(4, 3, 1), "b": convolution(4, 3, 3), "c": convolution(4, 3, 5), "d": nn.Conv2d(4, 3, 1)},
        lambda m, x: torch.cat((m["a"](x), m["b"](x), m["c"](x), m["d"](F.max_pool2d(x, 3, 1, 1))), 1).flatten(2).amax(-1), sized(2, 4, 9, 10), sized(1, 4, 17, 12))


@model("unet", sized(2, 2, 21, 26), sized(3, 2, 30, 19))
class UNet(nn.Module):
    """Odd sizes: what is made larger is padded to what it is joined with."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList((convolution(2, 4), convolution(4, 8), convolution(8, 8)))
        self.up = nn.ModuleList((nn.ConvTranspose2d(8, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)))
        self.join = nn.ModuleList((convolution(16, 8), convolution(8, 4)))

    def forward(self, x):
        seen = []
        for level in self.down:
            x = level(x)
            seen.append(x)
            x = F.max_pool2d(x, 2)
        x = seen.pop()
        for up, join in zip(self.up, self.join):
            x, beside = up(x), seen.pop()
            x = F.pad(x, (0, beside.shape[3] - x.shape[3], 0, beside.shape[2] - x.shape[2]))
            x = join(torch.cat((beside, x), 1))
        return x


@model("pyramid", sized(2, 3, 40, 56), sized(3, 3, 64, 33))
class Pyramid(nn.Module):
    """Features of several sizes, joined from the smallest on, with a head for all."""

    def __init__(self):
        super().__init__()
        self.levels = nn.ModuleList(convolution(a, b, stride=2) for a, b in ((3, 4), (4, 6), (6, 8)))
        self.sides = nn.ModuleList(nn.Conv2d(channels, 5, 1) for channels in (4, 6, 8))
        self.head = nn.Conv2d(5, 6, 3, padding=1)

    def forward(self, x):
        features = []
        for level in self.levels:
            x = level(x)
            features.append(x)
        above, found = None, []
        for side, feature in zip(reversed(self.sides), reversed(features)):
            feature = side(feature)
            above = feature if above is None else feature + F.interpolate(above, size=feature.shape[-2:], mode="nearest")
            found.append(self.head(above).flatten(2).transpose(1, 2))
        return torch.cat(found, 1)


declare("atrous", lambda: {"a": nn.Conv2d(3, 4, 3, padding=2, dilation=2), "b": nn.Conv2d(3, 4, 3, padding=4, dilation=4), "c": nn.Conv2d(3, 4, 1), "head": nn.Conv2d(12, 2, 1)},
        lambda m, x: F.interpolate(m["head"](torch.cat((m["a"](x), m["b"](x), m["c"](F.adaptive_avg_pool2d(x, 1)).expand(-1, -1, x.shape[2], x.shape[3])), 1)), scale_factor=2.0, mode="bilinear", align_corners=False).argmax(1).float(),
        sized(2, 3, 14, 17), sized(3, 3, 23, 12))
declare("superresolution", lambda: {"a": nn.Conv2d(3, 8, 5, padding=2), "b": nn.Conv2d(8, 12, 3, padding=1)},
        lambda m, x: F.pixel_shuffle(m["b"](m["a"](x).tanh()), 2) + F.interpolate(x, scale_factor=2, mode="bicubic"), sized(2, 3, 9, 14), sized(3, 3, 16, 11))
declare("squeeze", lambda: {"a": nn.Conv2d(4, 3, 1), "b": nn.Conv2d(3, 4, 1), "c": nn.Conv2d(3, 4, 3, padding=1)},
        lambda m, x: (lambda y: F.max_pool2d(torch.cat((m["b"](y), m["c"](y)), 1).relu(), 3, 2, ceil_mode=True))(m["a"](x).relu()), sized(2, 4, 13, 15), sized(1, 4, 20, 8))
declare("style", lambda: {"a": nn.Conv2d(3, 6, 3, padding=1, padding_mode="reflect"), "norm": nn.InstanceNorm2d(6, affine=True), "b": nn.Conv2d(6, 3, 3)},
        lambda m, x: m["b"](F.pad(F.interpolate(m["norm"](m["a"](x)).relu(), scale_factor=2), (1, 1, 1, 1), mode="reflect")).sigmoid(), sized(2, 3, 10, 13), sized(3, 3, 8, 19))
declare("video", lambda: {"a": nn.Conv3d(2, 4, (3, 3, 3), padding=1, stride=(1, 2, 2)), "norm": nn.BatchNorm3d(4), "b": nn.Conv3d(4, 3, (3, 1, 1))},
        lambda m, x: F.adaptive_avg_pool3d(m["b"](m["norm"](m["a"](x)).relu()), (1, 2, 2)), sized(2, 2, 6, 10, 12), sized(3, 2, 9, 15, 8))
declare("keypoints", lambda: {"a": convolution(1, 6), "heat": nn.Conv2d(6, 3, 1)},
        lambda m, x: (lambda h: (lambda peaks: (lambda best: (best.values, best.indices // h.shape[3], best.indices % h.shape[3]))(peaks.flatten(2).topk(4)))(h * (F.max_pool2d(h, 3, 1, 1) == h)))(m["heat"](m["a"](x)).sigmoid()),
        sized(2, 1, 12, 15), sized(3, 1, 17, 9))
declare("warp", lambda: {"flow": nn.Conv2d(4, 2, 3, padding=1)},
        lambda m, a, b: F.grid_sample(b, F.affine_grid(torch.eye(2, 3).expand(a.shape[0], 2, 3), a.shape, align_corners=False) + 0.2 * m["flow"](torch.cat((a, b), 1)).tanh().permute(0, 2, 3, 1), align_corners=False),
        lambda: (rand(2, 2, 9, 12), rand(2, 2, 9, 12)), lambda: (rand(3, 2, 9, 12), rand(3, 2, 9, 12)))
declare("regions", lambda: {"a": nn.Conv2d(3, 4, 3, padding=1), "head": nn.Linear(36, 5)},
        lambda m, x, boxes: m["head"](torchvision.ops.roi_align(m["a"](x), torch.cat((torch.zeros(boxes.shape[0], 1), boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), 1), 3, 0.5, 2).flatten(1)),
        lambda: (rand(1, 3, 16, 20), rand(5, 4, low=1.0, high=9.0)), lambda: (rand(1, 3, 25, 13), rand(8, 4, low=1.0, high=9.0)))
declare("deformable", lambda: {"where": nn.Conv2d(3, 18, 3, padding=1), "a": torchvision.ops.DeformConv2d(3, 4, 3, padding=1)}, lambda m, x: m["a"](x, m["where"](x) * 0.2), sized(2, 3, 9, 11), sized(3, 3, 12, 7))


# --- attention -------------------------------------------------------------------------------------------------------
class Block(nn.Module):
    """Attention and two layers, each with its norm before it."""

    def __init__(self, width=8, count=2, causal=False, turned=False, groups=None):
        super().__init__()
        self.count, self.causal, self.turned, self.groups = count, causal, turned, groups or count
        each = width // count
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, each * self.groups), nn.Linear(width, each * self.groups)
        self.out, self.up, self.down = nn.Linear(width, width), nn.Linear(width, 3 * width), nn.Linear(3 * width, width)

    def forward(self, x, mask=None, other=None):
        y = self.first(x)
        z = y if other is None else other
        q, k, v = heads(self.query(y), self.count), heads(self.key(z), self.groups), heads(self.value(z), self.groups)
        if self.turned:
            q, k = turned(q), turned(k)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=self.causal, enable_gqa=self.groups != self.count)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.second(x))))


declare("vision_transformer", lambda: {"cut": nn.Conv2d(3, 8, 4, 4), "a": Block(), "b": Block(), "head": nn.Linear(8, 5), "places": nn.Embedding(16, 8)},
        lambda m, x: (lambda y: m["head"](m["b"](m["a"](y.flatten(2).transpose(1, 2) + F.interpolate(m["places"].weight.t().reshape(1, 8, 4, 4), size=y.shape[-2:], mode="bilinear").flatten(2).transpose(1, 2))).mean(1)))(m["cut"](x)),
        sized(2, 3, 20, 24), sized(1, 3, 28, 16))
declare("encoder", lambda: {"words": nn.Embedding(23, 8), "a": Block(), "b": Block()},
        lambda m, ids, mask: (lambda see: m["b"](m["a"](m["words"](ids) + positions(ids.shape[1], 8), see), see))(mask[:, None, None, :] > 0),
        lambda: (ints(2, 7, low=1, high=23), torch.tensor([[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0]])), lambda: (ints(3, 12, low=1, high=23), (torch.arange(12) < torch.tensor([[12], [3], [7]])).long()))
declare("decoder", lambda: {"words": nn.Embedding(23, 8), "a": Block(causal=True, turned=True), "b": Block(causal=True, turned=True, groups=1), "norm": nn.RMSNorm(8)},
        lambda m, ids: m["norm"](m["b"](m["a"](m["words"](ids)))) @ m["words"].weight.t(), words(2, 6), words(3, 17))
declare("translator", lambda: {"words": nn.Embedding(23, 8), "a": Block(), "b": Block(causal=True), "c": Block()},
        lambda m, source, target: m["c"](m["b"](m["words"](target)), None, m["a"](m["words"](source))), lambda: (ints(2, 6, low=1, high=23), ints(2, 4, low=1, high=23)),
        lambda: (ints(3, 5, low=1, high=23), ints(3, 11, low=1, high=23)))
declare("torch_transformer", lambda: {"a": nn.Transformer(8, 2, 1, 1, 16, batch_first=True)}, lambda m, x, y: m["a"](x, y),
        lambda: (rand(2, 6, 8), rand(2, 4, 8)), lambda: (rand(3, 9, 8), rand(3, 5, 8)))
declare("linear_attention", lambda: {"qkv": nn.Linear(6, 18)},
        lambda m, x: (lambda q, k, v: (q @ (k.transpose(1, 2) @ v)) / (q @ k.sum(1)[:, :, None] + 1e-3))(*(lambda q, k, v: (F.elu(q) + 1, F.elu(k) + 1, v))(*m["qkv"](x).chunk(3, -1))), sized(2, 7, 6), sized(3, 13, 6))
declare("perceiver", lambda: {"latents": nn.Embedding(4, 8), "a": Block(), "b": Block()},
        lambda m, x: m["b"](m["a"](m["latents"].weight.expand(x.shape[0], -1, -1), None, x)), sized(2, 9, 8), sized(1, 21, 8))
declare("relative", lambda: {"qkv": nn.Linear(8, 24), "bias": nn.Embedding(9, 2)},
        lambda m, x: (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=m["bias"]((torch.arange(x.shape[1])[None] - torch.arange(x.shape[1])[:, None]).clamp(-4, 4) + 4).permute(2, 0, 1)[None].expand(x.shape[0], -1, -1, -1)))(
            *(heads(part, 2) for part in m["qkv"](x).chunk(3, -1))), sized(2, 6, 8), sized(3, 11, 8))
declare("banded", lambda: {"qkv": nn.Linear(8, 24)},
        lambda m, x: (lambda near: (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, attn_mask=near))(*(heads(part, 2) for part in m["qkv"](x).chunk(3, -1))))(
            (torch.arange(x.shape[1])[None] - torch.arange(x.shape[1])[:, None]).abs() < 3), sized(2, 7, 8), sized(1, 15, 8))


@model("windows", sized(2, 7, 9, 8), sized(3, 9, 6, 8))
class Windows(nn.Module):
    """Attention in windows of four by four, moved by two, of pictures padded to whole windows."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x):
        count, height, width, channels = x.shape
        x = F.pad(x, (0, 0, 0, -width % 4, 0, -height % 4))
        high, wide = x.shape[1] // 4, x.shape[2] // 4
        y = x.roll((-2, -2), (1, 2)).view(count, high, 4, wide, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, channels)
        y = self.attention(y, y, y, need_weights=False)[0]
        y = y.view(count, high, wide, 4, 4, channels).permute(0, 1, 3, 2, 4, 5).reshape(count, 4 * high, 4 * wide, channels)
        return y.roll((2, 2), (1, 2))[:, :height, :width]


declare("contrastive", lambda: {"picture": nn.Conv2d(3, 6, 3, 2), "words": nn.Embedding(23, 6)},
        lambda m, x, ids: F.normalize(m["picture"](x).mean((2, 3)), dim=-1) @ F.normalize(m["words"](ids).mean(1), dim=-1).t() * 3, lambda: (rand(2, 3, 9, 12), ints(3, 5, low=1, high=23)), lambda: (rand(4, 3, 15, 8), ints(2, 9, low=1, high=23)))
declare("cached", lambda: {"qkv": nn.Linear(8, 24)},
        lambda m, x, keys, values: (lambda q, k, v: (F.scaled_dot_product_attention(turned(q, keys.shape[2]), k, v, attn_mask=torch.ones(x.shape[1], k.shape[2], dtype=torch.bool).tril(k.shape[2] - x.shape[1])), k, v))(
            *(lambda q, k, v: (q, torch.cat((keys, turned(k, keys.shape[2])), 2), torch.cat((values, v), 2)))(*(heads(part, 2) for part in m["qkv"](x).chunk(3, -1)))),
        lambda: (rand(2, 3, 8), rand(2, 2, 5, 4), rand(2, 2, 5, 4)), lambda: (rand(3, 2, 8), rand(3, 2, 9, 4), rand(3, 2, 9, 4)))


# --- sequences and sound ---------------------------------------------------------------------------------------------
declare("lstm", lambda: {"words": nn.Embedding(23, 5), "a": nn.LSTM(5, 6, 2, batch_first=True, bidirectional=True)}, lambda m, ids: m["a"](m["words"](ids))[0].amax(1), words(2, 6), words(3, 6))
declare("gru", lambda: {"a": nn.GRU(4, 6), "head": nn.Linear(6, 3)}, lambda m, x: m["head"](m["a"](x)[0]).log_softmax(-1), sized(7, 2, 4), sized(7, 3, 4))
declare("temporal", lambda: {"a": nn.Conv1d(4, 6, 3, dilation=2), "b": nn.Conv1d(6, 4, 3, dilation=4)}, lambda m, x: x + m["b"](F.pad(m["a"](F.pad(x, (4, 0))).relu(), (8, 0))), sized(2, 4, 11), sized(3, 4, 20))
declare("wave", lambda: {"a": nn.Conv1d(3, 6, 2, dilation=2), "skip": nn.Conv1d(3, 5, 1)}, lambda m, x: (lambda f, g: m["skip"](f.tanh() * g.sigmoid()).sum(-1))(*m["a"](x).chunk(2, 1)), sized(2, 3, 15), sized(1, 3, 28))
declare("spectrum", lambda: {"a": nn.Linear(17, 6)},
        lambda m, x: m["a"](torch.stft(x, 32, 8, window=torch.hann_window(32), return_complex=True).abs().square().transpose(1, 2)).clamp(min=1e-4).log(), sized(2, 160), sized(3, 231))
declare("vocoder", lambda: {"a": nn.Conv1d(4, 34, 3, padding=1)},
        lambda m, x: (lambda y: torch.istft(torch.polar(y[:, :17].exp(), y[:, 17:]), 32, 8, window=torch.hann_window(32)))(m["a"](x) * 0.3), sized(2, 4, 12), sized(3, 4, 19))
declare("upsampled", lambda: {"a": nn.ConvTranspose1d(4, 3, 8, 4, 2), "b": nn.Conv1d(3, 1, 7, padding=3)}, lambda m, x: m["b"](F.leaky_relu(m["a"](x), 0.1)).tanh(), sized(2, 4, 9), sized(1, 4, 14))
declare("features", lambda: {"a": nn.Conv1d(1, 5, 10, 5, bias=False), "norm": nn.GroupNorm(5, 5), "b": nn.Conv1d(5, 6, 3, 2)}, lambda m, x: m["b"](F.gelu(m["norm"](m["a"](x[:, None])))).transpose(1, 2), sized(2, 90), sized(3, 143))
declare("conformer", lambda: {"up": nn.Linear(6, 24), "deep": nn.Conv1d(12, 12, 5, padding=2, groups=12), "norm": nn.BatchNorm1d(12), "down": nn.Linear(12, 6)},
        lambda m, x: x + m["down"](F.silu(m["norm"](m["deep"](F.glu(m["up"](x), -1).transpose(1, 2)))).transpose(1, 2)), sized(2, 8, 6), sized(3, 15, 6))
declare("fourier_mixer", lambda: {"up": nn.Linear(6, 12), "down": nn.Linear(12, 6)}, lambda m, x: (lambda y: y + m["down"](F.gelu(m["up"](y))))(x + torch.fft.fft2(x).real * 0.1), sized(2, 9, 6), sized(3, 14, 6))
declare("long_convolution", lambda: {"decay": nn.Linear(4, 1, bias=False)},
        lambda m, x: torch.fft.irfft(torch.fft.rfft(x, n=2 * x.shape[-1]) * torch.fft.rfft(torch.exp(-m["decay"].weight.abs().t() * torch.arange(x.shape[-1])), n=2 * x.shape[-1]), n=2 * x.shape[-1])[..., : x.shape[-1]],
        sized(2, 4, 11), sized(1, 4, 23))
declare("state_space", lambda: {"step": nn.Linear(4, 4), "gate": nn.Linear(4, 4)},
        lambda m, x: scan(lambda h, t: (lambda n: (n, n * 2))(h * m["step"](t).sigmoid() + m["gate"](t)), torch.zeros_like(x[:, 0]), x, dim=1)[1], sized(2, 7, 4), sized(3, 12, 4))
declare("retention", lambda: {"qkv": nn.Linear(6, 18)},
        lambda m, x: (lambda q, k, v: ((q @ k.transpose(1, 2)) * torch.pow(0.9, (torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1])).clamp(min=0)).tril()) @ v)(*m["qkv"](x).chunk(3, -1)), sized(2, 6, 6), sized(1, 13, 6))


# --- points, graphs, rows --------------------------------------------------------------------------------------------
declare("points", lambda: {"a": nn.Linear(3, 8), "norm": nn.BatchNorm1d(8), "b": nn.Linear(16, 4)},
        lambda m, x: (lambda y: m["b"](torch.cat((y, y.amax(1, keepdim=True).expand_as(y)), -1)))(m["norm"](m["a"](x).transpose(1, 2)).transpose(1, 2).relu()), sized(2, 9, 3), sized(3, 20, 3))
declare("neighbours", lambda: {"a": nn.Linear(6, 5)},
        lambda m, x: (lambda near: m["a"](torch.cat((x[:, :, None].expand(-1, -1, 3, -1), torch.stack([row[places] for row, places in zip(x.unbind(0), near.unbind(0))]) - x[:, :, None]), -1)).amax(2))(
            torch.cdist(x, x).topk(3, largest=False).indices), sized(2, 8, 3), sized(2, 13, 3))
declare("graph", lambda: {"a": nn.Linear(4, 6), "b": nn.Linear(6, 3)},
        lambda m, x, edges: (lambda turn: m["b"](turn(m["a"](x)).relu()))(lambda y: torch.zeros_like(y).index_add(0, edges[1], y[edges[0]]) / torch.zeros(x.shape[0]).index_add(0, edges[1], torch.ones(edges.shape[1])).clamp(min=1)[:, None]),
        lambda: (rand(6, 4), ints(2, 15, low=0, high=6)), lambda: (rand(11, 4), ints(2, 31, low=0, high=11)))
declare("sets", lambda: {"a": nn.Linear(3, 6), "b": nn.Linear(6, 2)}, lambda m, x, mask: m["b"]((m["a"](x).relu() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)), lambda: (rand(2, 5, 3), torch.ones(2, 5)), lambda: (rand(3, 9, 3), torch.ones(3, 9)))
declare("factorisation", lambda: {"a": nn.Embedding(11, 4), "bias": nn.Embedding(11, 1)},
        lambda m, ids: (m["bias"](ids).sum((1, 2)) + (m["a"](ids).sum(1).square() - m["a"](ids).square().sum(1)).sum(1) / 2).sigmoid(), words(3, 4, count=11), words(5, 7, count=11))
declare("experts", lambda: {"gate": nn.Linear(5, 3), "a": nn.Linear(5, 7), "b": nn.Linear(5, 7), "c": nn.Linear(5, 7)},
        lambda m, x: (lambda w, at: sum((torch.where(at == i, w, 0.0).sum(-1, keepdim=True)) * m[name](x) for i, name in enumerate("abc")))(*m["gate"](x).softmax(-1).topk(2)), sized(2, 4, 5), sized(3, 9, 5))
declare("radiance", lambda: {"a": nn.Linear(24, 8), "b": nn.Linear(8, 4)},
        lambda m, x: (lambda y: (lambda alpha: ((alpha * torch.cumprod(torch.cat((torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-5), 1), 1)[:, :-1])[..., None] * y[..., :3].sigmoid()).sum(1))(1 - torch.exp(-F.softplus(y[..., 3]))))(
            m["b"](m["a"](torch.cat([f(x * 2.0 ** i) for i in range(4) for f in (torch.sin, torch.cos)], -1)).relu())), sized(4, 6, 3), sized(7, 10, 3))
declare("autoencoder", lambda: {"a": nn.Linear(6, 8), "b": nn.Linear(4, 6), "codes": nn.Embedding(7, 4)},
        lambda m, x: (lambda z: (lambda at: (m["b"](m["codes"](at)), at.float()))(torch.cdist(z, m["codes"].weight).argmin(-1)))(m["a"](x)[..., :4]), sized(3, 6), sized(8, 6))
declare("crf", lambda: {"a": nn.Linear(5, 4), "turns": nn.Linear(4, 4, bias=False)},
        lambda m, x: scan(lambda s, e: (lambda n: (n, n.clone()))(torch.logsumexp(s[:, :, None] + m["turns"].weight, 1) + e), m["a"](x)[:, 0].clone(), m["a"](x)[:, 1:], dim=1)[0].logsumexp(1), sized(2, 6, 5), sized(3, 10, 5))
declare("capsules", lambda: {"a": nn.Linear(4, 15)},
        lambda m, x: (lambda u: (lambda squash: squash((u * (u * squash(u.mean(1, keepdim=True))).sum(-1, keepdim=True).softmax(2)).sum(1)))(lambda s: s * s.norm(dim=-1, keepdim=True) / (1 + s.square().sum(-1, keepdim=True))))(
            m["a"](x).unflatten(-1, (3, 5))), sized(2, 6, 4), sized(3, 9, 4))
declare("picked_rows", lambda: {"a": nn.Linear(5, 4)}, lambda m, x: (lambda rows: (m["a"](rows).sum(0), torch.cat((rows, x)).mean(0)))(x[x[:, 0] > 0]), sized(9, 5), sized(14, 5))
declare("power", lambda: {"a": nn.Linear(4, 4, bias=False)},
        lambda m, x: torch.while_loop(lambda i, v: i < 5, lambda i, v: (i + 1, F.normalize(m["a"](v) + v, dim=-1)), (torch.tensor(0), F.normalize(x, dim=-1)))[1], sized(3, 4), sized(6, 4))


def make(name):
    made, inputs, others = MODELS[name]
    built, example = made(), inputs()
    bigger.season(built, lambda m: m(*example))
    yield "", {"model": built, "args": example, "kwargs": {}, "dynamic": tuple({axis: torch.export.Dim.AUTO for axis in range(t.dim())} for t in example), "test": (others(), {})}


def main():
    options = bigger.arguments(__doc__, MODELS).parse_args()
    return bigger.make_all(bigger.chosen(MODELS, options), make, options)


if __name__ == "__main__":
    sys.exit(main())
