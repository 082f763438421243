"""Branches, loops, early returns, None."""

from typing import Optional, Tuple

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(rand(3, 4), rand(3, 4) + 100, rand(3, 4) + 1.5, rand(3, 4) - 50)
class EarlyReturns(nn.Module):
    def helper(self, x: Tensor, n: int) -> Tensor:
        if x.sum() < -100:
            return x * 0
        for i in range(n):
            if x[0, i] > 2:
                return x * i
            x = x + 0.7
        return x - 1

    def forward(self, x: Tensor) -> Tuple[Tensor, int]:
        if x[0, 0] > 50:
            return x, 1
        y = self.helper(x, 4)
        if y.sum() > 0:
            return y, 2
        return y + x, 3


@program((rand(3, 4), torch.tensor(0)), (rand(3, 4), torch.tensor(3)), (rand(3, 4), torch.tensor(11)))
class BreakContinue(nn.Module):
    def forward(self, x: Tensor, k: Tensor):
        n = 0
        seen = torch.zeros(12, dtype=torch.long)
        for i in range(int(k)):
            if i % 3 == 2:
                continue
            x = x + 1
            seen[i] = i * n
            if x.sum() > 60:
                break
            n += i
        j = int(k)
        while True:
            j -= 3
            if j < 0:
                break
            if j % 2 == 0:
                continue
            n = n * 2 + j
        return x, n, seen, j


@program((torch.tensor(3), rand(5, 2)), (torch.tensor(0), rand(5, 2)), (torch.tensor(5), rand(5, 2)))
class NestedCounts(nn.Module):
    def forward(self, n: Tensor, x: Tensor):
        a = torch.zeros(5, 5)
        for i in range(int(n.item())):
            for j in range(i, -1, -1):
                if (i + j) % 2 == 0:
                    a[i, j] += x[i, 0] * j
                else:
                    a[j, i] = x[j, 1]
        s = 0.0
        for i in range(int(n) - 1, 0, -2):
            s += float(x[i, 0])
        return a, s


@program(*both(3, 4))
class NestedBranches(nn.Module):
    def forward(self, x: Tensor):
        r = x
        k = 0
        if x.sum() > 0 and x[0, 0] < 10 or x.max() > 100:
            for i in range(3):
                if not bool(r.sum() < 8):
                    r = r + i
                    k += 1
                else:
                    r = r - 1 if r.min() > -5 else r
            while r.sum() < 20:
                r = r + 2
                if r.max() > 8:
                    r = r * 1.1
                    k -= 1
        elif x.min() < -1:
            r = r * 2
            k = 7
        flag = bool((r > 0).any()) or k > 5
        return r, k, flag, x.abs() if flag else x * 2


@program((rand(4),), (rand(4) + 5,))
class ShortCircuit(nn.Module):
    def forward(self, x: Tensor):
        i = 0
        while i < 4 and x[i] < 1.0:
            i += 1
        a = 0 if i == 4 else int(x[i] * 2)
        return i, a, i < 4 and bool(x[i] > 3), 1 < i <= 4


@program((rand(3), rand(3)))
class OptionalGiven(nn.Module):
    def f(self, x: Tensor, y: Optional[Tensor] = None, scale: Optional[float] = None) -> Tensor:
        if y is None:
            y = torch.ones_like(x)
        else:
            y = y * 2
        if scale is not None and scale > 1.0:
            x = x * scale
        return x + y

    def forward(self, x: Tensor, y: Optional[Tensor] = None):
        z: Optional[Tensor] = None
        for i in range(3):
            if z is None:
                z = x * i
            else:
                z = z + i
        assert z is not None
        w = y if y is not None else x
        return self.f(x, y) + self.f(x, x, 1.5), z, w


@program(*both(3))
class OptionalByData(nn.Module):
    def find(self, x: Tensor) -> Optional[Tensor]:
        if x.sum() > 0:
            return x * 2
        return None

    def forward(self, x: Tensor):
        r = self.find(x)
        if r is None:
            out = x - 1
        else:
            out = r + 1
        best: Optional[int] = None
        for i in range(3):
            if x[i] > 0.1:
                best = i
        return out, best if best is not None else -1


@program(*both(3, 4))
class Messages(nn.Module):
    def forward(self, x: Tensor):
        assert x.dim() == 2, f"want 2, got {x.dim()}"
        if x.max() > 1000:
            raise ValueError("too large")
        torch._assert(x.size(0) == 3, "rows")
        if x.sum() > 0:
            if x.min() < -1000:
                raise RuntimeError("too small")
            y = x * 2
        else:
            assert bool(x.max() < 500), "inner"
            y = x - 3
        return y


@program((rand(3, 4), torch.tensor(2)), (rand(3, 4), torch.tensor(0)), (rand(3, 4), torch.tensor(5)))
class GrowingList(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        out = [x]
        for i in range(int(n)):
            out.append(x * i)
        return torch.stack(out).sum(0)


@program((rand(3, 4), torch.tensor(2)), (rand(3, 4), torch.tensor(0)))
class TupleSwap(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        a, b = (x, x * 2)
        for i in range(int(n)):
            a, b = (b, a + b)
        h = (a, b)
        for i in range(int(n)):
            h = (h[1] * 2, h[0] + 1)
        return a, b, h
