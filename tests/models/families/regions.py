"""Control flow in control flow, with what models do in it: decode, search, suppress, keep state, and pick by values."""

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torch._higher_order_ops.associative_scan import associative_scan
from torch._higher_order_ops.map import map as map_over
from torch._higher_order_ops.scan import scan

from case import bools, case, ints, rand

cond, while_loop = torch.cond, torch.while_loop


class Decoder(nn.Module):
    """Greedy decoding: tokens are written to a carried buffer until the end token comes."""

    def __init__(self, words=11, width=6, most=7):
        super().__init__()
        self.words, self.most = words, most
        self.embedding, self.cell, self.head = nn.Embedding(words, width), nn.GRUCell(width, width), nn.Linear(width, words)

    def forward(self, state):
        tokens = torch.zeros(state.shape[0], self.most, dtype=torch.int64)

        def going(i, token, state, tokens, done):
            return (i < self.most) & ~done.all()

        def turn(i, token, state, tokens, done):
            following = self.cell(self.embedding(token), state)
            best = self.head(following).argmax(1)
            best = torch.where(done, torch.zeros_like(best), best)
            tokens = tokens.scatter(1, i.reshape(1, 1).expand(tokens.shape[0], 1), best[:, None])
            return i + 1, best, following, tokens, done | (best == 3)

        start = torch.ones(state.shape[0], dtype=torch.int64)
        return while_loop(going, turn, (torch.tensor(0), start, state, tokens, torch.zeros(state.shape[0], dtype=torch.bool)))


case("regions-greedy-dynamic", Decoder(), rand(3, 6), dynamic=({0: torch.export.Dim("batch", min=1, max=8)},),
     tests=[(rand(5, 6),), (rand(1, 6),)])


class Suppression(nn.Module):
    """Non-maximum suppression as a loop: the best box that is left, until none is left."""

    def forward(self, boxes, scores):
        corners = torch.cat([boxes[:, :2], boxes[:, :2] + boxes[:, 2:].abs()], 1)
        overlaps = torchvision.ops.box_iou(corners, corners)

        def turn(left, kept, count):
            best = left.argmax()
            kept = kept.scatter(0, count[None], best[None])
            return torch.where(overlaps.index_select(0, best[None])[0] > 0.3, -1.0, left).scatter(0, best[None], -1.0), kept, count + 1

        _, kept, count = while_loop(lambda left, kept, count: left.amax() > 0.2, turn,
            (scores.clone(), torch.full((scores.shape[0],), -1), torch.tensor(0)))
        return kept, count, kept[kept >= 0]


case("regions-nms", Suppression(), rand(17, 4), rand(17, low=0.0, high=1.0),
     tests=[(rand(17, 4), rand(17, low=0.0, high=1.0)), (rand(17, 4) * 9, rand(17, low=0.0, high=1.0)), (rand(17, 4), rand(17, low=0.0, high=0.1))])


