"""Lists of which only the run knows how long they are: returned, with items that are tuples, lists and dicts, and written to; and numbers that a program returns."""

from typing import Dict, List, Tuple

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(torch.tensor([0.5, -1.0, 2.0, 3.0]), torch.tensor([0.5, -1.0, -2.0, 3.0]), torch.tensor([-0.5, -1.0, -2.0, -3.0]))
class FoundTensors(nn.Module):
    def forward(self, x: Tensor):
        out: List[Tensor] = []
        for i in range(x.size(0)):
            if bool(x[i] > 0):
                out.append(x[i] * torch.arange(3))
        return out, len(out)


@program(torch.tensor([0.5, -1.0, 2.0, 3.0]), torch.tensor([-0.5, -1.0, -2.0, 3.0]))
class FoundPairs(nn.Module):
    def forward(self, x: Tensor):
        out: List[Tuple[int, float]] = []
        for i in range(x.size(0)):
            v = float(x[i])
            if v > 0:
                out.append((i, v * 2))
        return x.sum(), out


@program(rand(30), rand(30))
class FoundDicts(nn.Module):
    def forward(self, x: Tensor):
        out: List[Dict[str, int]] = []
        on = False
        start = 0
        for i in range(x.size(0)):
            s = float(x[i])
            if s > 0.3 and not on:
                on = True
                start = i
            elif s < -0.3 and on:
                out.append({"start": start, "end": i})
                on = False
        if on:
            out.append({"start": start, "end": x.size(0)})
        return {"spans": out}


@program(*both(3, 4))
class FoundTwoLengths(nn.Module):
    def forward(self, x: Tensor):
        if bool(x.sum() > 0):
            return [x, x * 2, x * 3]
        return [-x]


@program((torch.tensor(3), rand(4)), (torch.tensor(5), rand(4)))
class FoundTurns(nn.Module):
    def forward(self, n: Tensor, x: Tensor):
        out: List[Tensor] = []
        i = 0
        while i < int(n):
            x = torch.sin(x) + i
            out.append(x)
            i += 1
        return {"steps": out, "last": [x]}


@program(rand(30), rand(30))
class IntervalsJoined(nn.Module):
    """The last interval is made longer: a list in a list is written to."""

    def forward(self, x: Tensor):
        out: List[List[int]] = []
        for i in range(x.size(0)):
            if bool(x[i] > 0):
                if len(out) > 0 and out[-1][1] == i:
                    out[-1][1] = i + 1
                else:
                    out.append([i, i + 1])
        return torch.tensor(out).view(-1, 2)


@program(rand(6, 2), rand(6, 2))
class Tour(nn.Module):
    def forward(self, p: Tensor):
        left: List[int] = [i for i in range(1, p.size(0))]
        tour: List[int] = [0]
        total = 0.0
        while len(left) > 0:
            best = -1
            least = 1e9
            for k in left:
                d = float((p[tour[-1]] - p[k]).norm(2))
                if d < least:
                    least = d
                    best = k
            left.remove(best)
            tour.append(best)
            total += least
        return torch.tensor(tour), total


@program(rand(10, 2), rand(10, 2))
class Clusters(nn.Module):
    """DBSCAN: `continue` after a list that a later loop lengthens."""

    def forward(self, x: Tensor):
        d = torch.cdist(x, x)
        n = x.size(0)
        label = torch.full((n,), -1, dtype=torch.long)
        c = 0
        for i in range(n):
            if int(label[i]) != -1:
                continue
            q: List[int] = [i]
            if int((d[i] < 0.8).sum()) < 3:
                continue
            label[i] = c
            k = 0
            while k < len(q):
                p = q[k]
                k += 1
                near = torch.nonzero(d[p] < 0.8).flatten()
                for j in range(near.numel()):
                    t = int(near[j])
                    if int(label[t]) == -1:
                        label[t] = c
                        q.append(t)
            c += 1
        return label, c


@program(rand(2, 3))
class Numbers(nn.Module):
    def forward(self, x: Tensor):
        return x * 2, x.size(1), 2.5, True, [1, 2], x.sum(), None


@torch.jit.interface
class Expert(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        pass


class Scaled(nn.Module):
    def __init__(self, by):
        super().__init__()
        self.by = by
        self.linear = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x) * self.by


@program((rand(3, 4), torch.tensor(1)), (rand(3, 4), torch.tensor(0)), (rand(3, 4), torch.tensor(2)))
class Experts(nn.Module):
    """A module of a list by a number of the run, through an interface."""

    def __init__(self):
        super().__init__()
        self.experts = nn.ModuleList([Scaled(1.0), Scaled(2.0), Scaled(-1.0)])

    def forward(self, x: Tensor, which: Tensor):
        expert: Expert = self.experts[int(which)]
        return expert.forward(x)


def pairs(g: List[List[int]]) -> Tensor:
    return torch.tensor([v[0] * 100 + v[1] for v in g]).sum() + len(g)


@program(torch.tensor(3), torch.tensor(0))
class ListTwice(nn.Module):
    """A list lies twice in another, of which only the run knows how long it is."""

    def forward(self, c: Tensor):
        g: List[List[int]] = [[1, 2], [3, 4]]
        for i in range(int(c)):
            g.append(g[0])
        g[0][1] = 50
        return pairs(g)


@program(torch.tensor(3), torch.tensor(0))
class ListInEachTurn(nn.Module):
    def forward(self, c: Tensor):
        g: List[List[int]] = [[1, 2], [3, 4]]
        w = g.pop()
        for i in range(int(c)):
            g.append(w)
        w[0] = 70
        return pairs(g)


@program(torch.tensor(3), torch.tensor(0))
class ListLast(nn.Module):
    def forward(self, c: Tensor):
        g: List[List[int]] = [[1, 2], [3, 4]]
        last = [0, 0]
        for i in range(int(c)):
            last = [i, i]
            g.append(last)
        last[0] = 99
        return pairs(g)


@program(torch.tensor(3), torch.tensor(0))
class ListsInRows(nn.Module):
    def forward(self, c: Tensor):
        g: List[List[int]] = [[1, 2], [3, 4]]
        for i in range(int(c)):
            g.append([i, i])
            g[0][1] += 10
            g[-1][0] = 7
        return pairs(g)
