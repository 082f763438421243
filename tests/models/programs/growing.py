"""Lists and tensors that grow in loops of which only the run knows how many turns they make."""

from typing import List, Tuple

import torch
import torch.nn.functional as F
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(torch.tensor([1, 2, 3, 4]), torch.tensor([4, 4, 1, 0]))
class ListGrowWhile(nn.Module):
    def forward(self, x: Tensor):
        out: List[int] = []
        i = 0
        s = 0
        while s < 12 and i < 10:
            v = int(x[i % 4])
            out.append(v)
            s += v + 1
            i += 1
        return torch.tensor(out).sum(), torch.tensor(len(out)), torch.tensor(out[-1])


@program(torch.tensor([3, 1, 2, 1]), torch.tensor([5, 5, 1, 0]))
class ListsInt(nn.Module):
    def forward(self, x: Tensor):
        a: List[int] = x.tolist()
        a.insert(1, 9)
        p = a.pop()
        a.extend([p, p + 1])
        a.append(len(a))
        n = a.count(p)
        i = a.index(9)
        s = 0
        for k, v in enumerate(a):
            s += k * v
        return torch.tensor(a), torch.tensor([p, n, i, s, max(a), min(a)])


@program(torch.tensor([3, 1, 4, 1, 5, 9, 2, 6]), torch.tensor([0, 0, 1, 1, 0, 0, 0, 1]))
class Stack(nn.Module):
    """a stack machine: push and pop by data"""
    def forward(self, x: Tensor):
        st: List[int] = []
        k = 0
        while k < x.numel():
            v = int(x[k])
            if v % 2 == 1 or len(st) == 0:
                st.append(v)
            else:
                t = st.pop()
                st.append(t * 2 + v)
                if len(st) > 3:
                    st.pop(0)
            k += 1
        st.insert(0, 77)
        st.reverse()
        m = max(st)
        st.sort()
        return torch.tensor(st), torch.tensor([m, sum(st), len(st), st.count(77), st.index(77), min(st)])


@program((rand(20),), (rand(20) * 0.3, ))
class PicksTuples(nn.Module):
    def forward(self, x: Tensor):
        picks: List[Tuple[int, int, float]] = []
        i = 0
        n = x.size(0)
        while i < n:
            if bool(x[i] > 0.5):
                j = i
                while j < n and bool(x[j] > 0.2):
                    j += 1
                picks.append((i, j, float(x[i:j].max())))
                i = j
            else:
                i += 1
        out = torch.zeros(len(picks), 3)
        for k, (s, e, v) in enumerate(picks):
            out[k, 0] = s
            out[k, 1] = e
            out[k, 2] = v
        total = 0.0
        for s, e, v in picks:
            total += v * (e - s)
        return out, torch.tensor(total)


@program(*both(6, 3))
class ContinueAppend(nn.Module):
    def forward(self, x: Tensor):
        kept: List[Tensor] = []
        for i in range(x.size(0)):
            if bool(x[i].sum() < 0):
                continue
            if len(kept) >= 3:
                break
            kept.append(x[i] * (i + 1))
        if len(kept) == 0:
            kept.append(torch.zeros(3))
        return torch.stack(kept).sum(0), torch.tensor(len(kept))


@program((rand(1, 1, 20), torch.tensor(0.3)), (rand(1, 1, 20), torch.tensor(5.0)))
class PicksListTensors(nn.Module):
    """detect peaks: nonzero then loop over picks"""
    def forward(self, x: Tensor, thr: Tensor):
        p = torch.sigmoid(x)[0, 0]
        idx = torch.nonzero(p > thr).squeeze(1)
        total = torch.zeros(1)
        picks: List[Tensor] = []
        for i in range(idx.size(0)):
            k = int(idx[i])
            if i > 0 and k - int(idx[i - 1]) < 2:
                continue
            total += p[k]
            picks.append(p[k])
        if len(picks) > 0:
            return total, torch.stack(picks)
        else:
            return total, torch.zeros(0)