class Writes(nn.Module):
    """Buffers that branches and bodies give anew."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.tensor(0))
        self.register_buffer("memory", torch.zeros(4, 5))
        self.linear = nn.Linear(5, 5)

    def forward(self, x):
        at = self.count % 4
        row = cond(x.sum() > 0, lambda x: self.linear(x).tanh(), lambda x: self.memory.mean(0) - x, (x,))
        self.memory.index_copy_(0, at[None], row[None])
        n, total = while_loop(lambda n, total: n > 0, lambda n, total: (n - 1, total * 0.5 + self.memory.index_select(0, n[None])[0]), (at + 0, torch.zeros(5)))
        self.count.add_(cond((row > 0).any(), lambda row: torch.ones((), dtype=torch.int64), lambda row: torch.full((), 2), (row,)))
        return total, row


case("regions-state", Writes(), rand(5), calls=[(rand(5),) for _ in range(6)])
case("regions-carried-size", lambda x: while_loop(lambda i, x: i < x.shape[0], lambda i, x: (i + 1, x.roll(1, 0) + i), (torch.tensor(0), x)), rand(3, 4),
     dynamic=({0: torch.export.Dim("rows", min=2, max=9)},), tests=[(rand(3, 4),), (rand(8, 4),)])
case("regions-carried-symbol", lambda x: while_loop(lambda n, x: n > 0, lambda n, x: (n - 2, x + n), (x.shape[0], x))[1], rand(3, 4),
     dynamic=({0: torch.export.Dim("rows", min=2, max=9)},), tests=[(rand(3, 4),), (rand(8, 4),)])
case("regions-count-then-use", lambda x: (lambda n, y: (y, n * 2, y * n))(*while_loop(lambda n, x: x.sum() < 40, lambda n, x: (n + 1, x * 2), (torch.tensor(0), x.abs() + 0.1))), rand(3, 4),
     tests=[(rand(3, 4),), (rand(3, 4) * 9,)])


def halve(x):
    """The exponent by a loop that stops early, or at a number of turns."""
    return while_loop(lambda n, x: (x > 1).any().logical_and(n < 30), lambda n, x: (n + 1, torch.where(x > 1, x / 2, x)), (torch.zeros((), dtype=torch.int32), x))


case("regions-early-stop", halve, rand(7) * 50, tests=[(rand(7) * 50,), (-rand(7).abs(),), (torch.full((7,), float("inf")),)])


class Router(nn.Module):
    """A branch in a scan, over parameters; the condition comes from what is carried."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(5, 5), nn.Linear(5, 5)

    def forward(self, h, xs):
        def turn(h, x):
            following = cond(h.sum() > x.sum(), lambda h, x: self.a(h) + x, lambda h, x: self.b(h).relu() - x, (h, x))
            return following, following * 2

        return scan(turn, h, xs)


case("regions-cond-in-scan", Router(), rand(5), rand(6, 5), tests=[(rand(5), rand(6, 5)), (rand(5), rand(6, 5))])
case("regions-cond-in-scan-dynamic", Router(), rand(5), rand(6, 5), dynamic=(None, {0: torch.export.Dim("length", min=1, max=20)}),
     tests=[(rand(5), rand(13, 5)), (rand(5), rand(2, 5))])


class InMap(Router):
    def forward(self, xs):
        def one(x):
            _, y = while_loop(lambda n, y: n < 3, lambda n, y: (n + 1, self.a(y).tanh()), (torch.zeros((), dtype=torch.int64), x))
            return cond(y.mean() > 0, lambda y: self.b(y), lambda y: y.cos(), (y,))

        return map_over(one, xs)


case("regions-in-map", InMap(), rand(4, 3, 5), tests=[(rand(4, 3, 5),), (rand(4, 3, 5),)])
case("regions-in-map-dynamic", InMap(), rand(4, 3, 5), dynamic=({0: torch.export.Dim("count", min=1, max=9), 1: torch.export.Dim("rows", min=1, max=9)},),
     tests=[(rand(7, 2, 5),), (rand(1, 6, 5),)])
case("regions-map-of-map", lambda xs, w: map_over(lambda rows, w: map_over(lambda row, w: (row @ w).softmax(0), rows, w), xs, w), rand(3, 4, 5), rand(5, 6))
case("regions-scan-of-scan", lambda h, xs: scan(lambda h, x: (lambda c, y: (c, (y, c.sum())))(*scan(lambda c, r: (c * 0.5 + r, c + r), h, x)), h, xs), rand(5), rand(3, 4, 5))
case("regions-while-of-while", lambda n, x: while_loop(lambda n, x: n > 0,
     lambda n, x: (n - 1, while_loop(lambda m, y: m > 0, lambda m, y: (m - 1, y * 1.1 + m), (n.clone(), x))[1]), (n, x)), torch.tensor(4), rand(3, 4),
     tests=[(torch.tensor(4), rand(3, 4)), (torch.tensor(0), rand(3, 4))])
