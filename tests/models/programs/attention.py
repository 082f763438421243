"""Attention as PyTorch traces it: in one piece, for no gradients are asked for."""

import torch
from programs.declared import program, rand
from torch import Tensor, nn


def seasoned(module):
    """Biases and norms that training could have left: none of them 0 or 1."""
    for name, parameter in module.named_parameters():
        if "bias" in name or "norm" in name:
            parameter.data.add_(torch.rand_like(parameter) - 0.5)
    return module


@program((rand(2, 5, 12),), traced=True)
class TracedAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain = seasoned(nn.MultiheadAttention(12, 3, batch_first=True))

    def forward(self, x: Tensor):
        averaged, weights = self.plain(x, x, x)
        return averaged, weights, self.plain(x, x, x, average_attn_weights=False)[1], self.plain(x, x, x, need_weights=False)[0]


@program((rand(2, 5, 12), rand(2, 7, 12)), traced=True)
class TracedCrossAttention(nn.Module):
    def __init__(self):
        super().__init__()
        self.plain = seasoned(nn.MultiheadAttention(12, 3, batch_first=True))

    def forward(self, x: Tensor, memory: Tensor):
        return self.plain(x, memory, memory, need_weights=False)[0]


@program((rand(2, 5, 8),), traced=True)
class TracedEncoders(nn.Module):
    def __init__(self):
        super().__init__()
        self.after = seasoned(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True))
        self.before = seasoned(nn.TransformerEncoderLayer(8, 2, 12, batch_first=True, norm_first=True, activation="gelu"))

    def forward(self, x: Tensor):
        return self.after(x), self.before(x)
