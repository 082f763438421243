"""Lists, dicts, tuples, strings, classes."""

from enum import Enum
from typing import Dict, List, NamedTuple, Union

import torch
import torch.nn.functional as F
from programs.declared import both, program, rand
from torch import Tensor, nn


class Box(NamedTuple):
    corner: Tensor
    sizes: List[int]
    label: str = "none"


@program(*both(3, 2))
class Named(nn.Module):
    def make(self, x: Tensor) -> Box:
        if x.sum() > 0:
            return Box(x + 1, [1, 2], "many")
        return Box(x - 1, [3, 4], "few")

    def forward(self, x: Tensor):
        b = self.make(x)
        corner, sizes, label = b
        c = Box(b.corner * 2, [7])
        return corner * sizes[0], c.corner + c.sizes[0], torch.tensor([len(c.label), len(sizes)]), b[1][1]


@program(rand(3, 4))
class Collections(nn.Module):
    def forward(self, x: Tensor):
        out: List[Tensor] = []
        for i in range(4):
            out.append(x * i)
        out.insert(1, x + 1)
        popped = out.pop(0)
        out.reverse()
        out += [x - 1]
        out.extend([x, popped])
        k = [3, 1, 2]
        k.sort()
        k2 = [v * v for v in k]
        del out[0]
        d: Dict[str, Tensor] = {name: x + i for i, name in enumerate(["a", "b", "c"])}
        if "b" in d:
            d["b"] = d["b"] * 2
        d.update({"z": x})
        gone = d.pop("a")
        keys = "".join(list(d.keys()))
        counts: Dict[int, int] = {}
        for v in [3, 1, 3, 2, 1, 3]:
            if v not in counts:
                counts[v] = 0
            counts[v] += v
        n = 0
        for key, value in counts.items():
            n = n * 10 + key * value
        for i, (p, q) in enumerate(zip(k, [5, 6, 7])):
            n += i * p * q
        both = [t for t in out]
        both.clear()
        copied = k.copy()
        copied[0] = 77
        return (
            torch.stack(out).sum(0) * k[0] + len(out) + k.index(2), d, gone, d.get("q", x * 0), torch.tensor([len(keys), n, len(both), k.count(1), sum(k), max(k)] + [v + 1 for v in
            k2] + k + copied + [1, 2] * 2 + list(range(5, 0, -2))), torch.tensor([3 in k, k == [1, 2, 3], all([True, False]), any([True, False])])
        )


@program(*both(3, 4))
class Strings(nn.Module):
    def __init__(self):
        super().__init__()
        self.mode = "double-up"

    def forward(self, x: Tensor):
        name = "up" if x.sum() > 0 else "down"
        p = self.mode.split("-")
        if p[0].startswith("dou") and self.mode.replace("-", "_") == "double_up" and p[-1] == p[1].lower().strip():
            x = x * 2
        n = float("1.5") + int("2") + len("{}:{}".format(1, "a")) + len(f"{x.dim()}-{p[0]}") + self.mode.find("u") + (1 if "up" in self.mode else 0)
        words = ["relu", "tanh", "none"]
        for w in words:
            if w == "relu":
                x = F.relu(x)
            elif w == "tanh":
                x = torch.tanh(x)
            else:
                pass
        return x * n, torch.tensor("-".join(words).upper().count("N"))


@program(*both(3, 4))
class StringByData(nn.Module):
    def forward(self, x: Tensor):
        name = "up"
        if x.sum() < 0:
            name = "down"
        if name == "up":
            return x * 2
        return x - 2


@torch.jit.script
class Queue:
    def __init__(self, n: int):
        self.n = n
        self.items: List[Tensor] = []

    def add(self, x: Tensor):
        self.items.append(x * self.n)
        self.n += 1

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i: int):
        return self.items[i]

    def __add__(self, other: int):
        return self.n + other