case("regions-scan-in-cond", lambda p, x: cond(p, lambda x: scan(lambda h, r: (h * r, h * r), x[0], x[1:])[1].sum(0) + x, lambda x: x.cumsum(0), (x,)), torch.tensor(True), rand(6, 4),
     tests=[(torch.tensor(True), rand(6, 4)), (torch.tensor(False), rand(6, 4))])
case("regions-associative-tuple", lambda x: associative_scan(lambda a, b: (torch.maximum(a[0], b[0]), a[1] + b[1]), (x, x.abs()), dim=1, reverse=True, combine_mode="generic"), rand(3, 6))


# Sizes that the data tell, outside and inside.
def spread(*shape):
    return rand(*shape, low=-3.0, high=2.0)


def found_then_branch(x):
    rows = x[x[:, 0] > 0]
    return cond(rows.shape[0] > 3, lambda r: r.sum(0), lambda r: r.cos().sum(0) - 1, (rows,))


case("regions-found-branch", found_then_branch, spread(9, 4), tests=[(rand(9, 4, low=0.1),), (-rand(9, 4).abs() - 0.1,), (spread(9, 4),)])


def found_in_branch(x):
    return cond(x.sum() > 0, lambda x: x[x > 0].sum() + torch.nonzero(x).shape[0], lambda x: x.masked_select(x < -1).exp().sum(), (x,))


case("regions-found-in-branch", found_in_branch, spread(5, 4), tests=[(spread(5, 4).abs(),), (-spread(5, 4).abs(),)])
case("regions-found-in-while", lambda n, x: while_loop(lambda n, x: n > 0, lambda n, x: (n - 1, x * 0.9 + x[x > n].sum()), (n, x)), torch.tensor(3), spread(5, 4),
     tests=[(torch.tensor(3), spread(5, 4)), (torch.tensor(2), -spread(5, 4).abs())])
case("regions-found-in-map", lambda x: map_over(lambda row: torch.nonzero(row > 0).sum() + row.sum(), x), spread(6, 7), tests=[(spread(6, 7),), (-spread(6, 7).abs(),)])


def found_carried(x):
    rows = torch.nonzero(x > 0).squeeze(1).float()
    return while_loop(lambda n, r: n < 4, lambda n, r: (n + 1, r * 2 - n), (torch.tensor(0), rows))


case("regions-found-carried", found_carried, spread(13), tests=[(spread(13),), (-spread(13).abs() - 0.1,), (spread(13).abs() + 0.1,)])


def found_scanned(x):
    rows = x[x[:, 0] > 0]
    torch._check(rows.shape[0] > 0)
    return scan(lambda h, r: (h * 0.5 + r, h + 1), torch.zeros(4), rows)


case("regions-found-scanned", found_scanned, spread(9, 4), tests=[(spread(9, 4),), (rand(9, 4, low=0.1),)])


def both(*args):
    """The same inputs for a branch that is taken and one that is not."""
    return [(torch.tensor(flag), *args) for flag in (True, False)]


# Branches that give other sizes: PyTorch has a symbol for what the run finds.
yes, no = torch.tensor(True), torch.tensor(False)
case("regions-branch-sizes", lambda p, x: cond(p, lambda x: x[:2] * 2, lambda x: x[1:] + 1, (x,)), yes, rand(5, 3), tests=both(rand(5, 3)))
case("regions-branch-sizes-dynamic", lambda p, x: cond(p, lambda x: x[:2] * 2, lambda x: x[1:] + 1, (x,)).softmax(0).sum(1), yes, rand(5, 3),
     dynamic=(None, {0: torch.export.Dim("rows", min=3, max=9)}), tests=both(rand(7, 3)))
case("regions-branch-two-sizes", lambda p, x: (lambda a, b: a @ b.t())(*cond(p, lambda x: (x[:2] * 2, x[:4].clone()), lambda x: (x[1:] + 1, x[:1].clone()), (x,))),
     yes, rand(5, 3), tests=both(rand(5, 3)))
