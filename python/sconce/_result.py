"""What a compilation gives."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Port:
    """An input or an output. A size that is not fixed is a name or a formula over names."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]

    def __str__(self) -> str:
        return f"{self.name} {self.dtype} [{', '.join(map(str, self.shape))}]"


@dataclasses.dataclass(frozen=True)
class Result:
    """A compiled model: its file, what it takes and gives, and how far its numbers are from PyTorch's."""

    path: pathlib.Path
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    bytes: int
    #: The largest error, as a part of an output's largest magnitude; None where nothing was compared.
    max_error: float | None
    #: Calls that were compared, by the shapes of their inputs.
    compared: tuple[tuple[tuple[int, ...], ...], ...]
    #: Why nothing was compared, or not at other sizes though some are open; None where all is well.
    note: str | None
    compile_ms: float | None
    #: The median of the runs, in Node on one thread unless told otherwise.
    run_ms: float | None

    @property
    def input_names(self) -> list[str]:
        return [port.name for port in self.inputs]

    @property
    def output_names(self) -> list[str]:
        return [port.name for port in self.outputs]

    @property
    def verified(self) -> bool:
        """Whether the file's numbers were compared with PyTorch's (where they differ there is no result but an error)."""
        return self.max_error is not None

    def __str__(self) -> str:
        lines = [f"{self.path}  {_quantity(self.bytes)}"]
        lines += [f"  {title:8}{port}" for title, ports in (("input", self.inputs), ("output", self.outputs)) for port in ports]
        if self.compile_ms is not None:
            lines.append(f"  compile {self.compile_ms:.0f} ms" + ("" if self.run_ms is None else f", run {self.run_ms:.3g} ms"))
        if self.max_error is not None:
            shapes = dict.fromkeys(" ".join(str(list(shape)) for shape in call) for call in self.compared)
            lines.append(f"  error   {self.max_error:.1e} in {len(self.compared)} calls, of {'; '.join(shapes) or 'no input'}")
        if self.note is not None:
            lines.append(f"  {'note' if self.verified else 'not verified'}: {self.note}")
        return "\n".join(lines)


def ports(items: Sequence[dict[str, object]]) -> tuple[Port, ...]:
    """Ports as the tool's JSON has them."""
    return tuple(Port(str(item["name"]), str(item["dtype"]), tuple(item["shape"])) for item in items)  # type: ignore[arg-type]


def read_json(path: pathlib.Path) -> dict[str, object]:
    """A file of the tool's that holds one object."""
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]


def _quantity(size: int) -> str:
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.3g} {unit}"
