"""Views, writes in place, and names for one tensor, list or object."""

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(*both(3, 4))
class WriteInBranch(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        row = a[1]
        if x.sum() > 0:
            a[0, 1:3] = 5.0
            row += 1
        else:
            a[:, -1].mul_(3)
            row[0] = -7.0
        return a, row, a.sum(1)


@program(*both(3, 4))
class ViewsInLists(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        rows = [a[0], a[2]]
        for row in rows:
            row.sub_(1)
        if x.sum() > 0:
            rows[0].add_(10)
        else:
            rows[-1].zero_()
        pair = (a[1], a[:, 1])
        pair[0].mul_(2)
        pair[1][2] = 4.0
        return a, rows, pair[0], pair[1]


@program(rand(3, 4))
class AugmentedAliases(nn.Module):
    def forward(self, x: Tensor):
        a = torch.zeros(3, 4)
        b = a
        c = a
        for i in range(3):
            a += x
            b = b + 1
            c *= 2.0
        return a, b, c


@program(*both(2, 3))
class AugmentedInLoop(nn.Module):
    def forward(self, x: Tensor):
        total = torch.zeros(2, 3)
        kept = total
        last = total[-1]
        n = 0
        while total.abs().sum() < 40:
            total += x
            if x.sum() > 0:
                total[0] -= 0.5
            last += 0.25
            n += 1
        return total, kept, last, n


@program(rand(3, 4))
class AugmentedBroadcast(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        a += torch.arange(4)
        a *= torch.tensor([[1.0], [2.0], [3.0]])
        a /= 3
        a -= x[0]
        b = torch.arange(6).reshape(2, 3)
        b += torch.tensor([1, 2, 3])
        b *= 2
        b = b // 3
        c = torch.zeros(4, dtype=torch.int32)
        c += 5
        c[1:] += torch.ones(3, dtype=torch.int64)
        return a, b, c


@program(rand(3, 4))
class InputAlias(nn.Module):
    def forward(self, x: Tensor):
        y = x
        y = y.clone()
        z = y
        z += 1
        w = x.add(1)
        w = w.mul_(2)
        u, v = w, w
        u.sub_(3)
        u = u + 100
        return y, z, w, u, v


@program((rand(3, 4), torch.tensor([2])), (rand(3, 4), torch.tensor([0])))
class Indexing(nn.Module):
    def forward(self, x: Tensor, i: Tensor):
        n = int(i)
        a = x.clone()
        a[i] = 1.5
        a[n, n] = 3.0
        a[a < -1] = 0.0
        a[:, torch.tensor([0, 2])] += 1
        a[torch.tensor([0, 0]), torch.tensor([1, 1])] += 1
        b = x[n:]
        v = a[n]
        v[-1] = 8.0
        a.index_fill_(0, i, 2.0)
        a[1].copy_(x[2])
        return a, v, x[n], x[:, n], b.sum(), a[i, -1], x.flatten()[n : n + 2], x.select(0, n), x.narrow(0, n, 1)


@program(rand(4, 5))
class Slices(nn.Module):
    def forward(self, x: Tensor):
        l = [0, 1, 2, 3, 4, 5, 6]
        s = "abcdefg"
        n = x.size(0)
        y = x.clone()
        y[-2:, ::2] = 9.0
        y[1:-1, -3:-1] += 1
        y[..., 0] -= 2
        y[10:] = 5.0
        y[:-10] = 6.0
        t = l[-3:] + l[:-5] + l[::3] + l[5:1] + l[-100:2] + l[1:100:2] + l[-n:-1]
        code = 0
        for v in t:
            code = code * 3 + v
        return y, torch.tensor([code, len(s[-3:-1]) + len(s[::3]) + ord(s[-2])]), x[-3:-1, 1:], x[:, -2], x[1::2, ::3], x[3:1], x[None, -1, ..., :2]


@program(*both(4, 4))
class AugSelf(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        a += a.t().clone()
        a[1:] += a[:-1].clone()
        a[:, 1:] = a[:, :-1].clone()
        a[0] += a[1].sum()
        a.copy_(a.flip(0))
        b = a[1]
        a[1] = a[2]
        a[2] = b
        if x.sum() > 0:
            a[:2], a[2:] = (a[2:], a[:2])
        return a, b


@program(*both(3, 4))
class Expand(nn.Module):
    def forward(self, x: Tensor):
        r = x[0].clone()
        e = r.expand(3, 4)
        r += 1
        m = e.mean(0)
        n = r.view_as(m)
        n.zero_()
        s = x.clone()
        d = s.diagonal()
        d += 5
        w = s.unfold(1, 2, 1)
        s[0] = 0.0
        q = s.split([1, 2])
        q[1].neg_()
        z = torch.split(s, 2, 1)
        z[0].add_(1)
        u = s.narrow(1, 1, 2)
        u.fill_(2.0)
        v = s.permute(1, 0)
        v[0].exp_()
        i = s.squeeze()
        i[0, 0] = -9.0
        y = s.transpose(0, 1).unflatten(0, [2, 2])
        y[0, 0, 0] = 77.0
        c = torch.view_as_real(torch.complex(s, s))
        return e, m, n, s, d, w, q[1], z[1], u, v, y, c


@program(*both(3, 4))
class MaskWrite(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        v = a[1]
        m = a > 0
        a[m] = x[m] * 2
        a[~m] -= 1
        a[[0, 2]] = a[[2, 0]]
        v.masked_fill_(v > 1, 1.0)
        a.index_add_(0, torch.tensor([0, 0, 2]), x)
        a.scatter_(1, torch.tensor([[0], [1], [2]]), 7.0)
        a.scatter_add_(0, torch.tensor([[0, 1, 2, 0]]), x[:1])
        
        a.index_put_([torch.tensor([1, 1])], torch.ones(4), True)
        a.index_copy_(0, torch.tensor([2]), x[:1])
        a.clamp_(-5, 5)
        a.where(m, -a)
        return a, v
