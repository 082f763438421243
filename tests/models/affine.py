"""torchao's three operators, so that graphs hold them where torchao itself is not at hand: their names and schemas, and what its quantize_ means by them.

A stand-in written from the formulas: scale = range / steps, q = clamp(round(x * (1 / scale)) + zero_point), x = (q - zero_point) * scale, for blocks of so many elements along each dim.
"""

import torch
from torch import nn

library = torch.library.Library("torchao", "DEF")
NUMBERS = "Scalar? quant_min=None, Scalar? quant_max=None"
library.define(f"choose_qparams_affine(Tensor input, str mapping_type, SymInt[] block_size, ScalarType target_dtype, {NUMBERS}, float? eps=None, "
    "ScalarType? scale_dtype=None, ScalarType? zero_point_dtype=None, bool keepdim=False) -> (Tensor, Tensor)")
library.define(f"quantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? zero_point, ScalarType output_dtype, {NUMBERS}) -> Tensor")
library.define(f"dequantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? zero_point, ScalarType input_dtype, {NUMBERS}, ScalarType output_dtype=6) -> Tensor")


def limits(dtype, low, high):
    info = torch.iinfo(dtype)
    return info.min if low is None else low, info.max if high is None else high


def blocked(x, block):
    """The tensor with each dim as (blocks, elements of one), and which of these are elements."""
    shape, inner = [], []
    for size, length in zip(x.shape, block):
        shape += [size // length, length] if length not in (1, size) else [size]
        inner += [len(shape) - 1] if length != 1 else []
    return x.reshape(shape), inner


def spread(numbers, x, block):
    """One number for each block, beside the elements."""
    view, inner = blocked(x, block)
    return numbers.reshape([1 if i in inner else size for i, size in enumerate(view.shape)]), view


def choose(x, mapping, block, target, low=None, high=None, eps=None, scale_dtype=None, zero_dtype=None, keepdim=False):
    low, high = limits(target, low, high)
    view, inner = blocked(x, block)
    least, most = view.amin(inner, keepdim=keepdim).clamp(max=0), view.amax(inner, keepdim=keepdim).clamp(min=0)
    eps = torch.finfo(x.dtype).smallest_normal if eps is None else eps
    if mapping == "ASYMMETRIC":
        scale = ((most - least) / float(high - low)).clamp(min=eps)
        zero, zero_dtype = (low - torch.round(least / scale)).clamp(low, high), zero_dtype or torch.int32
    else:
        smallest, largest = least / float(low), most / float(high)
        scale = torch.maximum(-least, most) / (float(high - low) / 2) if mapping == "SYMMETRIC" else torch.where(smallest > largest, smallest, largest)
        zero, scale = torch.full_like(scale, int((high + low + 1) / 2)), scale.clamp(min=eps)
    if keepdim:
        scale, zero = (t.reshape([size // length for size, length in zip(x.shape, block)]) for t in (scale, zero))
    return scale.to(scale_dtype or x.dtype), zero.to(zero_dtype or zero.dtype)


def quantise(x, block, scale, zero, dtype, low=None, high=None):
    low, high = limits(dtype, low, high)
    scale, view = spread(scale, x, block)
    steps = torch.round(view * (1.0 / scale))
    return (steps if zero is None else steps + spread(zero, x, block)[0]).clamp(low, high).reshape(x.shape).to(dtype)


def dequantise(x, block, scale, zero, dtype, low=None, high=None, output=torch.float32):
    scale, view = spread(scale, x, block)
    steps = view.to(output)
    return ((steps if zero is None else steps - spread(zero, x, block)[0].to(output)) * scale).reshape(x.shape).to(output)


for name, function in ("choose_qparams_affine", choose), ("quantize_affine", quantise), ("dequantize_affine", dequantise):
    library.impl(name, function, "CompositeExplicitAutograd")


def around(mapping, block):
    """There and back: the scales, the integers, and what they stand for."""
    ao = torch.ops.torchao

    def forward(x):
        scale, zero = ao.choose_qparams_affine(x, mapping, block, torch.int8, -127, 127, None, None, torch.int8)
        kept, plain = ao.choose_qparams_affine(x, mapping, block, torch.int8, eps=1.1920928955078125e-07, scale_dtype=torch.float32, keepdim=True)
        steps = ao.quantize_affine(x, block, scale, zero, torch.int8, -127, 127)
        return {"scale": scale, "zero": zero, "kept": kept, "plain": plain, "steps": steps, "back": ao.dequantize_affine(steps, block, scale, zero, torch.int8, -127, 127),
            "bare": ao.dequantize_affine(steps, block, scale, None, torch.int8, output_dtype=x.dtype)}

    return forward


class Layer(nn.Module):
    """A linear layer whose weight is kept as integers of a few bits in groups, as torchao keeps it: one integer to a byte."""

    def __init__(self, inputs, outputs, group, low=-8, high=7, mapping="SYMMETRIC", dtype=torch.int8):
        super().__init__()
        weight, self.block, self.dtype, self.range = torch.rand(outputs, inputs) - 0.4, (1, group), dtype, (low, high)
        scale, zero = choose(weight, mapping, self.block, dtype, low, high, None, torch.float32, dtype)
        self.register_buffer("scale", scale)
        self.register_buffer("zero", zero)
        self.register_buffer("steps", quantise(weight, self.block, scale, zero, dtype, low, high))

    def forward(self, x):
        return nn.functional.linear(x, torch.ops.torchao.dequantize_affine(self.steps, self.block, self.scale, self.zero, self.dtype, *self.range))