case("regions-branch-found", lambda p, x: cond(p, lambda x: x[x > 0], lambda x: x[x < -1] * 2, (x,)), yes, rand(5, 3), tests=both(rand(5, 3)))
case("regions-branch-found-rows", lambda p, x: F.layer_norm(cond(p, lambda x: x[x[:, 0] > 0], lambda x: x.clone(), (x,)), (3,)) @ x.t(), yes, rand(5, 3),
     tests=both(rand(5, 3)))
case("regions-branch-nested-sizes", lambda p, q, x: cond(p, lambda q, x: cond(q, lambda x: x[:1].clone(), lambda x: x[:2].clone(), (x,)), lambda q, x: x[2:].clone(), (q, x)),
     yes, yes.clone(), rand(5, 3), tests=[(a.clone(), b.clone(), rand(5, 3)) for a, b in ((yes, yes), (yes, no), (no, yes))])
case("regions-branch-in-while", lambda x: while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, a + cond(i > 1, lambda x: x[:2].clone(), lambda x: x[:3].clone(), (x,)).sum(0)),
     (torch.tensor(0), x[0])), rand(5, 3))
case("regions-branch-ints", lambda p, x: (x * cond(p, lambda x: 3, lambda x: 5, (x,)), x[:cond(p, lambda x: 3, lambda x: 2, (x,))]), yes, rand(5, 3), tests=both(rand(5, 3)))
case("regions-branch-index", lambda p, i, x: cond(p, lambda i, x: x[i], lambda i, x: x[:2].clone(), (i, x)), no, torch.tensor([9, 1]), rand(5, 3),
     tests=[(no, torch.tensor([9, 1]), rand(5, 3)), (yes, torch.tensor([4, 1]), rand(5, 3))], raises=[(yes, torch.tensor([9, 1]), rand(5, 3))])
case("regions-branch-layers-dynamic", type("Layers", (nn.Module,), {
    "__init__": lambda self: (nn.Module.__init__(self), setattr(self, "a", nn.Conv2d(3, 4, 3, padding=1)), setattr(self, "b", nn.Conv2d(3, 4, 1)), None)[3],
    "forward": lambda self, x: cond(x.mean() > 0, lambda x: self.a(x).relu(), lambda x: self.b(x), (x,))})(), rand(2, 3, 9, 9),
    dynamic=({0: torch.export.Dim("batch", min=1, max=8), 2: torch.export.Dim("height", min=4, max=32)},), tests=[(rand(2, 3, 9, 9).abs(),), (-rand(5, 3, 12, 9).abs(),)])
case("regions-item-turns", lambda n, x: while_loop(lambda i, x: i < n.item(), lambda i, x: (i + 1, x * 1.5), (torch.tensor(0), x)), torch.tensor(3), rand(3),
     tests=[(torch.tensor(3), rand(3)), (torch.tensor(0), rand(3))])


class Typed(nn.Module):
    """Carried values of all dtypes."""

    def forward(self, n, half, brain, double, byte, flag, small):
        def turn(n, half, brain, double, byte, flag, small):
            return n - 1, half * 1.5, brain + 0.1, double.exp() * 0.1, byte * 3 + 1, ~flag, small // 2

        return while_loop(lambda n, *rest: (n > 0).all(), turn, (n, half, brain, double, byte, flag, small))


case("regions-dtypes", Typed(), torch.tensor([3], dtype=torch.int32), rand(5, dtype=torch.float16), rand(5, dtype=torch.bfloat16), rand(5, dtype=torch.float64),
     ints(5, low=0, high=200, dtype=torch.uint8), bools(5), ints(5, dtype=torch.int16))
case("regions-complex", lambda n, z: while_loop(lambda n, z: (n > 0) & (z.abs() < 2).any(), lambda n, z: (n - 1, z * z + 0.3), (n, z)), torch.tensor(5), torch.complex(rand(4), rand(4)) * 0.3)
case("regions-complex-scan", lambda h, z: scan(lambda h, z: (h * 0.5 + z, (h * z).real), h, z), torch.complex(rand(4), rand(4)), torch.complex(rand(6, 4), rand(6, 4)))


