"""The blocks that vision and audio networks are built of, small."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand, seasoned


def norm_act(i, o, kernel=3, stride=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class Residual(nn.Module):
    """ResNet's bottleneck, the shortcut a strided convolution."""

    def __init__(self, i=6, middle=4, o=10, stride=2, groups=1):
        super().__init__()
        self.path = nn.Sequential(norm_act(i, middle, 1), norm_act(middle, middle, 3, stride, groups),
            norm_act(middle, o, 1, act=None))
        self.shortcut = norm_act(i, o, 1, stride, act=None) if stride > 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.path(x) + self.shortcut(x))


class SqueezeExcitation(nn.Module):
    def __init__(self, channels, act=nn.Hardsigmoid):
        super().__init__()
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, 3, 1), nn.ReLU(), nn.Conv2d(3, channels, 1), act())

    def forward(self, x):
        return x * self.gate(x)


class InvertedResidual(nn.Module):
    """MobileNetV3's and EfficientNet's block."""

    def __init__(self, act=nn.Hardswish):
        super().__init__()
        self.path = nn.Sequential(norm_act(6, 14, 1, act=act), norm_act(14, 14, 5, groups=14, act=act), SqueezeExcitation(14),
            norm_act(14, 6, 1, act=None))

    def forward(self, x):
        return x + self.path(x)


class ConvNextBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise, self.norm = nn.Conv2d(6, 6, 7, padding=3, groups=6), nn.LayerNorm(6, eps=1e-6)
        self.up, self.down, self.scale = nn.Linear(6, 24), nn.Linear(24, 6), nn.Parameter(rand(6))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        return x + (self.scale * self.down(F.gelu(self.up(y)))).permute(0, 3, 1, 2)


class DenseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Sequential(nn.BatchNorm2d(6 + 3 * i), nn.ReLU(),
            nn.Conv2d(6 + 3 * i, 3, 3, padding=1, bias=False)) for i in range(3))
        self.transition = nn.Sequential(nn.BatchNorm2d(15), nn.ReLU(), nn.Conv2d(15, 7, 1), nn.AvgPool2d(2))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat((x, layer(x)), 1)
        return self.transition(x)


class Shuffle(nn.Module):
    """ShuffleNet's unit: split, a path, and the channels shuffled."""

    def __init__(self):
        super().__init__()
        self.path = nn.Sequential(norm_act(4, 4, 1), norm_act(4, 4, 3, groups=4, act=None), norm_act(4, 4, 1))

    def forward(self, x):
        a, b = x.chunk(2, 1)
        x = torch.cat((a, self.path(b)), 1)
        n, c, h, w = x.shape
        return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)


class Inception(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = norm_act(6, 3, 1), nn.Sequential(norm_act(6, 4, 1), norm_act(4, 5, 3))
        self.c = nn.Sequential(nn.MaxPool2d(3, 1, 1), norm_act(6, 2, 1))

    def forward(self, x):
        return torch.cat([self.a(x), self.b(x), self.c(x), F.avg_pool2d(x, 3, 1, 1)], 1)


class Pyramid(nn.Module):
    """A feature pyramid: laterals, upsampling and adding."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList((norm_act(3, 6, 3, 2), norm_act(6, 9, 3, 2), norm_act(9, 12, 3, 2)))
        self.laterals = nn.ModuleList(nn.Conv2d(c, 5, 1) for c in (6, 9, 12))

    def forward(self, x):
        features = [x := stage(x) for stage in self.stages]
        levels = [lateral(f) for lateral, f in zip(self.laterals, features)]
        for i in (1, 0):
            levels[i] = levels[i] + F.interpolate(levels[i + 1], size=levels[i].shape[-2:])
        return {f"p{i}": level for i, level in enumerate(levels)}


class Aspp(nn.Module):
    """DeepLab's head: dilated convolutions beside a pooled branch."""

    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(6, 4, 3, padding=d, dilation=d) for d in (1, 3, 6))
        self.pool, self.out = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(6, 4, 1), nn.ReLU()), nn.Conv2d(16, 3, 1)

    def forward(self, x):
        pooled = F.interpolate(self.pool(x), size=x.shape[-2:], mode="bilinear", align_corners=False)
        return F.interpolate(self.out(torch.cat([b(x) for b in self.branches] + [pooled], 1)), scale_factor=2, mode="bilinear",
            align_corners=False)


