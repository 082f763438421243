"""The modules of torchscript.py. Their code is in the archives, with this file's name and its lines."""

import enum
import typing

import torch
from torch import nn


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Affine(nn.Module):
    """Weights and code, of a few numbers."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor, scale: float = 2.0):
        return torch.relu(self.layer(x)) * scale


class Attributes(nn.Module):
    """Every kind of value that an attribute may have, and tensors that share: the same one twice, and a view."""

    table: typing.Dict[str, typing.List[int]]
    several: typing.List[complex]
    missing: typing.Optional[torch.Tensor]

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.arange(6.0).reshape(2, 3))
        self.same = self.weight
        self.register_buffer("view", self.weight.detach().t()[1:])
        self.register_buffer("quantised", torch.quantize_per_tensor(torch.tensor([0.5, -0.25, 1.0]), 0.25, 3, torch.quint8))
        self.register_buffer("channels", torch.quantize_per_channel(torch.tensor([[0.5, 1.0], [2.0, -4.0]]), torch.tensor([0.5, 2.0]), torch.tensor([0, 1]), 0, torch.qint8))
        self.register_buffer("short", torch.tensor([1.5, -2.5], dtype=torch.bfloat16))
        self.register_buffer("empty", torch.zeros(0, 3, dtype=torch.int32))
        self.colour = Colour.BLUE
        self.point = (1, torch.ones(2))
        self.device = torch.device("cpu")
        self.dtype = torch.float32
        self.number = 1 + 2j
        self.table = {"b": [1, -2], "a": []}
        self.mixed = (1, 2.5, "x", None, True)
        self.missing = None
        self.tensors = [torch.ones(1), self.weight.detach()]
        self.several = [1j]
        self.inner = Affine()

    def forward(self, x: torch.Tensor):
        if self.colour == Colour.RED:
            x = x + 1
        return x + self.weight + torch.tensor([0.5, 1.5, 2.5])


class Packed(nn.Module):
    """One whose state is not its attributes."""

    def __init__(self):
        super().__init__()
        self.weight = torch.ones(2, 3)

    def forward(self, x: torch.Tensor):
        return x * self.weight

    @torch.jit.export
    def __getstate__(self):
        return (self.weight * 2, self.training)

    @torch.jit.export
    def __setstate__(self, state: typing.Tuple[torch.Tensor, bool]):
        self.weight = state[0] / 2
        self.training = state[1]


class Quantised(nn.Module):
    """Layers of integers, with packed parameters as scripts have them; weights of one scale, and of one for each channel."""

    def __init__(self):
        super().__init__()
        kernel = torch.quantize_per_channel(torch.randn(4, 2, 3, 3) / 4, torch.tensor([0.01, 0.02, 0.015, 0.012]), torch.zeros(4, dtype=torch.long), 0, torch.qint8)
        self.convolution = torch.ops.quantized.conv2d_prepack(kernel, torch.randn(4), [1, 1], [1, 1], [1, 1], 1)
        self.linear = torch.ops.quantized.linear_prepack(torch.quantize_per_tensor(torch.randn(5, 8) / 3, 0.01, 0, torch.qint8), torch.randn(5))
        self.dynamic = torch.ops.quantized.linear_prepack(torch.quantize_per_tensor(torch.randn(3, 5) / 3, 0.01, 0, torch.qint8), None)

    def forward(self, x: torch.Tensor):
        q = torch.quantize_per_tensor(x, 0.011, 9, torch.quint8)
        y = torch.ops.quantized.conv2d_relu(q, self.convolution, 0.02, 3)
        z = torch.ops.quantized.add(y, torch.ops.quantized.mul(y, y, 0.04, 5), 0.05, 11)
        pooled = torch.max_pool2d(torch.relu(z), [2, 2]).flatten(1)
        same = torch.cat([pooled, pooled], 1)[:, 3:11]
        result = torch.ops.quantized.linear(same, self.linear, 0.1, 100)
        floats = torch.dequantize(result)
        return floats, result.int_repr(), torch.ops.quantized.linear_dynamic(floats, self.dynamic, True), torch.dequantize(torch.sigmoid(y))


class Eighths(nn.Module):
    """Weights of 8-bit floats."""

    def __init__(self):
        super().__init__()
        for name, dtype in (("a", torch.float8_e4m3fn), ("b", torch.float8_e5m2), ("c", torch.float8_e4m3fnuz), ("d", torch.float8_e5m2fnuz)):
            self.register_buffer(name, torch.linspace(-3, 4, 15).reshape(3, 5).to(dtype))

    def forward(self, x: torch.Tensor):
        return x @ self.a.to(torch.float32).t(), x + self.b[1].to(torch.float32), torch.relu(x) * self.c.float()[:2], self.d.to(torch.bfloat16).float()


class Mobile(nn.Module):
    """Layers that the mobile optimiser packs, with what follows them as their bounds."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 4, 3, 2, 1)
        self.norm = nn.BatchNorm2d(4)
        self.up = nn.ConvTranspose2d(4, 3, 3, 2, 1, 1)
        self.head = nn.Linear(3, 5)
        self.last = nn.Linear(5, 2, bias=False)

    def forward(self, x: torch.Tensor):
        x = nn.functional.hardtanh(self.norm(self.first(x)), -0.5, 0.7)
        y = torch.relu(self.up(x)).mean([2, 3])
        z = self.head(y)
        return self.last(torch.relu(z + z.flip(1)))
