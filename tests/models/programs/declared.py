"""How a program is declared, and what it is tried with."""

import dataclasses

import torch

PROGRAMS = {}


@dataclasses.dataclass
class Before:
    """A call before which a method beside `forward` is called."""

    method: str
    args: tuple
    call: tuple


def before(method, *args, call):
    return Before(method, args, call if isinstance(call, tuple) else (call,))


def program(*calls, traced=False):
    """A module to script or trace, and the calls to try it with: several where they take different ways through it."""

    def declare(module):
        PROGRAMS[module.__name__] = (module, [call if isinstance(call, (tuple, Before)) else (call,) for call in calls], traced)
        return module

    return declare


def rand(*shape, low=-2.0, high=2.0):
    return torch.rand(shape) * (high - low) + low


def both(*shape):
    """Numbers whose sum is above zero, and their opposites."""
    x = rand(*shape, low=-1.0, high=2.0)
    return x, -x