class Detector(nn.Module):
    """Anchors, boxes decoded, scores: a one-stage detector's head up to the suppression."""

    def __init__(self):
        super().__init__()
        self.head = nn.Conv2d(6, 3 * 7, 1)
        self.register_buffer("anchors", rand(3, 2, low=1, high=5))

    def forward(self, x):
        n, _, h, w = x.shape
        y = self.head(x).view(n, 3, 7, h, w).permute(0, 1, 3, 4, 2).contiguous()
        ys, xs = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        centres = (y[..., :2].sigmoid() * 2 - 0.5 + torch.stack((xs, ys), -1)) * 8
        sizes = (y[..., 2:4].sigmoid() * 2) ** 2 * self.anchors.view(1, 3, 1, 1, 2)
        boxes = torch.cat((centres - sizes / 2, centres + sizes / 2), -1).view(n, -1, 4)
        scores = (y[..., 4:5].sigmoid() * y[..., 5:].softmax(-1)).view(n, -1, 2)
        return {"boxes": boxes, "scores": scores, "best": tuple(scores.max(-1))}


class WaveNet(nn.Module):
    """Gated, dilated, causal convolutions over samples."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, 4, 1)
        self.layers = nn.ModuleList(nn.Conv1d(4, 8, 2, dilation=2**i) for i in range(4))
        self.out = nn.Conv1d(4, 3, 1)

    def forward(self, x):
        x, skip = self.first(x), 0
        for i, layer in enumerate(self.layers):
            a, b = layer(F.pad(x, (2**i, 0))).chunk(2, 1)
            y = a.tanh() * b.sigmoid()
            x, skip = x + y, skip + y
        return self.out(F.relu(skip))


class Swin(nn.Module):
    """Shifted windows with a relative position bias."""

    def __init__(self, width=6, window=2, heads=2):
        super().__init__()
        self.norm, self.qkv, self.proj, self.window, self.heads = nn.LayerNorm(width), nn.Linear(width,
            3 * width), nn.Linear(width, width), window, heads
        self.bias = nn.Parameter(rand((2 * window - 1) ** 2, heads))
        place = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        offset = (place[:, :, None] - place[:, None, :] + window - 1).permute(1, 2, 0)
        self.register_buffer("index", (offset[..., 0] * (2 * window - 1) + offset[..., 1]).view(-1))

    def forward(self, x):
        n, h, w, c = x.shape
        s = self.window
        y = torch.roll(self.norm(x), (-1, -1), (1, 2)).view(n, h // s, s, w // s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(-1,
            s * s, c)
        q, k, v = self.qkv(y).reshape(-1, s * s, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        bias = self.bias[self.index].view(s * s, s * s, -1).permute(2, 0, 1)
        y = ((q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1) + bias).softmax(-1) @ v
        y = self.proj(y.transpose(1, 2).reshape(-1, s * s, c)).view(n, h // s, w // s, s, s, c).permute(0, 1, 3, 2, 4,
            5).reshape(n, h, w, c)
        return x + torch.roll(y, (1, 1), (1, 2))


class Scan(nn.Module):
    """A selective state space, step by step: Mamba's inner loop."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.dt = nn.Parameter(rand(4, 3)), nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(4, 4)

    def forward(self, x):
        delta = F.softplus(self.dt(x))
        decay = torch.exp(-self.a.exp() * delta.unsqueeze(-1))
        inflow = delta.unsqueeze(-1) * self.b(x).unsqueeze(2) * x.unsqueeze(-1)
        state, outs = torch.zeros(x.shape[0], 4, 3), []
        for t in range(x.shape[1]):
            state = decay[:, t] * state + inflow[:, t]
            outs.append((state * self.c(x)[:, t].unsqueeze(1)).sum(-1))
        return torch.stack(outs, 1)


x = rand(2, 6, 9, 7)
BLOCKS = {
    "residual": (Residual(), x), "residual-grouped": (Residual(8, 6, 8, 1, 3), rand(1, 8, 7, 5)),
    "inverted-residual": (InvertedResidual(), x), "inverted-residual-silu": (InvertedResidual(nn.SiLU), x),
    "convnext": (ConvNextBlock(), x), "dense": (DenseBlock(), x), "shuffle": (Shuffle(), rand(2, 8, 5, 7)),
    "inception": (Inception(), x), "pyramid": (Pyramid(), rand(1, 3, 21, 27)), "aspp": (Aspp(), x),
    "detector": (Detector(), rand(1, 6, 3, 5)), "wavenet": (WaveNet(), rand(1, 1, 33)), "swin": (Swin(), rand(1, 4, 6, 6)),
    "scan": (Scan(), rand(2, 5, 4))}
for name, (module, data) in BLOCKS.items():
    case(f"block-{name}", seasoned(module), data, core=name in ("residual", "inverted-residual", "convnext", "swin", "aspp",
        "detector", "shuffle"))
