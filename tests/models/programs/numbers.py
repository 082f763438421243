"""Numbers of the program and of the run: division, rounding, dtypes."""

import math
from typing import List

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program((rand(3), torch.tensor(7)), (rand(3), torch.tensor(-7)))
class Division(nn.Module):
    def forward(self, x: Tensor, k: Tensor):
        n = int(k)
        f = float(k) * 0.5
        t = torch.arange(-4, 5)
        ints = torch.tensor([n // 2, n % 3, n // -2, n % -3, -n // 4, (-n) % 4, abs(n), int(n ** 2), n >> 1, n << 2, n & 5, n | 8, n ^ 3, max(n, 2), min(n, 2)])
        floats = torch.tensor([n / 2, f // 1.0, f % 2.0, f % -2.0, f // -2.0, float(round(f)), float(math.floor(f)), float(math.ceil(f)), float(int(f)),
            float(2.0 ** n), math.fmod(f, 2.0), f // 2, n // 2.0, n % 2.5])
        return ints, floats, t / 2, t // 2, t % 3, t % -3, t // -2, torch.remainder(x, -0.75), torch.fmod(x, 0.75), x // 0.5, x % 0.5, 2 / t[:4], 1 - x, k // 2, k % 3, k / 2


@program(rand(3))
class KnownDivision(nn.Module):
    def forward(self, x: Tensor):
        n = -7
        m = x.size(0)
        ints = torch.tensor([n // 2, n % 3, n // -2, n % -3, -n // 4, (-n) % 4, n >> 1, n << 2, n & 5, n | 8, n ^ 3, (0 - m) // 2, (0 - m) % 2, m // -2, m % -2, -m])
        f = -3.5
        floats = torch.tensor([n / 2, f // 1.0, f % 2.0, f % -2.0, f // -2.0, float(round(f)), float(round(2.5)), float(round(-2.5)), float(round(3.5)),
            float(round(0.5)), float(math.floor(f)), float(math.ceil(f)), float(int(f)), float(2.0 ** n), math.fmod(f, 2.0), float(5 ** m), m / 2, float(2 **
            -1)])
        return ints, floats, x * (m / 2)


@program((torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.4999]),))
class Rounding(nn.Module):
    def forward(self, x: Tensor):
        v: List[float] = []
        for i in range(x.size(0)):
            f = float(x[i])
            v.append(round(f))
            v.append(float(int(f)))
            v.append(float(math.floor(f)))
        return torch.round(x), torch.tensor(v), x.int(), x.long() // 2, torch.round(x, decimals=1), x.trunc(), torch.div(x, 2, rounding_mode="floor"), torch.div(x, 2, rounding_mode="trunc")


@program((rand(3), torch.tensor([1, 2, 3]), torch.tensor([True, False, True])))
class Promotion(nn.Module):
    def forward(self, x: Tensor, i: Tensor, b: Tensor):
        n = int(i[1])
        f = float(x[0])
        half = x.half()
        small = i.to(torch.uint8)
        return (
            x + i, i + 1.5, i * n, i * f, i / n, b + b, b * 2, b * 2.0, b + i, half * 2.5, half + x, half * f, half + i, small + 300 % 256, small + i, small * 1.5, small * -1,
            torch.tensor(n), torch.tensor(f), torch.tensor(True), torch.tensor([n, 2]), torch.full([2], 1), torch.full([2], 1.0), torch.full([2], True),
            torch.full([2], n), torch.ones(2) * i[:2], torch.arange(3), torch.arange(3.0), torch.arange(n), torch.arange(0, 1, 0.25), torch.zeros_like(i), i.sum(), b.sum(), small.sum(),
            i.float().mean(), torch.where(b, x, i), torch.where(b, 1, 2), torch.where(b, 1.0, i), torch.where(b, x, 0), torch.cat([x, i]), torch.stack([i, i +
                1]).to(torch.float64) + x, i ** 2, i ** 2.0, 2 ** i, i ** -1.0,
            x > i, i == 2, i.masked_fill(b, 7), torch.scalar_tensor(3), torch.as_tensor(n), torch.as_tensor(f), torch.tensor(x[1]), torch.linspace(0, 1, 3), torch.eye(2),
        )


@program(*both(4))
class ToScalars(nn.Module):
    def forward(self, x: Tensor):
        total = 0.0
        for v in x:
            total += float(v) if v > 0 else v.item() * 2
        a: List[float] = x.tolist()
        i = x.argmax().item()
        values, order = torch.sort(x, descending=True)
        return total, a[1] + 1, i, int(order[0]) + 1, values * total, math.sqrt(abs(total)), math.exp(total / 10), max(total, 0.5), min(float(x[0]), 1.0)


@program((torch.tensor([5, -3, 2]),), (torch.tensor([-7, 4, 0]),))
class IntOps(nn.Module):
    def forward(self, t: Tensor):
        a = int(t[0])
        b = int(t[1])
        s = 0
        for v in t:
            s += int(v) // 2
        k = t.clone()
        k = k.floor_divide(2)
        j = t.clone()
        j %= 3
        h = t.float()
        h /= 2
        big = a * 100000 * 100000
        return (
            a // b, a % b, -a // b, a % -b, s, k, j, h, big, a * b - s, float(a) / b, a / b, int(a / b), round(a / b), bool(a), a == b, a < b, abs(b), t << 1, t & 3, t ^ 1, ~t, -t, t
            > 0, t // -2, t % -2, t / 2, torch.div(t, 2, rounding_mode="trunc"), t.sum() // 2, t.max() - b, t.float().mean()
        )


@program(*both(3, 4))
class ScalarJoin(nn.Module):
    def forward(self, x: Tensor):
        n = 1
        f = 0.5
        t = (1, 2.0, x)
        if x.sum() > 0:
            n = int(x[0, 0] * 10)
            f = float(n) / 3
            t = (n, f, x * 2)
        z = x * n + f
        return z // 1, n % 4, f, t, n // 3, -n // 3, torch.full([2], n), torch.full([2], f), torch.tensor([n]), torch.tensor(f), x.new_full([2], n), torch.zeros([2], dtype=torch.int16) + n


@program(*both(3))
class WhileFloat(nn.Module):
    def forward(self, x: Tensor):
        lo = 0.0
        hi = 4.0
        n = 0
        target = float(x.abs().sum())
        while hi - lo > 0.001 and n < 30:
            mid = (lo + hi) / 2
            if mid * mid < target:
                lo = mid
            else:
                hi = mid
            n += 1
        done = False
        c = 0
        while not done:
            c += 1
            done = bool(c * x[0] > 2) or c >= 7
        return lo, hi, n, c, torch.tensor([lo, hi])


@program(*both(4, 4))
class RunMath(nn.Module):
    """Functions of math, and of bits, for numbers that only the run tells."""

    def forward(self, x: Tensor):
        f = float(x[0, 0])
        n = int(x.sum() * 5)
        functions = [math.atan2(f, 2.0), math.fmod(f, 0.3), math.degrees(f), math.log(abs(f) + 1.0, 2.0), math.copysign(2.0, f), math.fabs(f), math.log1p(abs(f)), math.tanh(f)]
        questions = [math.isnan(f), math.isinf(f), math.isfinite(f), n > 0 and f > 0]
        bits = [n >> 1, n << 2, n & 3, n | 4, n ^ 5, math.floor(f), math.ceil(f)]
        return torch.tensor(functions), torch.tensor(questions), torch.tensor(bits)