@program((rand(1, 4),), (rand(1, 4),))
class GreedyWhile(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(6, 4)
        self.cell = nn.LSTMCell(4, 4)
        self.out = nn.Linear(4, 6)
        self.max_len = 10

    def forward(self, h: Tensor):
        c = torch.zeros_like(h)
        tok = 0
        seq: List[int] = [0]
        while tok != 3 and len(seq) < self.max_len:
            h, c = self.cell(self.emb(torch.tensor([tok])), (h, c))
            tok = int(self.out(h).argmax(-1))
            seq.append(tok)
        return torch.tensor(seq), h


@program((rand(1, 4),), (rand(1, 4),))
class GreedyGenerate(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(6, 4)
        self.cell = nn.GRUCell(4, 4)
        self.out = nn.Linear(4, 6)

    def forward(self, h: Tensor):
        tok = torch.zeros(1, dtype=torch.long)
        toks: List[Tensor] = []
        for _ in range(8):
            h = self.cell(self.emb(tok), h)
            tok = self.out(h).argmax(-1)
            toks.append(tok)
            if bool(tok == 3):
                break
        return torch.cat(toks), h


@program((rand(2, 4),), (rand(2, 4),))
class GreedyCat(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(6, 4)
        self.cell = nn.GRUCell(4, 4)
        self.out = nn.Linear(4, 6)

    def forward(self, h: Tensor):
        ys = torch.zeros(2, 1, dtype=torch.long)
        done = torch.zeros(2, dtype=torch.bool)
        n = 0
        while not bool(done.all()) and n < 9:
            h = self.cell(self.emb(ys[:, -1]), h)
            nxt = self.out(h).argmax(-1)
            ys = torch.cat([ys, nxt.unsqueeze(1)], dim=1)
            done = done | (nxt == 3)
            n += 1
        return ys, torch.tensor(n)


@program((rand(1, 3, 8),), (rand(1, 3, 8),))
class KvDecoder(nn.Module):
    """transformer decoder with caches that grow by cat in a while loop"""
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(11, 8)
        self.q, self.k, self.v, self.o = (nn.Linear(8, 8) for _ in range(4))
        self.head = nn.Linear(8, 11)

    def forward(self, mem: Tensor):
        ks = self.k(mem)
        vs = self.v(mem)
        tokens = torch.ones(1, 1, dtype=torch.long)
        while tokens.size(1) < 9:
            x = self.emb(tokens[:, -1:])
            ks = torch.cat([ks, self.k(x)], dim=1)
            vs = torch.cat([vs, self.v(x)], dim=1)
            a = torch.softmax(self.q(x) @ ks.transpose(1, 2) / 2.8, -1) @ vs
            x = x + self.o(a)
            nxt = self.head(x)[:, -1].argmax(-1, keepdim=True)
            tokens = torch.cat([tokens, nxt], dim=1)
            if int(nxt) == 3:
                break
        return tokens, ks.sum(1)


@program((rand(1, 3, 8),), (rand(1, 3, 8),))
class Beam(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(7, 8)
        self.rnn = nn.GRUCell(8, 8)
        self.out = nn.Linear(8, 7)

    def forward(self, mem: Tensor):
        k = 2
        seqs = torch.zeros(1, 1, dtype=torch.long)
        scores = torch.zeros(1)
        h = mem.mean(1)
        for t in range(6):
            hh = self.rnn(self.emb(seqs[:, -1]), h)
            lp = F.log_softmax(self.out(hh), -1) + scores.unsqueeze(1)
            flat = lp.view(-1)
            scores, idx = flat.topk(k)
            prev = torch.div(idx, 7, rounding_mode="floor")
            tok = idx % 7
            seqs = torch.cat([seqs[prev], tok.unsqueeze(1)], 1)
            h = hh[prev]
            if bool((tok == 2).all()):
                break
        return seqs, scores


@program((rand(6), torch.tensor(3)), (rand(6), torch.tensor(5)))
class ListOfStates(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(1, 4)

    def forward(self, x: Tensor, n: Tensor):
        states: List[Tuple[Tensor, Tensor]] = [(torch.zeros(1, 4), torch.zeros(1, 4))]
        i = 0
        while i < int(n):
            h, c = states[-1]
            states.append(self.cell(x[i].view(1, 1), (h, c)))
            i += 1
        hs = torch.cat([s[0] for s in states], 0)
        return hs, states[-1][1], torch.tensor(len(states))


@program((rand(6), torch.tensor(3)), (rand(6), torch.tensor(5)))
class RunTwice(nn.Module):
    """nested loops that grow"""
    def forward(self, x: Tensor, n: Tensor):
        pairs: List[Tensor] = []
        for i in range(int(n)):
            for j in range(i + 1, int(n)):
                if bool(x[i] > x[j]):
                    pairs.append(torch.tensor([i, j]))
        if len(pairs) > 0:
            return torch.stack(pairs), torch.tensor(len(pairs))
        return torch.zeros(0, 2, dtype=torch.long), torch.tensor(0)


@program((rand(40, 3),), (rand(40, 3) * 2,))
class LongKalman(nn.Module):
    def forward(self, z: Tensor):
        s = torch.zeros(3)
        p = 1.0
        outs: List[Tensor] = []
        for i in range(z.size(0)):
            e = z[i] - s
            if bool(e.abs().max() > 1.5):
                g = 0.1
            else:
                g = p / (p + 0.5)
            s = s + g * e
            p = (1 - g) * p + 0.05
            outs.append(s)
        return torch.stack(outs), torch.tensor(p)


@program((rand(100),), (rand(100) * 2,))
class LongScan(nn.Module):
    def forward(self, x: Tensor):
        last = -1
        n = 0
        kept: List[int] = []
        best = x[0]
        for i in range(100):
            if bool(x[i] > best):
                best = x[i]
                kept.append(i)
            if i - last > 10 and bool(x[i] > 0.5):
                last = i
                n += 1
        return torch.tensor(kept), torch.tensor(n), best


@program((rand(5, 4),), (rand(5, 4) * 3,))
class StringLoop(nn.Module):
    def forward(self, x: Tensor):
        name = "a"
        t = torch.zeros(4)
        i = 0
        while bool(t.abs().sum() < 6) and i < 5:
            name = "b" if i > 2 else "c"
            msg = "turn {}".format(i)
            t = t + x[i] * len(name)
            i += 1
        return t, torch.tensor(i)


@program(*both(2, 3))
class IfTensor(nn.Module):
    def forward(self, x: Tensor):
        y = x
        if x.sum() > 0:
            y = x[:, :2]
        z = y * 2
        if x.mean() > 0:
            k = 3
        else:
            k = 5
        return z, torch.zeros(k), x.repeat(k, 1)


@program((rand(6, 3), torch.tensor(4)), (rand(6, 3), torch.tensor(0)))
class AliasGrow(nn.Module):
    """every item is the same buffer"""
    def forward(self, x: Tensor, n: Tensor):
        buf = torch.zeros(3)
        rows: List[Tensor] = []
        i = 0
        while i < int(n):
            buf += x[i]
            rows.append(buf)
            i += 1
        rows.append(x[0])
        return torch.stack(rows).sum(0), torch.tensor(len(rows))


@program((rand(6, 3), torch.tensor(4)), (rand(6, 3), torch.tensor(1)))
class AliasGrowFor(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        buf = torch.zeros(3)
        rows: List[Tensor] = []
        for i in range(int(n)):
            buf += x[i]
            rows.append(buf)
        return torch.stack(rows).sum(0), torch.tensor(len(rows))


@program((rand(6, 3), torch.tensor(4)), (rand(6, 3), torch.tensor(1)))
class AliasAfter(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        rows: List[Tensor] = []
        h = torch.zeros(3)
        i = 0
        while i < int(n):
            h = h + x[i]
            rows.append(h)
            i += 1
        h.mul_(100)
        return torch.stack(rows), h


@program((rand(3, 4), torch.tensor(0)), (rand(3, 4), torch.tensor(3)), (rand(3, 4), torch.tensor(5)))
class MaybeAppendedWritten(nn.Module):
    """An item is written to whose list a branch may have lengthened: the item is what it was before."""
    def forward(self, x: Tensor, c: Tensor):
        a, b, n = x.clone(), x - 3.5, int(c)
        t: List[Tensor] = [a, b]
        if n < 3:
            t = [b, a]
        if n < 4:
            t.append(x)
        t[0].add_(1.0)
        t.pop().mul_(2.0)
        return a, b, torch.stack(t).sum(0)


@program((rand(3, 4), torch.tensor(0)), (rand(3, 4), torch.tensor(3)))
class AliasLast(nn.Module):
    """The last item is one of two tensors, and written to."""
    def forward(self, x: Tensor, c: Tensor):
        a, b = x.clone(), x * 2
        t: List[Tensor] = [a]
        if int(c) < 2:
            t.append(b)
        t[-1].add_(1.0)
        return a, b


@program((rand(3, 4), torch.tensor(2)))
class AliasRows(nn.Module):
    """Each turn appends two, and one is written to after the loop."""
    def forward(self, x: Tensor, c: Tensor):
        t: List[Tensor] = []
        for i in range(int(c) + 1):
            t.append(x + i)
            t.append(x * i)
        t[0].add_(1.0)
        return t[0], torch.stack(t)
