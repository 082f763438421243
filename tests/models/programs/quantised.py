"""Quantised layers, whose integers are PyTorch's with the engine onednn: enough numbers that some lie halfway between two steps."""

import torch
import torch.ao.nn.intrinsic.quantized as fused
import torch.ao.nn.quantized as quantised
import torch.nn.functional as F
from programs.declared import program, rand
from torch import Tensor, nn


def filled(layer, scale, zero, per_channel):
    """A layer with weights, a bias and what its result's integers stand for."""
    weight = torch.randn(layer.weight().shape) * 0.2
    if per_channel:
        scales = (weight.flatten(1).abs().amax(1) / 127).double()
        layer.set_weight_bias(torch.quantize_per_channel(weight, scales, torch.zeros(len(scales), dtype=torch.long), 0, torch.qint8), torch.randn(len(scales)))
    else:
        layer.set_weight_bias(torch.quantize_per_tensor(weight, float(weight.abs().max() / 127), 0, torch.qint8), torch.randn(weight.shape[0]))
    layer.scale, layer.zero_point = scale, zero
    return layer


@program(rand(1, 16, 24, 24, low=-6.0, high=6.0))
class QuantisedConvolutions(nn.Module):
    def __init__(self):
        super().__init__()
        self.wide = filled(fused.ConvReLU2d(16, 24, 3, padding=1), 0.0731, 0, per_channel=True)
        self.deep = filled(quantised.Conv2d(24, 24, 3, padding=1, groups=24), 0.0413, 131, per_channel=False)
        self.flat = filled(quantised.Conv2d(24, 16, 1), 0.0377, 117, per_channel=True)

    def forward(self, x: Tensor):
        a = self.wide(torch.quantize_per_tensor(x, 0.0517, 121, torch.quint8))
        b = self.deep(a)
        c = self.flat(b)
        return a.int_repr(), b.int_repr(), c.int_repr()


@program(rand(200, 40, low=-6.0, high=6.0))
class QuantisedProducts(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = filled(quantised.Linear(40, 48), 0.0613, 119, per_channel=True)
        self.second = filled(quantised.Linear(48, 24), 0.0449, 127, per_channel=False)

    def forward(self, x: Tensor):
        a = self.first(torch.quantize_per_tensor(x, 0.0517, 121, torch.quint8))
        return a.int_repr(), self.second(a).int_repr()


@program(rand(1, 8, 12, 12, low=-5.0, high=7.0))
class QuantisedFunctions(nn.Module):
    def forward(self, x: Tensor):
        q = torch.quantize_per_tensor(x, 0.05, 100, torch.quint8)
        swish = torch.ops.quantized.hardswish(q, 0.04, 20)
        larger = F.interpolate(q, scale_factor=2.0, mode="bilinear", align_corners=False)
        return swish.int_repr(), larger.int_repr(), F.adaptive_avg_pool2d(q, 1).int_repr(), torch.sigmoid(q).int_repr()