class Power(nn.Module):
    """Power iteration until it has converged, Newton's square root, and the greatest common divisor."""

    def forward(self, a, n, m):
        a = a @ a.t()
        k, v, _ = while_loop(lambda k, v, change: (k < 60) & (change > 1e-4), lambda k, v, change: (lambda w: (k + 1, w, (w - v).abs().amax()))(F.normalize(a @ v, dim=0)),
            (torch.tensor(0), F.normalize(torch.ones(a.shape[0]), dim=0), torch.tensor(1.0)))
        roots = while_loop(lambda i, r: i < 8, lambda i, r: (i + 1, (r + a.diagonal() / r) / 2), (torch.tensor(0), torch.ones(a.shape[0])))[1]
        divisor, _ = while_loop(lambda n, m: (m > 0).any(), lambda n, m: (torch.where(m > 0, m, n), torch.where(m > 0, n % m.clamp(min=1), m)), (n, m))
        return (v * v), roots, divisor


case("regions-numeric", Power(), rand(5, 7), ints(6, low=1, high=99), ints(6, low=1, high=99), tests=[(rand(5, 7), ints(6, low=1, high=99), ints(6, low=1, high=99)) for _ in range(2)], rough=True)


class Beam(nn.Module):
    """Beam search: topk over beams and words, with what beams carry picked anew."""

    def __init__(self):
        super().__init__()
        self.embedding, self.head = nn.Embedding(9, 6), nn.Linear(6, 9)

    def forward(self, state):
        tokens = torch.zeros(3, 5, dtype=torch.int64)

        def turn(i, scores, state, tokens):
            logits = (scores[:, None] + self.head(state).log_softmax(1)).reshape(-1)
            best, at = logits.topk(3)
            beam, word = at // 9, at % 9
            tokens = tokens[beam].index_copy(1, i[None], word[:, None])
            return i + 1, best, torch.tanh(state[beam] + self.embedding(word)), tokens

        return while_loop(lambda i, *rest: i < 5, turn, (torch.tensor(0), torch.tensor([0.0, -50.0, -60.0]), state, tokens))


case("regions-beam", Beam(), rand(3, 6), tests=[(rand(3, 6),), (rand(3, 6),)])


class Cached(nn.Module):
    """A transformer's cache: keys and values of a step are written at its place, and attention sees what is there."""

    def __init__(self):
        super().__init__()
        self.embedding, self.q, self.kv, self.head = nn.Embedding(13, 8), nn.Linear(8, 8), nn.Linear(8, 16), nn.Linear(8, 13)

    def forward(self, prompt):
        keys, values = torch.zeros(1, 2, 10, 4), torch.zeros(1, 2, 10, 4)
        tokens = F.pad(prompt, (0, 10 - prompt.shape[0]))

        def turn(i, tokens, keys, values):
            x = self.embedding(tokens.index_select(0, i[None]))[None]
            q = self.q(x).view(1, 1, 2, 4).transpose(1, 2)
            k, v = self.kv(x).view(1, 1, 2, 8).transpose(1, 2).chunk(2, -1)
            keys, values = keys.index_copy(2, i[None], k), values.index_copy(2, i[None], v)
            mask = torch.arange(10) <= i
            y = F.scaled_dot_product_attention(q, keys, values, attn_mask=mask[None, None, None])
            word = self.head(y.transpose(1, 2).reshape(8)).argmax()
            following = torch.where(i + 1 < prompt.shape[0], tokens.index_select(0, (i + 1)[None])[0], word)
            return i + 1, tokens.index_copy(0, (i + 1)[None], following[None]), keys, values

        return while_loop(lambda i, *rest: i < 9, turn, (torch.tensor(0), tokens, keys, values))[1]


case("regions-cache", Cached(), ints(3, low=0, high=13))


