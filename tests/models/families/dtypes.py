"""Dtypes: promotion, conversion, and arithmetic in each of them."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, named, rand

n, p = ints(3, 7), bools(3, 7)
case("to", lambda x, n, p: {
    "double": x.double(), "int": x.to(torch.int64), "int32": x.int(), "bool": x.bool(), "float": n.float(),
    "from_bool": p.to(torch.float32), "int_from_bool": p.long(), "uint8": n.abs().to(torch.uint8), "type_as": n.type_as(x),
    "other": x.to(n), "same": x.to(torch.float32)}, rand(3, 7, low=-9, high=9), n, p, core=True)
case("to-narrow", lambda n: {"int8": n.to(torch.int8), "uint8": n.to(torch.uint8), "int16": n.short(), "int32": n.int(),
    "back": n.to(torch.int8).long(), "from_uint8": n.to(torch.uint8).float()}, ints(3, 7, low=-70000, high=70000))
case("promote", lambda x, n, p, h: {
    "int_float": n + x, "bool_int": p + n, "bool_float": p * x, "int_scalar": n * 2.5, "bool_scalar": p + 1, "int_divide": n / 2,
    "compare": n < x, "zero_dim": n * torch.tensor(0.5), "double": x + h, "int32_int64": n.int() + n,
    "where": torch.where(p, n, x)},
     rand(3, 7), n, p, rand(7, dtype=torch.float64), core=True)
case("promote-bytes", lambda b, n, s: {"uint8_int8": b + s, "uint8_int64": b * n, "uint8_float": b * 0.5, "int8": s * 2,
    "int8_int32": s + n.int(), "sum": b.sum() + s.sum(), "normalised": b.float() / 255, "divide": b / s.abs().clamp(min=1)},
     ints(3, 7, low=0, high=256, dtype=torch.uint8), n, ints(3, 7, low=-128, high=128, dtype=torch.int8))
case("overflow", lambda b, s, i, n: {
    "uint8_add": b + b, "uint8_mul": b * 3, "uint8_sub": b - 200, "int8_add": s + s, "int8_neg": -s, "int16": s.short() * 300,
    "int32_mul": i * 65537, "int32_add": i + i, "int64_mul": n * 6364136223846793005, "uint8_shift": b << 3, "int8_abs": s.abs()},
     ints(3, 7, low=0, high=256, dtype=torch.uint8), ints(3, 7, low=-128, high=128, dtype=torch.int8),
     ints(3, 7, low=-(2**31), high=2**31 - 1, dtype=torch.int32), ints(3, 7, low=-(2**60), high=2**60))
case("int64-large", lambda n, m: {"add": n + m, "mul": n * 3, "div": n // 7, "remainder": n % 1000003, "compare": n < m,
    "max": n.max(), "sum": n.sum(), "float": n.float(), "double": n.double(), "and": n & m, "shift": n >> 20},
     ints(3, 7, low=-(2**62), high=2**62), ints(3, 7, low=-(2**62), high=2**62))
case("double", lambda x, y: {"add": x + y, "mul": x * y, "exp": x.exp(), "sin": x.sin(), "softmax": x.softmax(-1),
    "sum": x.sum(0), "matmul": x @ y.T, "var": x.var(1), "where": torch.where(x > y, x, y), "float": (x * 1e-3).float(),
    "pow": y.abs() ** x},
     rand(5, 7, dtype=torch.float64), rand(5, 7, dtype=torch.float64), core=True)
case("linear-double", nn.Linear(13, 7).double(), rand(3, 13, dtype=torch.float64))
case("float-to-int-rounds-to-zero", lambda x: {"int64": x.long(), "int32": x.int(), "uint8": x.abs().to(torch.uint8),
    "bool": x.bool()}, torch.tensor([-2.7, -0.5, -0.0, 0.3, 0.9999, 2.5, 199.99]))
case("int-reductions", lambda n: {"sum": n.sum(0), "max": n.amax(1), "cumsum": n.cumsum(1), "sort": n.sort(1).values,
    "prod": n.prod(1), "any": n.any(1), "argmax": n.float().argmax(1)}, ints(3, 7, dtype=torch.int32))
case("int16", lambda n: {"add": n + n, "float": n.float() / 32768, "compare": n > 100, "sum": n.sum(), "max": n.max()},
    ints(3, 7, low=-32768, high=32768, dtype=torch.int16))
case("uint8-image", lambda image: (image.permute(0, 3, 1, 2).float() / 255 - torch.tensor([0.485, 0.456, 0.406]).view(3, 1,
    1)) / torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1), ints(1, 5, 7, 3, low=0, high=256, dtype=torch.uint8))
case("python-numbers", lambda x: x * x.numel() + x.dim() * x.size(1) - float(x.shape[0] // 2) + bool(x.shape[1] > 3), rand(3, 5))

# float16 and bfloat16: tensors, arithmetic, layers. The npz holds them as float32.
for name, dtype in (("float16", torch.float16), ("bfloat16", torch.bfloat16)):
    case(f"{name}-pointwise", lambda x, y: {
        "add": x + y, "mul": x * y, "div": x / y, "exp": x.exp(), "scalar": x * 2.5 + 1, "sqrt": y.sqrt(), "sigmoid": x.sigmoid(),
        "float": x.float() * 3, "compare": x < y, "where": torch.where(x > 0, x, y), "promoted": x + y.float()},
         rand(3, 7, dtype=dtype), rand(3, 7, low=0.2, high=3, dtype=dtype), core=True)
    case(f"{name}-conversion", lambda x, dtype=dtype: {"to": x.to(dtype), "back": x.to(dtype).float(),
        "int": (x[:18] * 9).to(dtype).long(), "double": x.double().to(dtype)},
         torch.cat((rand(9), rand(9) * 1e3, rand(9) * 1e-5, torch.tensor([float("inf"), float("nan"), 65519.0, 65520.0, 1e-8,
         3.0e38, -0.0, 2049.0, 2051.0]))))
    case(f"{name}-reductions", lambda x: {"sum": x.sum(1), "mean": x.mean(0), "max": x.max(), "softmax": x.softmax(-1),
        "argmax": x.argmax(1)}, rand(5, 7, dtype=dtype))
    case(f"{name}-linear", nn.Linear(13, 7).to(dtype), rand(3, 13, dtype=dtype), rough=True)
    case(f"{name}-weights", lambda x, w: F.linear(x, w.float()), rand(3, 13), rand(7, 13, dtype=dtype))
    case(f"{name}-views", lambda x: {"permute": x.permute(1, 0), "cat": torch.cat((x, x * 2), 1), "slice": x[:, 1::2],
        "pad": F.pad(x, (1, 1)), "relu": x.relu(), "flip": x.flip(0), "expand": x[:1].expand(4, 7)}, rand(3, 7, dtype=dtype))
case("float16-conv-norm", nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2)).half(),
    rand(1, 3, 9, 7, dtype=torch.float16), rough=True)
case("bfloat16-layer-norm", nn.LayerNorm(13).bfloat16(), rand(3, 13, dtype=torch.bfloat16), rough=True)
case("float16-embedding", nn.Embedding(11, 5).half(), ints(3, low=0, high=11))
case("autocast", lambda x, w: autocast_linear(x, w), rand(3, 13), rand(7, 13), rough=True)


def autocast_linear(x, w):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return (x @ w.T).float()


class HalfWeights(nn.Module):
    """Weights kept as float16 and widened in the graph: a common way to ship half the bytes."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(rand(7, 13, dtype=torch.float16))
        self.register_buffer("scale", rand(7, dtype=torch.bfloat16))

    def forward(self, x):
        return F.linear(x, self.weight.float()) * self.scale.float()


