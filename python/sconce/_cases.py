"""PyTorch's own answers, in the files that `sconce verify` compares with."""

from __future__ import annotations

import copy
import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._arrays import save_npz
from ._export import evaluating
from ._sizes import other_sizes

if TYPE_CHECKING:
    import torch

#: Calls in a row for a model that keeps state.
_IN_A_ROW = 3
#: Calls at other sizes.
_OTHERS = 2


class Answers:
    """A module's answers, each from the state in which it stands now, and in which it is left."""

    def __init__(self, module: torch.nn.Module) -> None:
        self._module = module
        #: Whether a call has changed the module's buffers.
        self.keeps_state = False

    def of(self, calls: list[Any]) -> list[Any]:
        """The answers to calls (args, kwargs) in a row."""
        before = [buffer.clone() for buffer in self._module.buffers()]
        owners = [(part, dict(part._buffers)) for part in self._module.modules()]
        versions = [buffer._version for buffer in self._module.buffers()]
        try:
            with _inference(self._module):
                # Copies: a module may write into its inputs, and give out what it keeps.
                return [copy.deepcopy(self._module(*copy.deepcopy(args), **copy.deepcopy(kwargs))) for args, kwargs in calls]
        finally:
            self._restore(owners, before, versions)

    def _restore(self, owners: list[tuple[torch.nn.Module, dict[str, torch.Tensor | None]]], before: list[torch.Tensor], versions: list[int]) -> None:
        import torch

        for part, buffers in owners:
            self.keeps_state |= any(part._buffers.get(name) is not buffer for name, buffer in buffers.items())
            part._buffers.update(buffers)
        with torch.no_grad():
            for buffer, value, version in zip(self._module.buffers(), before, versions, strict=True):
                if buffer._version != version:
                    self.keeps_state = True
                    buffer.copy_(value)


class Cases:
    """The calls to compare: as given, at other sizes, and in a row."""

    def __init__(self, program: torch.export.ExportedProgram, answers: Answers, given: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
        self._program, self._answers, self._given = program, answers, given
        #: The shapes of the inputs of each call.
        self.compared: list[tuple[tuple[int, ...], ...]] = []
        self.note: str | None = None

    def write(self, stem: pathlib.Path) -> None:
        """Writes STEM.npz and what stands beside it."""
        (answer,) = self._answers.of([self._given])
        save_npz(stem.with_name(f"{stem.name}.npz"), self._numbered([self._given], [answer])[0])
        for number, (call, answer) in enumerate(self._others()):
            ending = "-sizes" if number == 0 else f"-sizes-{number + 1}"
            save_npz(stem.with_name(f"{stem.name}{ending}.npz"), self._numbered([call], [answer])[0])
        if self._answers.keeps_state:
            self._write_sequence(stem.with_name(f"{stem.name}-sequence.npz"))

    def _write_sequence(self, path: pathlib.Path) -> None:
        import torch

        calls = [self._given] * _IN_A_ROW
        rows = self._numbered(calls, self._answers.of(calls))
        reset = torch.tensor([True] + [False] * (_IN_A_ROW - 1))
        save_npz(path, {"reset": reset} | {name: torch.stack([row[name] for row in rows]) for name in rows[0]})

    def _others(self) -> Iterator[tuple[Any, Any]]:
        from torch.utils import _pytree as pytree

        leaves, spec = pytree.tree_flatten(self._given)
        if not _is_open(self._program):
            return
        exported, found, problem = self._program.module(), 0, ""
        for flat in other_sizes(self._program, leaves):
            args, kwargs = call = pytree.tree_unflatten(flat, spec)
            try:
                Answers(exported).of([call])  # which looks at its guards
                (answer,) = self._answers.of([(args, kwargs)])
            except Exception as error:
                problem = str(error).splitlines()[0] if str(error) else type(error).__name__
                continue
            yield call, answer
            found += 1
            if found == _OTHERS:
                return
        if found == 0:
            self.note = f"PyTorch took no other sizes than the given ones{f' ({problem})' if problem else ''}: they are not compared"

    def _numbered(self, calls: list[Any], answers: list[Any]) -> list[dict[str, torch.Tensor]]:
        rows = []
        for call, answer in zip(calls, answers, strict=True):
            inputs = _tensors(call)
            self.compared.append(tuple(tuple(tensor.shape) for tensor in inputs))
            rows.append({f"in{i}": tensor for i, tensor in enumerate(inputs)} | {f"out{i}": tensor for i, tensor in enumerate(_tensors(answer))})
        return rows


def _is_open(program: torch.export.ExportedProgram) -> bool:
    """Whether an input has a size that is not fixed."""
    import torch

    inputs = set(program.graph_signature.user_inputs)
    values = [node.meta.get("val") for node in program.graph.nodes if node.op == "placeholder" and node.name in inputs]
    return any(isinstance(dim, torch.SymInt) for value in values if isinstance(value, torch.Tensor) for dim in value.shape)


def _tensors(tree: Any) -> list[torch.Tensor]:
    import torch
    from torch.utils import _pytree as pytree

    return [leaf for leaf in pytree.tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


@contextmanager
def _inference(module: torch.nn.Module) -> Iterator[None]:
    import torch

    # An exported program's module refuses eval(): it is what it was exported as.
    with torch.no_grad() if isinstance(module, torch.fx.GraphModule) else evaluating(module):
        yield