class Halting(nn.Module):
    """Adaptive computation: a row halts when it has gathered enough."""

    def __init__(self):
        super().__init__()
        self.cell, self.halt = nn.GRUCell(5, 5), nn.Linear(5, 1)

    def forward(self, x):
        def turn(n, state, total, halted):
            state = self.cell(x, state)
            p = torch.sigmoid(self.halt(state)).squeeze(1)
            going = halted < 0.99
            return n + 1, state, torch.where(going[:, None], total + p[:, None] * state, total), halted + p * going

        return while_loop(lambda n, state, total, halted: (halted < 0.99).any() & (n < 12), turn,
            (torch.tensor(0), torch.zeros_like(x), torch.zeros_like(x), torch.zeros(x.shape[0])))


case("regions-halting-dynamic", Halting(), rand(4, 5), dynamic=({0: torch.export.Dim.AUTO},), tests=[(rand(4, 5),), (rand(7, 5),)])


class Experts(nn.Module):
    """Experts of a mixture: each takes the rows that chose it, by a branch that skips an expert without rows."""

    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(6, 3)
        self.experts = nn.ModuleList([nn.Linear(6, 6) for _ in range(3)])

    def forward(self, x):
        chosen = self.gate(x).argmax(1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            mask = chosen == i
            out = out + cond(mask.any(), lambda x, m, expert=expert: expert(x) * m[:, None], lambda x, m: torch.zeros_like(x), (x, mask))
            rows = torch.nonzero(mask).squeeze(1)
            out = out.index_add(0, rows, expert(x[rows]))
        return out


case("regions-experts", Experts(), rand(7, 6), tests=[(rand(7, 6),), (rand(1, 6).expand(7, 6).contiguous(),)])
case("regions-unused", lambda p, x, y: cond(p, lambda x, y: (x + 1, x.clone()), lambda x, y: (y * 2, y.clone()), (x, y))[0], torch.tensor(False), rand(3), rand(3),
     tests=[(torch.tensor(False), rand(3), rand(3)), (torch.tensor(True), rand(3), rand(3))])
case("regions-many-branches", lambda i, x: cond(i == 0, lambda i, x: x.sin(), lambda i, x: cond(i == 1, lambda i, x: x.cos(), lambda i, x: cond(i == 2, lambda i, x: x.exp(), lambda i, x: x.neg(), (i, x)), (i, x)), (i, x)),
     torch.tensor(2), rand(3, 4), tests=[(torch.tensor(i), rand(3, 4)) for i in range(4)])
case("regions-pytree", lambda p, d: cond(p, lambda d: {"a": d["a"] + 1, "b": [d["b"] * 2]}, lambda d: {"a": d["a"] - 1, "b": [d["b"] / 2]}, (d,)), torch.tensor(True), {"a": rand(3), "b": rand(2, 2)})
case("regions-float-carried", lambda x: while_loop(lambda n, s, x: (n < 4) & (s < 20), lambda n, s, x: (n + 1, s * 1.5, x + s), (torch.tensor(0), torch.tensor(1.0, dtype=torch.float64), x)), rand(3))
case("regions-random-walk", lambda x: scan(lambda h, r: (torch.where(r > 0, h + r, h * 0.9), (h > 0, h.argmax())), torch.zeros(4), x, reverse=True), rand(6, 4))
case("regions-lstm-scan", type("LstmScan", (nn.Module,), {"__init__": lambda self: (nn.Module.__init__(self), setattr(self, "cell", nn.LSTMCell(4, 5)), None)[2],
     "forward": lambda self, xs: scan(lambda c, x: (lambda h, s: ((h.clone(), s.clone()), h.clone()))(*self.cell(x, c)), (torch.zeros(2, 5), torch.zeros(2, 5)), xs)})(), rand(6, 2, 4),
     dynamic=({0: torch.export.Dim("time", min=1, max=30)},), tests=[(rand(11, 2, 4),), (rand(1, 2, 4),)])