@program(*both(2, 3))
class Classes(nn.Module):
    def forward(self, x: Tensor):
        q = Queue(2)
        q.add(x)
        r = q
        r.add(x + 1)
        if x.sum() > 0:
            q.n = 100
            r.items[0] = x * 0
        else:
            q.items[1].add_(5)
        q.add(x)
        return torch.cat(q.items), torch.tensor([r.n, len(q), q + 3]), q[0]


@torch.jit.script
class Pair:
    def __init__(self, n: int):
        self.n = n


@program(*both(2, 3))
class ClassesJoined(nn.Module):
    def forward(self, x: Tensor):
        a = Pair(2)
        b = Pair(3)
        if x.sum() > 0:
            c = a
        else:
            c = b
        c.n = 50
        return x * a.n + b.n * 1000


@program(*both(3, 4))
class Kinds(nn.Module):
    def f(self, v: Union[int, Tensor, List[int]]) -> int:
        if isinstance(v, int):
            return v + 1
        elif isinstance(v, Tensor):
            return 2
        else:
            return len(v)

    def forward(self, x: Tensor):
        a: List[int] = []
        for s in x.shape:
            a.append(s * 2)
        return (
            x * self.f(3) + self.f(x) + self.f([1, 2, 3]), torch.tensor(a + list(x.shape) + [x.numel(), x.size(-1), len(x)]), torch.tensor([x.is_floating_point(), x.dtype ==
            torch.float32])
        )


@program(*both(3, 4))
class DictByData(nn.Module):
    def __init__(self):
        super().__init__()
        self.cache: Dict[str, Tensor] = {}

    def forward(self, x: Tensor):
        d = {"a": x}
        if x.sum() > 0:
            d["a"] = x * 2
        d["b"] = x
        e = d
        e["a"] += 1
        return d["a"], d["b"], x


class Mode(Enum):
    ADD = "add"
    SCALE = "scale"
    NONE = "none"


@program(*both(3, 3))
class EnumMember(nn.Module):
    """A member that the file holds, and one that the code names."""

    def __init__(self):
        super().__init__()
        self.mode = Mode.SCALE

    def choose(self, x: Tensor) -> Mode:
        if x.sum() > 0:
            return Mode.ADD
        return self.mode

    def forward(self, x: Tensor):
        mode = self.choose(x)
        if mode == Mode.ADD:
            y = x + 1
        elif mode == Mode.SCALE:
            y = x * 3
        else:
            y = x
        return y, torch.tensor(len(mode.name)), torch.tensor(len(self.mode.value))


@program((torch.tensor([1, 2, 3]), rand(5, 4)), (torch.tensor([4, 0, 7]), rand(5, 4)))
class DictByNumber(nn.Module):
    """Keys that only the run tells, of dicts whose keys are known."""

    def __init__(self):
        super().__init__()
        self.rows: Dict[int, int] = {0: 3, 1: 1, 2: 4, 3: 2, 4: 0}
        self.scales: Dict[int, float] = {1: 0.5, 4: 2.0}

    def forward(self, ids: Tensor, table: Tensor):
        out = torch.zeros(4)
        known: Dict[int, Tensor] = {0: table[0], 1: table[1] * 2, 2: table[2]}
        for i in ids:
            k = int(i)
            if k in self.rows:
                out = out + table[self.rows[k]] * self.scales.get(k, 1.0)
            if k in known:
                out = out + known[k]
        return out


@program(rand(3, 4))
class TextParts(nn.Module):
    def forward(self, x: Tensor):
        s = "block.1.conv1.weight"
        places = [s.find("1"), s.rfind("1"), s.find("1", 7), s.find("w", 0, 5), s.index("conv"), s.count("1"), s.count("1", 7)]
        lengths = [len(part) for part in s.split(".", 1)] + [len(part) for part in s.rsplit(".", 1)] + [len(part) for part in s.partition(".")]
        flags = [s.startswith("1", 6), s.endswith("conv1", 0, 13), s.startswith("block", 1)]
        words = s.replace("1", "22", 1) + "a".zfill(4) + "b".rjust(3) + s.capitalize() + "{} {{}} {:.2f}".format(1, 2)
        return x * len(words), torch.tensor(places), torch.tensor(lengths), torch.tensor(flags)
