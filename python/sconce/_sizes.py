"""Inputs of other sizes that an exported program takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

#: Beyond this a bound is none.
_UNBOUNDED = 1 << 40


def other_sizes(program: torch.export.ExportedProgram, leaves: list[Any]) -> Iterator[list[Any]]:
    """The same inputs, flat, at one combination of open sizes after the other, the likely ones first: tensors are cut or repeated."""
    shapes = _shapes(program, leaves)
    symbols = _values(shapes, leaves)
    tried = [symbols]
    for number in range(6):
        chosen = {symbol: _choose(number, index, value, *_range(program, symbol)) for index, (symbol, value) in enumerate(symbols.items())}
        if chosen in tried:
            continue
        tried.append(chosen)
        yield [leaf if shape is None else _resized(leaf, [_evaluate(dim, chosen) for dim in shape]) for leaf, shape in zip(leaves, shapes, strict=True)]


def _shapes(program: torch.export.ExportedProgram, leaves: list[Any]) -> list[list[Any] | None]:
    """Each tensor's shape as numbers and SymPy's expressions."""
    import torch

    values = {node.name: node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder"}
    shapes: list[list[Any] | None] = []
    for name, leaf in zip(program.graph_signature.user_inputs, leaves, strict=True):
        value = values.get(name) if isinstance(name, str) else None
        is_tensor = isinstance(leaf, torch.Tensor) and isinstance(value, torch.Tensor)
        shapes.append([dim.node.expr if isinstance(dim, torch.SymInt) else dim for dim in value.shape] if is_tensor else None)
    return shapes


def _values(shapes: list[list[Any] | None], leaves: list[Any]) -> dict[Any, int]:
    """The symbols' values for the inputs as they are: of a size such as 8*s by solving for s."""
    import sympy

    values: dict[Any, int] = {}
    for shape, leaf in zip(shapes, leaves, strict=True):
        for dim, size in zip(shape or [], leaf.shape if shape is not None else [], strict=True):
            free = list(getattr(dim, "free_symbols", ()))
            if len(free) == 1 and free[0] not in values:
                (symbol,) = free
                solutions = [size] if dim == symbol else [value for value in sympy.solve(dim - size, symbol) if value.is_Integer]
                if solutions:
                    values[symbol] = int(solutions[0])
    return dict(sorted(values.items(), key=lambda item: str(item[0])))


def _range(program: torch.export.ExportedProgram, symbol: Any) -> tuple[int, int | None]:
    bounds = program.range_constraints.get(symbol)
    if bounds is None:
        return 1, None
    lower = int(bounds.lower) if bounds.lower > -_UNBOUNDED else 0
    return max(lower, 1), int(bounds.upper) if bounds.upper < _UNBOUNDED else None


def _choose(number: int, index: int, value: int, lower: int, upper: int | None) -> int:
    """Different ones for different symbols: else a model that takes one for the other would pass."""
    wanted = (value + 1 + index, value - 1 - index, 2 * value, value // 2, value + 8 * (1 + index), lower)[number]
    return max(lower, wanted if upper is None else min(upper, wanted))


def _evaluate(dim: Any, symbols: dict[Any, int]) -> int:
    return int(dim.xreplace({symbol: _integer(value) for symbol, value in symbols.items()})) if hasattr(dim, "xreplace") else int(dim)


def _integer(value: int) -> Any:
    import sympy

    return sympy.Integer(value)


def _resized(tensor: torch.Tensor, shape: list[int]) -> torch.Tensor:
    import torch

    for axis, (old, new) in enumerate(zip(tensor.shape, shape, strict=True)):
        if new == old:
            continue
        if old == 0:
            tensor = tensor.new_zeros([*tensor.shape[:axis], new, *tensor.shape[axis + 1 :]])
        else:
            tensor = tensor.index_select(axis, torch.arange(new, device=tensor.device) % old)
    return tensor
