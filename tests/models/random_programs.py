"""Writes random small programs of TorchScript's language, with PyTorch's numbers, into a folder: `python random_programs.py FOLDER --count 1000 --seed 7`.

Each is a class with two methods beside forward, scripted by PyTorch and printed by its own printer, and called several times, so that it takes different ways. `./sconce verify FOLDER` compares:
what is refused is told apart from what is wrong. Those in random/ are the first 40 of `random_programs.py random --count 80 --seed 1000 --size 5 --packed` that Sconce does not refuse.
"""

import argparse
import io
import linecache
import pathlib
import random
import sys
import types

import numpy
import torch

HEADER = """
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn


class Pair:
    def __init__(self, first: Tensor, count: int):
        self.first = first
        self.count = count

    def grow(self, by: int) -> int:
        self.count = self.count + by
        self.first = self.first + float(by)
        return self.count


"""


class Writer:
    """Writes one program. Names are kept by their types, so that every statement is well typed; numbers stay small, so that nothing overflows."""

    def __init__(self, seed, nested=False):
        self.random = random.Random(seed)
        self.nested = nested
        self.lines = []
        self.depth = 2
        self.next = 0
        self.names = {"tensor": ["a", "b"], "row": ["r"], "int": ["n", "k"], "float": ["f"], "bool": [], "str": ["s"], "ints": ["l"], "tensors": ["t"], "dict": ["d"], "pair": ["p"], "optional": []}
        self.loops = 0
        self.statements = 0

    def pick(self, *items):
        return self.random.choice(items)

    def name(self, kind):
        return self.random.choice(self.names[kind])

    def new(self, kind):
        self.next += 1
        return f"{kind[0]}{self.next}"

    def write(self, line):
        self.lines.append("    " * self.depth + line)

    def int(self, deep=0):
        choice = self.random.randrange(14 if deep < 2 else 5)
        if choice < 2:
            return str(self.random.randrange(-4, 6))
        if choice < 4:
            return self.name("int")
        a, b = self.int(deep + 1), self.int(deep + 1)
        match choice:
            case 4:
                return self.pick("len(l)", "len(t)", "len(s)", "a.size(0)", "a.dim()", "p.count")
            case 5:
                return f"({a} + {b})"
            case 6:
                return f"({a} - {b})"
            case 7:
                return f"(({a}) % 7 * (({b}) % 5))"
            case 8:
                return f"({a} // {self.pick(2, 3, -2, -3)})"
            case 9:
                return f"({a} % {self.pick(2, 3, -3, 5)})"
            case 10:
                return f"{self.pick('min', 'max')}({a}, {b})"
            case 11:
                return f"abs({a})"
            case 12:
                return self.pick(f"(({a}) % 6 << {self.pick(1, 2)})", f"({a} >> 1)", f"({a} & 7)", f"({a} | 3)", f"({a} ^ 5)")
            case _:
                return f"({a} if {self.bool(deep + 1)} else {b})"

    def float(self, deep=0):
        choice = self.random.randrange(10 if deep < 2 else 4)
        if choice < 2:
            return self.pick("0.5", "-1.25", "2.0", "3.5")
        if choice < 4:
            return self.pick(self.name("float"), f"float({self.name('int')})")
        a, b = self.float(deep + 1), self.float(deep + 1)
        return [f"({a} + {b})", f"({a} - {b})", f"({a} * 0.5)", f"({a} / {self.pick('2.0', '-4.0')})", f"({a} // {self.pick('2.0', '-1.5')})", f"({a} % {self.pick('2.0', '-1.5')})"][choice - 4]

    def bool(self, deep=0):
        choice = self.random.randrange(9 if deep < 2 else 5)
        match choice:
            case 0 | 1:
                return f"bool({self.name('tensor')}{self.pick('.sum()', '[0, 1]', '[1].max()')} > {self.pick('0', '0.5', '-0.5')})"
            case 2:
                return f"{self.int(2)} {self.pick('<', '<=', '==', '!=', '>')} {self.int(2)}"
            case 3:
                return f"{self.name('float')} {self.pick('<', '>=')} {self.float(2)}"
            case 4:
                return self.pick(f"{self.name('str')} == {self.pick(repr('up'), repr('down'))}", f"{self.int(2)} in l", "'k' in d", *(self.names["bool"] or ["len(l) > 2"]))
            case 5:
                return f"(not {self.bool(deep + 1)})"
            case 6:
                return f"({self.bool(deep + 1)} and {self.bool(deep + 1)})"
            case 7:
                return f"({self.bool(deep + 1)} or {self.bool(deep + 1)})"
            case _:
                return f"{self.pick(*self.names['str'])}.startswith('u')"

    def tensor(self, deep=0):
        """Of three rows and four columns."""
        choice = self.random.randrange(12 if deep < 2 else 4)
        if choice < 3:
            return self.name("tensor")
        if choice == 3:
            return self.pick("t[0]", "d['k']", "p.first", "t[-1]")
        a, b = self.tensor(deep + 1), self.tensor(deep + 1)
        return [f"({a} + {b})", f"({a} * 0.5)", f"({a} - {self.float(2)})", f"torch.relu({a})", f"({a} + {self.row(2)})", f"{a}.clone()", f"torch.where({a} > 0, {a}, {b} * 0.5)",
                f"{a}.t().contiguous().t()"][choice - 4]

    def row(self, deep=0):
        return self.pick(self.name("row"), f"{self.name('tensor')}[{self.pick(0, 1, 2, -1)}]", f"{self.name('tensor')}.sum(0) * 0.25", f"{self.name('tensor')}[:, ::2].reshape(6)[1:5] * 1.0")

    def view(self):
        """Something to write to in place."""
        a = self.name("tensor")
        return self.pick(a, a, f"{a}[{self.pick(0, 1, 2, -1)}]", f"{a}[:, {self.pick(1, 2, -1)}]", f"{a}[{self.pick('::2', '1:', ':-1')}]", f"{a}[:, {self.pick('::2', '1:3', '3:')}]", f"{a}.t()[1:]", "t[0]", "t[-1]",
                         "d['k']", "p.first", self.name("row"))

    def index(self):
        return self.pick("0", "-1", f"({self.name('int')} % len(l))")

    def body(self, size):
        kept = {kind: list(names) for kind, names in self.names.items()}
        before = len(self.lines)
        for _ in range(size):
            self.statement()
        if len(self.lines) == before:
            self.write("pass")
        self.names = kept

    def block(self, head, size):
        self.write(head)
        self.depth += 1
        self.body(size)
        self.depth -= 1

    def statement(self):
        self.statements += 1
        if self.depth > 4:
            choice = self.random.randrange(20)
        else:
            choice = self.random.randrange(38 if self.nested else 30)
        size = self.random.randrange(1, 4)
        match choice:
            case 0 | 1:
                self.write(f"{self.name('tensor')} = {self.tensor()}")
            case 2:
                name, value = self.new("tensor"), self.tensor()
                self.write(f"{name} = {value}")
                self.names["tensor"].append(name)
            case 3 | 4:
                self.write(f"{self.view()}.{self.pick('add_(1.0)', 'mul_(0.5)', 'clamp_(max=1.5)', 'neg_()', 'zero_()', f'add_({self.float(2)})')}")
            case 5:
                view = self.view()
                self.write(f"{view} {self.pick('+=', '*=', '-=')} {self.float(2)}")
            case 6:
                self.write(f"{self.name('tensor')}[{self.pick(0, 1, -1)}] = {self.row()}")
            case 7:
                self.write(f"{self.name('int')} {self.pick('=', '+=', '-=')} {self.int()}")
            case 8:
                self.write(f"{self.name('float')} = {self.float()}")
            case 9:
                self.write(f"l{self.pick(f'.append({self.int(1)})', f'[{self.index()}] = {self.int(1)}', f'.insert(1, {self.int(1)})', f'.extend([{self.int(1)}, {self.int(1)}])', '.reverse()', '.sort()')}")
            case 10:
                self.write(self.pick("l = sorted(l)", "l = l[::2] + [1]", "l = [v * 2 for v in l][:6]", "l = l[-3:] + l[:1]", "k = l.pop() if len(l) > 2 else k", "l = l[1:] if len(l) > 3 else l + [0, 2]"))
            case 11:
                self.write(f"t[{self.pick(0, -1)}] = {self.tensor(1)}")
            case 12:
                self.write(self.pick(f"t.append({self.tensor(1)})", "t = [t[-1], t[0]]", "u = t[0]\n" + "    " * self.depth + "t[0] = t[1]\n" + "    " * self.depth + "t[1] = u", "t = t[1:] if len(t) > 2 else t"))
            case 13:
                self.write(f"d[{self.pick(repr('k'), repr('m'))}] = {self.tensor(1)}")
            case 14:
                self.write(f"s = {self.pick(repr('up'), repr('down'), 's + ' + repr('x'), 's[1:]', 's.upper()', 's.replace(' + repr('u') + ', ' + repr('o') + ')')}")
            case 15:
                self.write(self.pick(f"k = p.grow({self.int(2)})", f"p = Pair({self.tensor(1)}, {self.int(2)})", f"p.first = {self.tensor(1)}", f"p.count = {self.int(1)}", "q = p\n" + "    " * self.depth + "q.count += 1"))
            case 16:
                name, value = self.new("bool"), self.bool()
                self.write(f"{name} = {value}")
                self.names["bool"].append(name)
            case 17:
                name, value = self.new("row"), self.row()
                self.write(f"{name} = {value}")
                self.names["row"].append(name)
            case 18:
                self.write(f"self.{self.pick(f'h = {self.tensor(1)}', f'h += {self.name(chr(116) + chr(101) + chr(110) + chr(115) + chr(111) + chr(114))}', 'h[0] *= 0.5', f'c = {self.int(1)} % 50', 'c += 1')}")
            case 19:
                self.write(self.pick(f"{self.name('tensor')} = self.other({self.tensor(1)}, {self.int(2)})", "a, b = b, a", "m = max(l)\n" + "    " * self.depth + "k = m % 20", "k = sum(l) % 30"))
            case 20 | 21 | 22 | 23:
                self.block(f"if {self.bool()}:", size)
                if self.random.random() < 0.6:
                    self.block("else:", size)
            case 24 | 25:
                self.next += 1
                self.block(f"for i{self.next} in range({self.pick(2, 3, 'len(l) % 4', '1, 4', '3, 0, -1', '0, 5, 2')}):", size)
            case 26:
                self.next += 1
                self.loops += 1
                if self.loops > 2:
                    return
                self.block(f"for i{self.next} in range({self.pick('int(n) % 4', f'abs({self.int(2)}) % 4')}):", size)
            case 27:
                self.loops += 1
                if self.loops > 2:
                    return
                self.next += 1
                i = f"i{self.next}"
                self.write(f"{i} = 0")
                self.write(f"while {i} < 3 and {self.bool(1)}:")
                self.depth += 1
                self.write(f"{i} += 1")
                self.body(size)
                if self.random.random() < 0.4:
                    self.write(f"if {self.bool(1)}:")
                    self.write(f"    {self.pick('break', 'continue')}")
                    self.body(1)
                self.depth -= 1
            case 28:
                self.next += 1
                self.block(self.pick(f"for i{self.next}, v{self.next} in enumerate(l[:4]):", f"for v{self.next}, w{self.next} in zip(l[:3], t):", f"for v{self.next} in t[:3]:", f"for v{self.next} in l[:3]:"), size)
            case 29:
                self.write(f"o = self.maybe({self.tensor(1)}, {self.int(2)})")
                self.write("if o is not None:")
                self.write(f"    {self.pick('a = o + 1', 'b = o', 'o.add_(1.0)')}")

            case 30 | 31:
                self.write(self.pick(f"g.append([{self.int(1)}, {self.int(1)}])", f"g.append([{self.int(2)}, g[-1][0]])", "g = g[1:] if len(g) > 2 else g", "g.append([1, 2] if len(g) < 3 else g[0])", f"g[0] = [{self.int(2)}, 5]"))
            case 32 | 33:
                self.write(self.pick(f"g[-1][0] = {self.int(1)}", f"g[0][1] = {self.int(1)}", f"g[{self.name('int')} % len(g)][1] = {self.int(2)}", "w = g[-1]\n" + "    " * self.depth + f"w[1] = {self.int(1)}",
                                     "w = g[0]\n" + "    " * self.depth + f"g.append([{self.int(2)}, 1])\n" + "    " * self.depth + "w[0] = w[1] + 1"))
            case 34 | 35:
                self.write(self.pick(f"z.append(({self.int(1)}, {self.float(1)}))", "z = z[-2:]", "k = z[-1][0] % 20", "f = z[0][1] * 0.5", "k = (k + g[-1][0]) % 30", "z.reverse()", f"z[0] = ({self.int(1)}, 1.5)"))
            case 36:
                self.next += 1
                self.block(self.pick(f"for v{self.next} in g[:3]:", f"for v{self.next}, y{self.next} in z[:3]:", f"for i{self.next}, v{self.next} in enumerate(g[-2:]):"), size)
            case 37:
                self.write(self.pick("w = g.pop() if len(g) > 1 else [0, 0]", "k = len(g) + len(z)", "u = g\n" + "    " * self.depth + f"u.append([{self.int(2)}, 7])", "k = [w[0] for w in g][-1] % 9"))

    def program(self, size):
        self.write("a = x.clone()")
        self.write("b = x * 2")
        self.write("r = x[0] * 1")
        self.write("n = int(c)")
        self.write("k = 2")
        self.write("f = 0.5")
        self.write("s = 'up'")
        self.write("l: List[int] = [3, 1, 2]")
        self.write("t: List[Tensor] = [a, x + 1]")
        self.write("d: Dict[str, Tensor] = {'k': b}")
        self.write("p = Pair(x * 1, 1)")
        if self.nested:
            self.write("g: List[List[int]] = [[1, 2], [n, 3]]")
            self.write("z: List[Tuple[int, float]] = [(n, 0.5)]")
        for _ in range(size):
            self.statement()
            if self.random.random() < 0.04 and not self.nested:
                self.write(f"if {self.bool()}:")
                self.write("    return a, b, r, t[0], d['k'], p.first, torch.tensor(n), torch.tensor([k]), torch.tensor(f), torch.tensor(len(l)), self.h * 1")
        more = ", torch.tensor([v[0] * 3 + v[1] for v in g]).sum(), torch.tensor([v[0] + v[1] * 2 for v in z]).sum(), len(g) * 100 + len(z)" if self.nested else ""
        self.write(f"return a, b, r, t[0], d['k'], p.first, torch.tensor(n), torch.tensor([k + p.count]), torch.tensor(f), torch.tensor(sum(l) + len(t) + len(s) + len(d)), self.h * 1{more}")
        forward = "\n".join(self.lines)
        other = self.pick("        if k > 1:\n            return y * 2\n        return y", "        for i in range(k % 3):\n            y = y + 1\n        return y", "        y.mul_(0.5)\n        return y",
                          "        if bool(y.sum() > 0):\n            return y\n        return y - 1")
        maybe = self.pick("        if k > 2:\n            return y\n        return None", "        if bool(y[0, 0] > 0):\n            return y * 2\n        return None", "        return y if k % 2 == 0 else None")
        return f"""{HEADER}
class Random(nn.Module):
    def __init__(self):
        super().__init__()
        self.h = torch.zeros(3, 4)
        self.c = 3

    def other(self, y: Tensor, k: int) -> Tensor:
{other}

    def maybe(self, y: Tensor, k: int) -> Optional[Tensor]:
{maybe}

    def forward(self, x: Tensor, c: Tensor):
{forward}
"""


