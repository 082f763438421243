"""How tensors lie in memory: what a program asks of it, and where it decides between a view and a copy."""

from typing import List

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(*both(3, 4))
class ReshapeViews(nn.Module):
    """views or copies, by how the input lies"""
    def forward(self, x: Tensor):
        a = x.clone()
        b = a.reshape(4, 3)
        b[0, 0] = 7.0
        c = a.t().reshape(-1)
        c[1] = 9.0
        d = a.flatten()
        d[5] = -3.0
        e = a[:, 1:3].reshape(2, 3)
        e.zero_()
        f = a.t().contiguous()
        f.add_(1)
        g = a.contiguous()
        g[2, 3] = 55.0
        h = a[1:].reshape(-1)
        h[0] = 66.0
        i = a.unsqueeze(0).transpose(0, 1).reshape(3, 4)
        i[0, 3] = 77.0
        j = a.t().clone().view(-1) if a.t().clone().is_contiguous() else a.t().clone().reshape(-1)
        k = a.to(torch.float32)
        k[1, 1] = 88.0
        return a, b, c, d, e, f, g, h, i, j


@program(*both(2, 3))
class LayoutAsked(nn.Module):
    def forward(self, x: Tensor):
        t = x.t()
        n = torch.zeros(0)
        flags = [t.is_contiguous(), (t + 1).is_contiguous(), (t + x.t()).is_contiguous(), t.contiguous().is_contiguous(), (t * 2).t().is_contiguous(), t.softmax(0).is_contiguous(),
            x[:, 1].is_contiguous(), x[1].is_contiguous(), x[:1].t().is_contiguous(), x.expand(2, 2, 3).is_contiguous(), x.unsqueeze(1).is_contiguous(), t.unsqueeze(0).is_contiguous(),
            torch.cat([t, t]).is_contiguous(), (x @ t).is_contiguous(), x.view(3, 2).is_contiguous(), x.permute(1, 0).permute(1, 0).is_contiguous(), t.clone().is_contiguous(), t.relu().is_contiguous(),
            torch.where(t > 0, t, 0.0).is_contiguous(), t.flatten().is_contiguous()]
        out: List[int] = []
        for f in flags:
            out.append(1 if f else 0)
        s = t.stride() + x[:, ::2].stride() + x.unsqueeze(1).expand(2, 5, 3).stride() + (t + 1).stride() + x.diagonal().stride() + x.unfold(1, 2, 1).stride()
        return torch.tensor(out), torch.tensor(s), torch.tensor([x.stride(0), t.stride(-1)])


@program(rand(1, 3, 4, 5))
class ChannelsLast(nn.Module):
    def forward(self, x: Tensor):
        y = x.permute(0, 2, 3, 1)
        z = y.contiguous().permute(0, 3, 1, 2)
        a = 1 if z.is_contiguous(memory_format=torch.channels_last) else 0
        b = 1 if z.is_contiguous() else 0
        c = 1 if x.is_contiguous(memory_format=torch.channels_last) else 0
        return torch.tensor([a, b, c]), z.reshape(3, -1)


@program(*both(3, 4))
class Contig(nn.Module):
    def forward(self, x: Tensor):
        y = x.t()
        if y.is_contiguous():
            z = y + 100
        else:
            z = y.contiguous() * 2
        if x.is_contiguous():
            z = z + 1
        w = x[:, 1:3]
        if not w.is_contiguous():
            w = w * 3
        v = x.permute(1, 0)[1:2]
        if v.is_contiguous():
            v = v * 7
        e = x[0:1].expand(4, 4)
        if not e.is_contiguous():
            e = e - 1
        return z, w, v, e


@program(*both(3, 4))
class Strides(nn.Module):
    def forward(self, x: Tensor):
        s = x.stride()
        t = x.t().stride()
        u = x[:, ::2].stride(1)
        v = x.unsqueeze(1).expand(3, 5, 4).stride()
        a = torch.as_strided(x, [2, 2], [4, 2])
        return x * s[0] + t[0] * 10 + u, torch.tensor(v), a


@program(*both(3, 4))
class Chunks(nn.Module):
    def forward(self, x: Tensor):
        a = x.clone()
        u, v = a.chunk(2, dim=1)
        u.add_(10)
        w = v.reshape(6)
        w.mul_(0)
        p = a.unbind(0)
        p[1].fill_(3.0)
        q = a.view(2, 6)[1].view(2, 3)
        q[0] = -1.0
        r = a.split(2, 0)[0].flatten()
        r[0] = 42.0
        s = torch.stack([a[0], a[1]]).t()
        s[0, 0] = 5.0
        return a, u, v, w, q, r, s
