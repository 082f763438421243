"""Names and structures: what goes in and comes out, nested, twice, unchanged, or not at all."""

import collections
import typing

import torch
from torch import nn
from torch.utils import _pytree as pytree

from case import case, ints, rand

x, y = rand(3, 5), rand(3, 5)


class Pair(typing.NamedTuple):
    first: torch.Tensor
    second: torch.Tensor


pytree._register_namedtuple(Pair, serialized_type_name="Pair")


class Names(nn.Module):
    """The names that the issue gives: pixel_values, mask, logits, hidden.0, hidden.1."""

    def forward(self, pixel_values, *, mask=None):
        return {"logits": pixel_values * mask, "hidden": [pixel_values + 1, mask * 2]}


class ManyArguments(nn.Module):
    def forward(self, *images, **options):
        return {"images": sum(images), "options": options["scale"] * images[0] + options["shift"]}


case("names", Names(), x, kwargs={"mask": y})
case("names-variadic", ManyArguments(), x, y, kwargs={"shift": rand(5), "scale": rand(5)})
case("names-awkward", lambda input, self_, weight, p_weight: {"output": input * weight, "in": self_, "lambda": p_weight - 1,
    "out put": input + p_weight, "1": weight}, x, y, rand(5), rand(5))
case("names-kwargs-order", lambda a, b, c=None, d=None: a - b * c + d, x, y, kwargs={"d": rand(5), "c": rand(5)})
case("inputs-nested", lambda batch, sizes: {"sum": batch["image"] + batch["extra"][0] * batch["extra"][1][0], "last": sizes[1]},
    {"image": x, "extra": [y, (rand(5), rand(1))]}, (rand(2), rand(3)))
case("inputs-unused", lambda x, unused, y: x + y, x, rand(2, 2), y)
case("inputs-named-tuple", lambda pair: Pair(pair.second * 2, pair.first), Pair(x, y))
case("inputs-ordered-dict", lambda state: collections.OrderedDict(b=state["b"] + 1, a=state["a"] * 2),
    collections.OrderedDict(b=x, a=y))
case("inputs-numbers", lambda x, scale, flag, name: (x * scale if flag else x, x + len(name)), x, 2.5, True, "three")
case("inputs-none", lambda x, mask, y=None: x if mask is None else x * mask, x, None, kwargs={"y": y})
case("inputs-same-twice", lambda a, b: a * b, x, x)
case("inputs-none-at-all", lambda: torch.arange(5) * 2.5)
case("inputs-scalar", lambda x, n: x.sum() * n, torch.tensor(2.5), torch.tensor(3))
case("outputs-tuple", lambda x, y: (x + y, (x - y, [x * y])), x, y)
case("outputs-list", lambda x: [x, x + 1, x.sum()], x)
case("outputs-nested", lambda x: {"a": {"b": [x + 1, {"c": x * 2}], "d": (x.sum(),)}, "e": x.mean(0)}, x)
case("outputs-none", lambda x: (x + 1, None, {"a": None, "b": x * 2}), x)
case("outputs-number", lambda x: (x + 1, 3, x.shape[0], 2.5, True), x)
case("outputs-input", lambda x, y: {"x": x, "sum": x + y, "y": y}, x, y)
case("outputs-only-input", lambda x: x, x)
case("outputs-view-of-input", lambda x: {"view": x.view(-1), "t": x.t(), "slice": x[1:]}, x)
case("outputs-same-twice", lambda x: {"a": (z := x + 1), "b": z, "view": z.view(-1), "c": z}, x)
case("outputs-constant", lambda x: {"constant": torch.tensor([1.0, 2, 3]), "made": torch.arange(4), "sum": x + 1}, x)
case("outputs-only-constant", lambda x: torch.ones(2, 3), x)
case("outputs-empty", lambda x: {"rows": x[:0], "columns": x[:, 5:] * 2}, x)
case("outputs-scalar", lambda x: {"float": x.sum(), "int": x.argmax(), "bool": (x > 9).any(), "item_like": x[0, 0]}, x)


class WithWeightsOut(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(rand(5))
        self.register_buffer("table", ints(4))

    def forward(self, x):
        return {"weight": self.weight, "table": self.table, "scaled": x * self.weight}


case("outputs-weights", WithWeightsOut(), x)