def load(name, source):
    file = f"{name}.py"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    module = sys.modules[name] = types.ModuleType(name)
    module.__file__ = file
    exec(compile(source, file, "exec"), module.__dict__)
    return module.Random


def make(seed, size, nested=False):
    """The archive and its calls; None where PyTorch itself refuses the program, or a number is none."""
    source = Writer(seed, nested).program(size)
    try:
        model = torch.jit.script(load(f"program_{seed}", source)().eval())
    except Exception as error:
        return None, source, f"script: {str(error)[:300]}"
    data = io.BytesIO()
    torch.jit.save(model, data)
    data.seek(0)
    loaded = torch.jit.load(data)
    torch.manual_seed(seed)
    rows = []
    for call in range(4):
        x = torch.rand(3, 4) * 4 - [2, 3, 1, 2.5][call]
        c = torch.tensor([3, 0, 5, 2][call])
        try:
            # Its optimiser takes away writes to an attribute's memory that a loop's result may be, where only that result was written.
            with torch.jit.optimized_execution(False):
                results = loaded(x.clone(), c.clone())
        except Exception as error:
            return None, source, f"run: {str(error)[-200:]}"
        row = {"in0": x, "in1": c} | {f"out{i}": torch.as_tensor(result).detach().clone() for i, result in enumerate(results)}
        if not all(torch.isfinite(value).all() and value.abs().max() < 1e6 for value in row.values()):
            return None, source, "large"
        rows.append(row)
    if any(row[key].shape != rows[0][key].shape for row in rows for key in row):
        return None, source, "shapes"
    return (data.getvalue(), {key: torch.stack([row[key] for row in rows]).numpy() for key in rows[0]}), source, ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=8, help="how many statements")
    parser.add_argument("--nested", action="store_true", help="with lists of lists and of tuples")
    parser.add_argument("--packed", action="store_true", help="without the programs as text")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    seed, written, why = options.seed, 0, {}
    while written < options.count:
        made, source, error = make(seed, options.size, options.nested)
        if made:
            (options.folder / f"random-{seed}.pt").write_bytes(made[0])
            numpy.savez(options.folder / f"random-{seed}-sequence.npz", **made[1])
            if not options.packed:
                (options.folder / f"random-{seed}.py").write_text(source)
            written += 1
        else:
            why[error[:60]] = why.get(error[:60], 0) + 1
        seed += 1
    print(f"{written} programs from {seed - options.seed} seeds", file=sys.stderr)
    for error, count in sorted(why.items(), key=lambda item: -item[1])[:12]:
        print(count, error, file=sys.stderr)


if __name__ == "__main__":
    main()
