"""Functions of one element and of two: mathematics, activations, comparisons, bits, where and clamp."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, named, rand

inf, nan = math.inf, math.nan
x, positive, unit = rand(3, 5, 7), rand(3, 5, 7, low=0.1, high=4), rand(3, 5, 7, low=-0.97, high=0.97)

case("unary-sign", named("abs neg sign relu square positive sgn signbit"), x, core=True)
case("unary-exp", named("exp exp2 expm1 sigmoid tanh"), x, core=True)
case("unary-log", named("log log2 log10 log1p sqrt rsqrt reciprocal"), positive, core=True)
case("unary-round", named("floor ceil round trunc frac", decimals=lambda t: torch.round(t, decimals=1)), x * 3, core=True)
case("unary-half-to-even", named("round"), torch.arange(-9, 10) / 2)
case("unary-trigonometric", named("sin cos tan atan sinh cosh asinh sinc deg2rad rad2deg"), x, core=True)
case("unary-trigonometric-large", named("sin cos tan"), torch.tensor([1e2, -3e3, 1e4, 1e5, -2e6, 3.7e7]))
case("unary-inverse", named("asin acos atanh erfinv logit", eps=lambda t: torch.logit(t, eps=0.1)), unit.abs() * 0.9 + 0.05)
case("unary-acosh", named("acosh"), positive + 1)
case("unary-error-function", named("erf erfc special.erfcx special.log_ndtr special.ndtr"), x * 2)
case("unary-gamma", named("lgamma digamma"), positive)
case("unary-bessel", named("i0 special.i0e special.i1 special.bessel_j0"), x)
case("unary-double", named("exp log1p sin tanh sqrt erf sigmoid reciprocal"), positive.double())
case("unary-int", named("abs neg sign square floor bitwise_not sgn"), ints(3, 7))
case("unary-int-to-float", named("exp sqrt sin sigmoid reciprocal tanh"), ints(3, 7, low=1))
case("unary-bool", named("logical_not bitwise_not"), bools(3, 7))
case("unary-odd-values", named("exp log sqrt tanh sigmoid relu floor abs sign reciprocal erf nan_to_num"),
     torch.tensor([nan, inf, -inf, 0.0, -0.0, 1e-40, 3e38, -3e38, 89.0, -104.0, 1e-8]))
case("unary-is", named("isnan isinf isfinite isposinf isneginf"), torch.tensor([[nan, inf], [-inf, 0.0], [-0.0, 3e38]]))
case("nan-to-num", lambda x: {"plain": x.nan_to_num(), "given": x.nan_to_num(1.0, 2.0, -3.0)}, torch.tensor([nan, inf, -inf, 5]))
case("unary-scalar", named("abs exp neg sigmoid"), torch.tensor(-1.25))
case("unary-empty", named("abs exp neg relu"), rand(0, 3))

# --- activations ---
case("relu", nn.ReLU(), x, core=True)
case("relu-family", lambda x: {
    "relu6": F.relu6(x * 5), "leaky": F.leaky_relu(x), "leaky_slope": F.leaky_relu(x, 0.3), "elu": F.elu(x, 0.7),
    "celu": F.celu(x, 0.7), "selu": F.selu(x), "threshold": F.threshold(x, 0.5, -3.0), "rrelu": F.rrelu(x)}, x, core=True)
case("sigmoid-family", lambda x: {
    "sigmoid": F.sigmoid(x), "hardsigmoid": F.hardsigmoid(x * 3), "logsigmoid": F.logsigmoid(x), "silu": F.silu(x),
    "hardswish": F.hardswish(x * 3), "mish": F.mish(x), "tanh": F.tanh(x), "hardtanh": F.hardtanh(x),
    "hardtanh_limits": F.hardtanh(x, -0.3, 1.5), "tanhshrink": F.tanhshrink(x)}, x, core=True)
case("gelu", lambda x: {"exact": F.gelu(x), "tanh": F.gelu(x, approximate="tanh")}, x * 2, core=True)
case("softplus", lambda x: {
    "plain": F.softplus(x * 20), "beta": F.softplus(x, beta=2.5, threshold=3), "softsign": F.softsign(x),
    "softshrink": F.softshrink(x), "hardshrink": F.hardshrink(x, 0.7)}, x, core=True)
case("prelu", nn.PReLU(5, init=0.2), x, core=True)
case("prelu-one", nn.PReLU(), x)
case("glu", lambda x: {"last": F.glu(x), "first": F.glu(x, 1)}, rand(3, 4, 6), core=True)
case("activations-large", lambda x: {
    "sigmoid": F.sigmoid(x), "silu": F.silu(x), "gelu": F.gelu(x), "tanh": F.tanh(x), "softplus": F.softplus(x),
    "mish": F.mish(x), "logsigmoid": F.logsigmoid(x), "elu": F.elu(x)}, rand(3, 7, low=-120, high=120))
case("activations-inplace", nn.Sequential(
    nn.Linear(5, 7), nn.ReLU(True), nn.Linear(7, 7), nn.SiLU(True), nn.Linear(7, 7), nn.LeakyReLU(0.1, True),
    nn.Linear(7, 7), nn.ELU(inplace=True), nn.Linear(7, 7), nn.Hardtanh(inplace=True), nn.Dropout(inplace=True)), rand(3, 5))
case("dropout", nn.Sequential(nn.Dropout(0.5), nn.Dropout1d(), nn.AlphaDropout()), x)

# --- two operands ---
y = rand(3, 5, 7, low=0.2, high=2)
case("add", lambda x, y: x + y, x, rand(3, 5, 7), core=True)
case("add-alpha", lambda x, y: {"add": torch.add(x, y, alpha=2.5), "sub": torch.sub(x, y, alpha=2), "rsub": torch.rsub(x, 1.5)},
    x, y)
case("arithmetic", lambda x, y: {
    "add": x + y, "sub": x - y, "mul": x * y, "div": x / y, "pow": y**x, "max": torch.maximum(x, y),
    "min": torch.minimum(x, y), "atan2": torch.atan2(x, y), "hypot": torch.hypot(x, y), "copysign": torch.copysign(y, x)},
     x, y, core=True)
case("arithmetic-scalar", lambda x: {
    "add": x + 2, "radd": 2.5 + x, "sub": x - 0.5, "rsub": 1 - x, "mul": x * 3, "div": x / 3, "rdiv": 1 / x,
    "floor": x // 0.3, "remainder": x % 0.7, "neg": -x}, x, core=True)
case("arithmetic-broadcast", lambda x, y, z: {"sum": x + y, "product": x * y * z, "quotient": z / x}, rand(5, 1, 7), rand(3, 1),
    rand(2, 1, 3, 7),
     core=True)
case("arithmetic-more", lambda x, y: {
    "fmax": torch.fmax(x, y), "fmin": torch.fmin(x, y), "logaddexp": torch.logaddexp(x, y), "logaddexp2": torch.logaddexp2(x, y),
    "xlogy": torch.xlogy(x, y), "lerp": torch.lerp(x, y, 0.3), "lerp_tensor": torch.lerp(x, y, x),
    "heaviside": torch.heaviside(x.round(), y),
    "nextafter": torch.nextafter(x, y), "ldexp": torch.ldexp(x, torch.tensor(3))}, x, y)
case("addcmul", lambda x, y, z: {"mul": torch.addcmul(x, y, z, value=0.5), "div": torch.addcdiv(x, z, y, value=-2)}, x, y,
    rand(5, 7))
case("pow", lambda x, y: {
    "square": x**2, "cube": x**3, "root": y**0.5, "inverse": y**-1, "inverse_root": y**-0.5, "base": 2**x, "real": y**1.7,
    "tensor": torch.pow(y, x), "zero": x**0, "negative_base": x ** torch.tensor(3.0)}, x, y, core=True)
case("pow-int", lambda n: {"square": n**2, "cube": n**3, "base": 2 ** n.abs(), "half": n.abs() ** 0.5}, ints(3, 7))

divisors = torch.tensor([3.0, -3.0, 0.7, -0.7, 2.0])
case("remainder", lambda x, d: {
    "remainder": torch.remainder(x, d), "fmod": torch.fmod(x, d), "floor_divide": torch.floor_divide(x, d),
    "div_floor": torch.div(x, d, rounding_mode="floor"), "div_trunc": torch.div(x, d, rounding_mode="trunc"), "scalar": x % -1.5,
    "fmod_scalar": torch.fmod(x, -1.5)}, rand(9, 5, low=-8, high=8), divisors, core=True)
case("remainder-int", lambda n, d: {
    "remainder": n % d, "fmod": torch.fmod(n, d), "floor_divide": n // d, "div_trunc": torch.div(n, d, rounding_mode="trunc"),
    "true_divide": n / d, "scalar": n % -4, "scalar_floor": n // -4, "fmod_scalar": torch.fmod(n, 4)},
     ints(9, 5), torch.tensor([3, -3, 7, -1, 2]), core=True)
case("remainder-int32", lambda n, d: {"remainder": n % d, "floor_divide": n // d, "true_divide": n / d},
     ints(9, 5, dtype=torch.int32), torch.tensor([3, -3, 7, -1, 2], dtype=torch.int32))
case("gcd", lambda n, m: {"gcd": torch.gcd(n, m), "lcm": torch.lcm(n, m)}, ints(3, 7), ints(3, 7))

case("compare", lambda x, y: {
    "eq": x == y, "ne": x != y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y, "scalar": x > 0.5,
    "isclose": torch.isclose(x, y)},
     rand(3, 7).round(), rand(3, 7).round(), core=True)
case("compare-int", lambda n, m: {"eq": n == m, "lt": n < m, "ge": n >= 2, "mixed": n > 0.5, "ne": n != m.int()}, ints(3, 7),
    ints(3, 7))
case("compare-nan", lambda x, y: {
    "eq": x == y, "ne": x != y, "lt": x < y, "ge": x >= y, "maximum": torch.maximum(x, y), "minimum": torch.minimum(x, y),
    "fmax": torch.fmax(x, y), "fmin": torch.fmin(x, y), "clamp": x.clamp(0, 1), "relu": x.relu(),
    "where": torch.where(x > y, x, y)},
     torch.tensor([nan, 1, nan, inf, -0.0]), torch.tensor([1, nan, nan, -inf, 0.0]))
case("equal-all", lambda x, y: torch.tensor([torch.numel(x)]) + (x == y).all(), x, x)
case("logical", lambda p, q: {
    "and": p & q, "or": p | q, "xor": p ^ q, "not": ~p, "logical_and": torch.logical_and(p, q),
    "logical_or": torch.logical_or(p, q),
    "logical_xor": torch.logical_xor(p, q), "eq": p == q}, bools(3, 7), bools(3, 7), core=True)
case("logical-numbers", lambda x, n: {
    "and": torch.logical_and(x, n), "or": torch.logical_or(x, n), "xor": torch.logical_xor(x, n), "not": torch.logical_not(n),
    "bool": x.bool()},
     rand(3, 7).round(), ints(3, 7, low=0, high=2))
case("bitwise", lambda n, m: {
    "and": n & m, "or": n | m, "xor": n ^ m, "not": ~n, "scalar": n & 5, "left": torch.bitwise_left_shift(n, m % 5),
    "right": torch.bitwise_right_shift(n, m % 5), "shift": n << 2, "unshift": n >> 1}, ints(3, 7, low=-99, high=99),
    ints(3, 7, low=0, high=99))
case("bitwise-int32", lambda n, m: {"and": n & m, "or": n | m, "xor": n ^ m, "left": n << 3, "right": n >> 2},
     ints(3, 7, low=-(2**31), high=2**31 - 1, dtype=torch.int32), ints(3, 7, dtype=torch.int32))

case("where", lambda p, x, y: {
    "tensors": torch.where(p, x, y), "scalar": torch.where(p, x, 0.5), "other": torch.where(p, -1.0, y),
    "scalars": torch.where(p, 1.0, 2.0)},
     bools(3, 1, 7), x, rand(5, 7), core=True)
case("where-int", lambda p, n, m: {"tensors": torch.where(p, n, m), "mixed": torch.where(p, n, 0.5),
    "dtype": torch.where(p, n.int(), m)},
     bools(3, 7), ints(3, 7), ints(7))
case("clamp", lambda x, y: {
    "both": x.clamp(-0.5, 1), "low": x.clamp(min=0.25), "high": x.clamp(max=0.25), "tensors": torch.clamp(x, -y, y),
    "tensor_low": x.clamp(min=y),
    "clamp_min": x.clamp_min(0.1), "clamp_max": x.clamp_max(0.1), "clip": torch.clip(x, 0, 1), "crossed": x.clamp(1, -1)}, x, y,
    core=True)
case("clamp-int", lambda n: {"both": n.clamp(-3, 4), "low": n.clamp(min=0), "float": n.clamp(-1.5, 2.5)}, ints(3, 7))
case("masked-fill", lambda x, p: {"scalar": x.masked_fill(p, -1e4), "tensor": x.masked_fill(p, torch.tensor(2.5)),
    "inverted": x.masked_fill(~p, float("-inf"))},
     x, bools(5, 7), core=True)
case("polynomial", lambda x: ((0.3 * x + 1.7) * x - 0.2) * x + x.sin() * x.cos() - (x * 2).exp() / (1 + x * x), x)
case("complex", lambda x, y: {"abs": torch.complex(x, y).abs(), "real": (torch.complex(x, y) * torch.complex(y, x)).real,
                              "imag": torch.view_as_real(torch.complex(x, y) * torch.complex(y, -x))[..., 1]}, x, y)

# Multiples of numbers whose reciprocals are a little too small: a quotient that is rounded must be a quotient.
case("quotients-rounded", lambda x: {
    "floor": torch.floor(x * 61 / 61), "whole": (x * 41 / 41).to(torch.int64), "trunc": torch.trunc(x * 109 / 109), "floor_of": (x * 115 / 115).floor(),
    "ceil": torch.ceil(x * 61 / 61), "div_mode": torch.div(x * 121, 121, rounding_mode="floor"), "under": torch.floor(-x * 123 / 123)},
    torch.arange(0, 1003, dtype=torch.float32))