class Int8Weights(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("weight", ints(7, 13, low=-127, high=128, dtype=torch.int8))
        self.register_buffer("scale", rand(7, 1, low=0.001, high=0.01))
        self.register_buffer("zero", ints(7, 1, low=-4, high=5, dtype=torch.int8))

    def forward(self, x):
        return F.linear(x, (self.weight.float() - self.zero.float()) * self.scale)


case("weights-float16", HalfWeights(), rand(3, 13))
case("weights-int8", Int8Weights(), rand(3, 13), core=True)

# The same memory as another dtype, and what lies next to a number.
case("view-dtype", lambda x, h, n, b: {
    "int32": x.view(torch.int32), "back": x.view(torch.int32).view(torch.float32), "int16": x.view(torch.int16), "uint8": x.view(torch.uint8),
    "float16": x.view(torch.float16), "sign": (x.view(torch.int32) >> 31) & 1, "computed": (x * 2 + 1).view(torch.int32),
    "made": (n + 1).view(torch.float32), "int64": n.view(torch.int64), "double": n.view(torch.float64), "half": h.view(torch.int16),
    "half_bfloat16": h.view(torch.bfloat16), "half_float": h.view(torch.float32), "half_bytes": h.view(torch.int8), "from_bytes": b.view(torch.float32),
    "bytes_int8": b.view(torch.int8), "bytes_int64": b.view(torch.int64), "flags": (b > 9).view(torch.uint8)},
     rand(3, 7, low=-9, high=9), rand(5, 6, low=-3, high=3, dtype=torch.float16), ints(3, 14, low=10**9, high=1100000000, dtype=torch.int32),
     ints(3, 40, low=0, high=64, dtype=torch.uint8))
case("view-dtype-double", lambda x: {"int64": x.view(torch.int64), "int32": x.view(torch.int32), "exponent": ((x.view(torch.int64) >> 52) & 2047) - 1023,
    "scaled": (x.view(torch.int64) + (1 << 52)).view(torch.float64)}, rand(3, 7, low=1, high=900, dtype=torch.float64))
edge_from = torch.tensor([0.0, -0.0, 0.0, 1.0, 1.0, -1.0, -1.0, 1e-45, -1e-45, 3.4028235e38, float("inf"), -float("inf"), float("nan"), 2.0, 0.1])
edge_to = torch.tensor([1.0, -1.0, -0.0, 2.0, 0.0, 0.0, -9.0, 0.0, 0.0, float("inf"), 0.0, 0.0, 1.0, float("nan"), 0.1])
case("nextafter", lambda x, y, a, b: {
    "float": torch.nextafter(x, y), "double": torch.nextafter(x.double(), y.double()), "bfloat16": torch.nextafter(x.bfloat16(), y.bfloat16()),
    "broadcast": torch.nextafter(x, x[:, :1]), "edges": torch.nextafter(a, b), "edges_double": torch.nextafter(a.double(), b.double()),
    "edges_bfloat16": torch.nextafter(a.bfloat16(), b.bfloat16())}, rand(3, 7), rand(3, 7), edge_from, edge_to)

# Unsigned integers of 16 bits and more: what PyTorch computes in them, and how they become others.
for name, dtype, signed in (("uint16", torch.uint16, torch.int16), ("uint32", torch.uint32, torch.int32), ("uint64", torch.uint64, torch.int64)):
    limits = torch.iinfo(signed)
    wide = torch.cat((torch.tensor([0, 1, -1, limits.max, limits.min], dtype=signed), ints(16, low=limits.min, high=limits.max, dtype=signed))).view(dtype)
    case(name, lambda x, y, f, n, w, dtype=dtype, signed=signed, limits=limits: {
        "mul": x * y, "and": x & y, "or": x | y, "xor": x ^ y, "eq": x == y, "ne": x != y, "float": x.float(), "double": x.double(), "half": x.half(), "int64": x.long(),
        "int32": x.int(), "uint8": x.to(torch.uint8), "uint16": x.to(torch.uint16), "uint32": x.to(torch.uint32), "uint64": x.to(torch.uint64), "bool": x.bool(), "from_float": f.to(dtype),
        "from_int": n.to(dtype), "from_bool": (n > 0).to(dtype), "bits": x.view(signed), "bytes": x.view(torch.uint8), "from_bits": x.view(signed).view(dtype), "sum": x.sum(),
        "prod": x[:3].prod(), "cumsum": x.cumsum(0), "any": x.any(), "all": x.all(), "sort": list(x.sort(stable=True)), "falling": x.sort(stable=True, descending=True).values,
        "where": torch.where(x == y, x, y), "cat": torch.cat((x, y)), "index": x[n.abs() % 21], "gather": x.gather(0, n.abs() % 21), "flip": x.flip(0), "divide": x / 3, "times": x * 1.5,
        "full": torch.full((2, 3), 7, dtype=dtype), "pad": F.pad(x, (1, 2)), "weights": x * w, "exp": (x / limits.max).exp(), "mean": x.mean(dtype=torch.float64), "most": x * limits.max,
        "scatter": x.scatter(0, n.abs()[:1] % 21, y[:1]), "hash": torch.hash_tensor(f)},
        wide, wide.flip(0), torch.cat((rand(19, low=0, high=30000), torch.tensor([-1.5, 2.9]))), ints(21), wide.roll(1))

# The 8-bit floats, which are kept and converted: all their numbers, what lies halfway between two of them, and what is too large. The npz holds them as float32.
def float8s(dtype):
    every = torch.arange(256, dtype=torch.uint8).view(dtype).float()
    finite = every[every.isfinite()].sort().values.unique()
    halfway = ((finite[1:] + finite[:-1]) / 2)[::3]
    return torch.cat((every, halfway, halfway.nextafter(torch.tensor(9e9)), halfway.nextafter(torch.tensor(-9e9)), finite[-1] * torch.tensor([1.03, 1.04, 1.07, 1.2, 3.0, -1.2]),
        torch.tensor([float("inf"), -float("inf"), float("nan"), 3e38, -1e-30, 1e-30, -0.0, 1e-40, 5.9e-39, 8.9e-39])))


for dtype in (torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz, torch.float8_e8m0fnu):
    name = str(dtype).removeprefix("torch.").replace("_", "-")
    case(f"{name}-conversion", lambda x, b, d, dtype=dtype: {
        "bits": x.to(dtype).view(torch.uint8), "back": x.to(dtype).float(), "all": b.view(dtype).float(), "float16": b.view(dtype).to(torch.float16),
        "bfloat16": b.view(dtype).to(torch.bfloat16), "double": b.view(dtype).double(), "of_double": d.to(dtype).view(torch.uint8),
        "of_half": x.half().to(dtype).view(torch.uint8), "of_bfloat16": x.bfloat16().to(dtype).view(torch.uint8), "of_int": b.to(dtype).float()},
         float8s(dtype), torch.arange(256, dtype=torch.uint8), float8s(dtype).double() * 1.0000001)


class Float8(nn.Module):
    """Layers whose weights are 8-bit floats, as they are kept: with a scale beside them."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.25))
        for name in ("e4m3fn", "e5m2", "e4m3fnuz", "e5m2fnuz"):
            self.register_buffer(name, rand(7, 13).to(getattr(torch, f"float8_{name}")))
        self.register_buffer("kernel", rand(5, 3, 3, 3).to(torch.float8_e4m3fn))
        self.register_buffer("table", rand(9, 5).to(torch.float8_e5m2))

    def forward(self, x, image, places):
        return {"e4m3fn": F.linear(x, self.e4m3fn.to(x.dtype) * self.scale), "e5m2": F.linear(x, self.e5m2.to(x.dtype)), "e4m3fnuz": x @ self.e4m3fnuz.to(x.dtype).t(),
            "e5m2fnuz": F.linear(x.bfloat16(), self.e5m2fnuz.to(torch.bfloat16)), "half": F.linear(x.half(), self.e4m3fn.half()),
            "conv": F.conv2d(image, self.kernel.float()), "embedding": self.table.float()[places], "kept": self.table}


case("float8-weights", Float8(), rand(3, 13), rand(1, 3, 9, 7), torch.tensor([0, 8, 3]), rough=True)
case("float8-moved", lambda x, y, p: {
    "cat": torch.cat((x, y)), "index": x[torch.tensor([2, 0])], "select": x.index_select(1, torch.tensor([6, 1])), "where": torch.where(p, x, y), "flip": x.flip(0),
    "pad": F.pad(x, [1, 2]), "equal": x == y, "t": x.t(), "reshape": x.reshape(7, 3), "slice": x[1:, ::2], "e5m2": x.view(torch.float8_e5m2), "int32": torch.cat((x, y), 1)[:, :8].contiguous().view(torch.int32)},
     rand(3, 7).to(torch.float8_e4m3fn), rand(3, 7).to(torch.float8_e4m3fn), bools(3, 7))
case("scaled-mm", lambda a, b, s, t, rows, columns, bias: {
    "bfloat16": torch._scaled_mm(a, b.t(), s, t, out_dtype=torch.bfloat16), "float32": torch._scaled_mm(a, b.t(), s, t, out_dtype=torch.float32),
    "rows": torch._scaled_mm(a, b.t(), rows, columns, out_dtype=torch.float32), "bias": torch._scaled_mm(a, b.t(), s, t, bias=bias, out_dtype=torch.float32)},
     rand(16, 32).to(torch.float8_e4m3fn), rand(48, 32).to(torch.float8_e4m3fn), torch.tensor(0.5), torch.tensor(0.3), rand(16, 1), rand(1, 48), rand(48), rough=True)
