"""What is cut into parts for several threads only where it is long: small inputs, stretched within the model, and outputs of a few elements."""

import torch

from case import case, ints, rand


def stretched(x, *repeats):
    """More than one copy side by side is what a thread has to itself; each differs a little."""
    long = x.repeat(*repeats)
    return long + torch.arange(long.shape[-1]) * 1e-6


def scans(x):
    long = stretched(x, 1, 171)
    return {
        "sum": long.cumsum(1)[:, ::997], "whole": long.cumsum(1)[:, -5:], "product": (1 + long * 1e-3).cumprod(1)[:, ::997],
        "max": [part[:, ::499] for part in long.cummax(1)], "logcumsumexp": long.logcumsumexp(1)[:, ::997],
        "integers": (long > 0).cumsum(1)[:, ::499], "double": long.double().cumsum(1)[:, ::997], "down": long.t().cumsum(0)[::997],
    }


def scatters(x, places):
    rows, index = stretched(x, 13, 5), places.repeat(13)
    each = (index[:, None] + torch.arange(rows.shape[1])) % 41
    base = torch.arange(41 * rows.shape[1]).reshape(41, -1) * 1e-3
    return {
        "index_add": base.index_add(0, index, rows)[:, ::7], "index_copy": base.index_copy(0, places, rows[: len(places)])[:, ::7],
        "scatter_add": base.scatter_add(0, each, rows)[:, ::7], "amax": base.scatter_reduce(0, each, rows, "amax", include_self=False)[:, ::7],
        "put": base.index_put((index,), rows, accumulate=True)[:, ::7],
    }


def few_places(x, places):
    values, index = stretched(x, 61), places.repeat(61)
    base = torch.arange(41) * 1e-3
    return {
        "sum": base.scatter_add(0, index, values), "min": base.scatter_reduce(0, index, values, "amin"),
        "mean": base.scatter_reduce(0, index, values, "mean"),
        "product": base.scatter_reduce(0, index, 1 + values * 1e-4, "prod"),
        "counts": torch.zeros(41, dtype=torch.int64).scatter_add(0, index, torch.ones_like(index)),
        "pairs": torch.zeros(41, 2).index_add(0, index, values[:, None] * torch.tensor([1.0, -2.0])),
    }


case("shared-scans", scans, rand(1, 301))
case("shared-scans-rows", scans, rand(3, 301))
case("shared-scatters", scatters, rand(37, 15), ints(37, low=0, high=41))
case("shared-few-places", few_places, rand(691), ints(691, low=0, high=41))
