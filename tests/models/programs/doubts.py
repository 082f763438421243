"""Two names that may hold the same after a branch or a loop: what is written through one is read through the other."""

from typing import Dict

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(*both(3, 4))
class JoinedAlias(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        b = x * 2
        if x.sum() > 0:
            c = a
        else:
            c = b
        c.add_(1)
        return a, b, c


@program(*both(3, 4))
class JoinedView(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        if x.sum() > 0:
            c = a[0]
        else:
            c = a[1]
        c.add_(1)
        return a, c


@program(*both(3, 4))
class JoinedWrittenBefore(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        b = x * 2
        if x.sum() > 0:
            c = a
        else:
            c = b
        a.add_(1)
        return a, b, c


@program(*both(3, 4))
class JoinedLists(nn.Module):
    def forward(self, x: Tensor):
        a = [x, x + 1]
        b = [x * 2, x * 3]
        if x.sum() > 0:
            c = a
        else:
            c = b
        c[0] = x - 100
        return a[0], b[0], c[0]


@program(*both(3, 4))
class JoinedListsWrittenBefore(nn.Module):
    def forward(self, x: Tensor):
        a = [x, x + 1]
        b = [x * 2, x * 3]
        if x.sum() > 0:
            c = a
        else:
            c = b
        a[0] = x - 100
        return a[0], b[0], c[0]


@program(*both(3, 4))
class JoinedListsAppended(nn.Module):
    def forward(self, x: Tensor):
        a = [x]
        b = [x * 2]
        if x.sum() > 0:
            c = a
        else:
            c = b
        c.append(x)
        return torch.tensor(len(a) + 10 * len(b) + 100 * len(c)), torch.stack(a).sum(0)


@program(*both(3, 4))
class JoinedDicts(nn.Module):
    def forward(self, x: Tensor):
        a = {"k": x}
        b = {"k": x * 2}
        c = a
        if x.sum() > 0:
            c = b
        c["k"] = x - 100
        return a["k"], b["k"], c["k"]


@program(*both(3, 4))
class ListOfListsJoined(nn.Module):
    def forward(self, x: Tensor):
        a = [[1, 2], [3, 4]]
        if x.sum() > 0:
            r = a[0]
        else:
            r = a[1]
        r[0] = 50
        return x * a[0][0] + a[1][0] * 1000 + r[0]


@program(*both(3, 4))
class ListWrites(nn.Module):
    def forward(self, x: Tensor):
        l = [x, x * 2]
        m = l
        n = [1, 2, 3]
        d = {"a": 1.0}
        if x.sum() > 0:
            l[0] = x + 5
            n[-1] = 9
            d["a"] = 2.5
        else:
            m[1] = x - 5
            n[0] += 4
        for i in range(3):
            n[i] *= 2
        l[0] += 1
        return m, torch.tensor(n), d["a"], x


@program(*both(3, 4))
class TwoJoins(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        b = x * 2
        if x.sum() > 0:
            c = a
        else:
            c = b
        if x.sum() > 0:
            d = a
        else:
            d = b
        c.add_(1)
        return d


@program(*both(3, 4))
class LoopJoin(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        b = x * 2
        c = a
        d = a
        i = 0
        while i < 3 and x[0, i] > 0:
            c = b
            d = b
            i += 1
        c.add_(1)
        return d


@program((rand(3, 4), torch.tensor(2)), (rand(3, 4), torch.tensor(0)))
class LoopAliases(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        a = x.clone()
        b = x * 2
        for i in range(int(n) + 1):
            c = a
            a = b
            b = c
            a.add_(1)
            b[0] *= 2
        return a, b


@program((rand(3, 4), torch.tensor(2)), (rand(3, 4), torch.tensor(0)))
class LoopLists(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        l = [x, x * 2, x * 3]
        for i in range(int(n)):
            l[0] = l[1] + i
            l[1] = l[2]
            l[2].add_(1)
        k = [0, 0, 0]
        for i in range(int(n)):
            k[i % 3] += i + 1
        return l, k


@program((rand(4, 3),), (rand(4, 3) + 5,))
class ViewChains(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        t = a.t()
        flat = a.view(-1)
        left, right = a.chunk(2)
        p, q, r = a.unbind(1)
        flat[::2] += 1
        if a.mean() > 2:
            t[0] = 0.0
            left.mul_(2)
        else:
            right -= 3
            q[1:] = p[:-1]
        r.clamp_(max=1.0)
        e = a.unsqueeze(0).expand(2, 4, 3)
        f = a.reshape(2, 6)
        f[1, -1] = 42.0
        s = torch.relu_(a[0])
        g = a.contiguous()
        g[3] *= 0.5
        h = a.to(torch.float32)
        h[2, 2] = -1.0
        d = a.detach()
        d[0, 0] = 11.0
        return a, t, flat, left, right, p, q, r, e, f, s


@program(*both(3, 4))
class IsAfterJoin(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        b = x * 2
        if x.sum() > 0:
            c = a
        else:
            c = b
        k = 0
        if c is a:
            k = 1
        return x + k


@program(*both(3, 4))
class TransposeInBranch(nn.Module):
    def forward(self, x: Tensor):
        y = x[:3, :3].clone()
        z = y
        if x.sum() > 0:
            y.t_()
        y[0, 1] = 9.0
        return y, z


@program((rand(3, 4), torch.tensor(2)), (rand(3, 4), torch.tensor(0)))
class LoopTensorState(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = 0
        self.h = torch.zeros(3, 4)
        self.cache: Dict[str, Tensor] = {"k": torch.zeros(2, 4)}
        self.l = [torch.zeros(4), torch.ones(4)]

    def forward(self, x: Tensor, n: Tensor):
        for i in range(int(n)):
            self.n += i + 1
            self.h += x
            self.h[0] *= 0.5
            self.cache["k"][i % 2] += x[i % 3]
            self.l[0] = self.l[0] + x[0]
            self.l[1].add_(1)
        return self.h * 1, self.cache["k"] * 1, self.l[0] * 1, self.l[1] * 1, self.n
