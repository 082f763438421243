"""Numbers as steps of a scale: what PT2E and torchao leave in a graph, and PyTorch's own operators on them."""

import torch
import torch.ao.quantization.fx._decomposed  # noqa: F401  (registers quantized_decomposed)

import affine
from case import case, ints, rand

q = torch.ops.quantized_decomposed
ao = torch.ops.torchao
scale, zero = rand(5, low=0.01, high=0.1), ints(5, low=-20, high=20, dtype=torch.int64)


def channels(x):
    axes = {}
    for axis, zeros in (1, zero), (-1, zero[:3].to(torch.int32)):
        s = scale[: x.shape[axis]]
        steps = q.quantize_per_channel(x, s, zeros, axis % 3, -128, 127, torch.int8)
        axes |= {f"steps{axis % 3}": steps, f"back{axis % 3}": q.dequantize_per_channel(steps, s, zeros, axis % 3, -128, 127, torch.int8)}
    return axes | {"plain": q.dequantize_per_channel(steps, scale[:3], None, 2, -128, 127, torch.int8)}


def single(x):
    found, place = q.choose_qparams.tensor(x, 0, 255, 0.000244140625, torch.uint8)
    even, nought = q.choose_qparams_symmetric.tensor(x, -127, 127, 1e-5, torch.int8)
    steps = q.quantize_per_tensor.tensor(x, found, place, 0, 255, torch.uint8)
    low, high = torch.tensor(-9), torch.tensor(13)
    few = q.quantize_per_tensor.tensor2(x, even, nought, low, high, torch.int8)
    return {"scale": found, "zero": place, "even": even, "nought": nought, "steps": steps, "few": few,
        "static": q.quantize_per_tensor(x, 0.0303, 129, 0, 255, torch.uint8), "wide": q.quantize_per_tensor(x, 0.0001, 3, -32768, 32767, torch.int16),
        "back": q.dequantize_per_tensor.tensor(steps, found, place, 0, 255, torch.uint8), "backFew": q.dequantize_per_tensor.tensor2(few, even, nought, low, high, torch.int8),
        "half": q.dequantize_per_tensor(steps, 0.0303, 129, 0, 255, torch.uint8, out_dtype=torch.float16)}


def tokens(x):
    found, place = q.choose_qparams_per_token_asymmetric(x, torch.int8)
    steps = q.quantize_per_token(x, found, place, -128, 127, torch.int8)
    return {"scale": found, "zero": place, "steps": steps, "back": q.dequantize_per_token(steps, found, place, -128, 127, torch.int8, torch.float32)}


def groups(x):
    s, z = scale.repeat(3)[:12].reshape(4, 3), zero.repeat(3)[:12].reshape(4, 3)
    steps = q.quantize_per_channel_group(x, s, z, -8, 7, torch.int8, 6)
    return {"steps": steps, "back": q.dequantize_per_channel_group(steps, s, z, -8, 7, torch.int8, 6, torch.float32),
        "plain": q.dequantize_per_channel_group(steps, s, None, -8, 7, torch.int8, 6, torch.bfloat16)}


def fakes(x):
    z = zero[:3].to(torch.int32)
    return {"single": torch.fake_quantize_per_tensor_affine(x, 0.03, 5, -8, 7), "tensor": torch.fake_quantize_per_tensor_affine(x, scale[:1], z[:1], -128, 127),
        "mask": torch.ops.aten.fake_quantize_per_tensor_affine_cachemask(x, 0.01, 3, -128, 127)[1],
        "channel": torch.fake_quantize_per_channel_affine(x, scale[:3], z, 2, -128, 127),
        "channelMask": torch.ops.aten.fake_quantize_per_channel_affine_cachemask(x, scale[:3] / 9, z, 2, -128, 127)[1]}


case("quantise-tensor", single, rand(3, 5, 7))
case("quantise-tensor-positive", single, rand(5, 7, low=0.5))
case("quantise-tensor-half", lambda x: {"steps": q.quantize_per_tensor(x, 0.0303, 129, 0, 255, torch.uint8), "scale": q.choose_qparams.tensor(x, 0, 255, 1e-4, torch.uint8)[0]}, rand(3, 7, dtype=torch.float16))
case("quantise-channel", channels, rand(2, 5, 3))
case("quantise-token", tokens, rand(2, 3, 11))
case("quantise-group", groups, rand(4, 18))
case("quantise-fake", fakes, rand(2, 5, 3))
case("quantise-products", lambda a, b, x, s: {"signed": torch._int_mm(a, b), "unsigned": torch._int_mm((a.int() + 128).to(torch.uint8), b), "scaled": torch._weight_int8pack_mm(x, b.t().contiguous(), s)},
     ints(19, 32, low=-128, high=128, dtype=torch.int8), ints(32, 16, low=-128, high=128, dtype=torch.int8), rand(19, 32), rand(16))

for mapping in "ASYMMETRIC", "SYMMETRIC", "SYMMETRIC_NO_CLIPPING_ERR":
    for name, block, shape in ("token", (1, 1, 24), (2, 3, 24)), ("group", (1, 1, 8), (2, 3, 24)), ("tensor", (2, 3, 24), (2, 3, 24)), ("channel", (2, 1, 24), (2, 5, 24)):
        case(f"affine-{mapping.lower().replace('_', '-')}-{name}", affine.around(mapping, block), rand(*shape))
case("affine-half", affine.around("ASYMMETRIC", (1, 8)), rand(3, 24, dtype=torch.float16))
case("affine-dynamic", affine.around("ASYMMETRIC", (1, 24)), rand(3, 24), dynamic={"x": {0: torch.export.Dim("rows", min=1, max=40)}}, tests=[(rand(7, 24),), (rand(1, 24),)])

# Rows that a product takes by themselves, together, and in more than one strip; columns and sums that fill no panel, no word and no group.
rows = {"x": {0: torch.export.Dim("rows", min=1, max=60)}}
case("affine-weight", affine.Layer(24, 7, 8), rand(3, 24))
case("affine-int4", affine.Layer(96, 41, 32), rand(1, 96), core=True)
case("affine-int4-rows", affine.Layer(96, 41, 32), rand(3, 96))
case("affine-int4-dynamic", affine.Layer(96, 41, 32), rand(7, 96), dynamic=rows, tests=[(rand(29, 96),), (rand(1, 96),), (rand(5, 96),)])
case("affine-int4-zeros", affine.Layer(64, 20, 16, mapping="ASYMMETRIC"), rand(2, 64))
case("affine-int4-unsigned", affine.Layer(64, 20, 64, 0, 15, "ASYMMETRIC", torch.uint8), rand(9, 64))
case("affine-int8", affine.Layer(50, 12, 50, -127, 127), rand(1, 50), core=True)
case("affine-int8-rows", affine.Layer(50, 12, 50, -127, 127, "ASYMMETRIC"), rand(31, 50))
case("affine-int8-groups", affine.Layer(60, 9, 12, -128, 127), rand(4, 60))
case("affine-uint8", affine.Layer(47, 33, 47, 0, 255, "ASYMMETRIC", torch.uint8), rand(2, 3, 47))

# So many weights that a few rows of floats become three rows of bytes each: one far from the others, one of zeros alone.
uneven = rand(3, 512)
uneven[0, 7], uneven[1] = 300, 0
case("affine-int4-row", affine.Layer(512, 512, 32), rand(1, 512))
case("affine-int8-uneven", affine.Layer(512, 513, 512, -127, 127), uneven)
