"""The front door: exports, compiles, and compares with PyTorch's own answers."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import pathlib
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._cases import Answers, Cases
from ._errors import CompileError, SconceError, VerificationError
from ._export import as_module, export
from ._result import Result, ports, read_json
from ._tool import call, find_node, no_node

if TYPE_CHECKING:
    import torch


def compile(  # noqa: A001 (as torch.compile)
    model: torch.nn.Module | torch.export.ExportedProgram | Callable[..., Any] | str | os.PathLike[str],
    args: Sequence[Any] | None = None,
    kwargs: Mapping[str, Any] | None = None,
    *,
    dynamic_shapes: Any = None,
    path: str | os.PathLike[str] | None = None,
    verify: bool = True,
    strict: bool = False,
    exact: bool = False,
    budget: int | None = None,
    threads: int | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    name: str | None = None,
    inputs: Mapping[str, str | int | float | bool] | None = None,
) -> Result:
    """Compiles a model to one WebAssembly file.

    `model` is a module (or a function of tensors), which is exported for `args` and `kwargs` with `torch.export`, in inference mode; or an exported
    program; or the path of a `.pt2` or `.pt` file. The file is written to `path`, without it beside the `.pt2`, or in the working directory under the module's name.

    The compiled model is then run, in Node, on the inputs, on other sizes that `dynamic_shapes` allows, and, where it keeps state, several times in a row;
    what differs from the module's own answers beyond `rtol` and `atol` raises a `VerificationError`, and no file is written. `verify=False` leaves that out.
    An exported program is compared on its example inputs unless `args` are given.

    `strict` is `torch.export`'s; `exact`, `budget`, `threads`, `rtol` and `atol` are the options of `sconce verify`, and `name` says which model of an
    archive that holds several. `inputs` says what the inputs of a TorchScript file (`.pt`) are like, which records no shapes:
    `{"x": "1x3x224x224", "ids": "int64:1x?"}`, where `?` is a size that each run decides.
    """
    if args is not None and not isinstance(args, (tuple, list)):
        raise SconceError(f"expected args as a tuple of the inputs by position, also of a single one: (x,), but got {type(args).__name__}")
    with tempfile.TemporaryDirectory(prefix="sconce-") as scratch:
        source, target, cases, note = _prepare(model, args, kwargs, dynamic_shapes, path, verify, strict, name, pathlib.Path(scratch))
        made = pathlib.Path(scratch) / "out.wasm"
        settings = [option for flag, value in (("--model", name), ("--budget", budget)) if value is not None for option in (flag, str(value))]
        settings += ["--exact"] if exact else []
        settings += [option for port, like in (inputs or {}).items() for option in ("--input", f"{port}={like}")]
        if cases is None:
            call(["compile", str(source), "-o", str(made), *settings])
            line: dict[str, Any] = {}
        else:
            numbers = (("--threads", threads), ("--rtol", rtol), ("--atol", atol))
            settings += [option for flag, value in numbers if value is not None for option in (flag, str(value))]
            line = _verify(source, made, settings)
        result = _result(made, target, line, cases, note)
        if line.get("status") == "failed":
            raise VerificationError(
                f"the compiled model's numbers are not PyTorch's: {line.get('message')}\n"
                "  what to do: report it with the model; rtol and atol say what may differ, and verify=False writes the file as it is", result)
        _place(made, target)
        if result.note is not None and verify and cases is None:
            warnings.warn(f"{target} is not verified: {result.note}", stacklevel=2)
        return result


def _prepare(
    model: Any, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None, dynamic_shapes: Any, path: str | os.PathLike[str] | None,
    verify: bool, strict: bool, name: str | None, scratch: pathlib.Path,
) -> tuple[pathlib.Path, pathlib.Path, Cases | None, str | None]:
    """The .pt2 to compile, where to, and what to compare it with, or why not."""
    why_not = None if verify else "verify=False"
    if verify and find_node() is None:
        why_not = no_node()
    if isinstance(model, (str, os.PathLike)):
        if dynamic_shapes is not None:
            raise SconceError("dynamic_shapes is for a module; a .pt2 was exported with its own")
        file = pathlib.Path(model)
        target = pathlib.Path(path) if path is not None else file.with_suffix(".wasm")
        source = scratch / file.name
        if why_not is None and file.is_file():
            program, why_not = _load(file, name)
        if why_not is not None or not file.is_file():
            return file, target, None, why_not
        _link(file, source)
        given = _inputs_of(program, args, kwargs)
        if given is None:
            return file, target, None, "the file has no example inputs: give some as args"
        return source, target, _cases(program, program.module(), given, scratch, source), None

    import torch

    if isinstance(model, torch.export.ExportedProgram):
        if dynamic_shapes is not None:
            raise SconceError("dynamic_shapes is for a module; this program was exported with its own")
        program, module, target = model, None, pathlib.Path(path or "model.wasm")
        given = _inputs_of(program, args, kwargs)
        if given is None and why_not is None:
            why_not = "the program has no example inputs: give some as args"
    elif callable(model):
        module = model if isinstance(model, torch.nn.Module) else as_module(model)
        if args is None and kwargs is None:
            raise SconceError(f"expected the inputs to export {_name(model)} with, args=(…,) or kwargs={{…}}, but got none: forward{_signature(module)}")
        target = pathlib.Path(path if path is not None else f"{_name(model)}.wasm")
        given = (tuple(args or ()), _in_order(module, dict(kwargs or {})))
        program = export(module, *given, dynamic_shapes, strict)
    else:
        raise SconceError(f"expected a module, a function, an exported program or the path of a .pt2 or .pt file, but got {type(model).__name__}")
    source = scratch / f"{target.stem}.pt2"
    # First, for what runs may change a program's state.
    torch.export.save(program, str(source))
    if why_not is not None or given is None:
        return source, target, None, why_not
    return source, target, _cases(program, module if module is not None else program.module(), given, scratch, source), None


def _cases(program: Any, module: Any, given: tuple[tuple[Any, ...], dict[str, Any]], scratch: pathlib.Path, source: pathlib.Path) -> Cases:
    cases = Cases(program, Answers(module), given)
    cases.write(scratch / source.stem)
    return cases


def _load(file: pathlib.Path, name: str | None) -> tuple[Any, str | None]:
    if name is not None:
        return None, "PyTorch opens no single model of an archive that holds several"
    try:
        import torch
    except ImportError:
        return None, "PyTorch, whose answers are compared with, is not installed"
    try:
        return torch.export.load(str(file)), None
    except Exception as error:
        return None, f"PyTorch {torch.__version__} cannot load it ({str(error).splitlines()[0] if str(error) else type(error).__name__})"


def _inputs_of(program: Any, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    if args is not None or kwargs is not None:
        return tuple(args or ()), dict(kwargs or {})
    example = program.example_inputs
    return None if example is None else (tuple(example[0]), dict(example[1]))


def _in_order(module: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """As the signature has them: so PyTorch orders the program's inputs."""
    with contextlib.suppress(TypeError, ValueError):
        order = list(inspect.signature(module.forward).parameters)
        return dict(sorted(kwargs.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order)))
    return kwargs


def _signature(module: Any) -> str:
    return str(inspect.signature(module.forward))


def _name(model: Any) -> str:
    """resnet for ResNet."""
    return (getattr(model, "__name__", None) or type(model).__name__).strip("<>").lower()


def _verify(source: pathlib.Path, made: pathlib.Path, settings: Sequence[str]) -> dict[str, Any]:
    report = made.with_suffix(".json")
    call(["verify", str(source), "-o", str(made), "--json", str(report), *settings], accept=(0, 1))
    lines = report.read_text("utf-8").splitlines() if report.is_file() else []
    if not lines:  # it did not come so far: then it is an error of the call
        call(["verify", str(source), "-o", str(made), "--json", str(report), *settings])
        raise CompileError("sconce verify reported nothing")
    line: dict[str, Any] = json.loads(lines[0])
    if line["status"] in ("unsupported", "error"):
        raise CompileError(str(line.get("message") or line["status"]).replace(f"{source.parent}{os.sep}", ""))
    return line


def _result(made: pathlib.Path, target: pathlib.Path, line: Mapping[str, Any], cases: Cases | None, note: str | None) -> Result:
    report = made.with_suffix(".inspect.json")
    call(["inspect", str(made), "--json", str(report)])
    seen: dict[str, Any] = read_json(report)
    return Result(
        path=target, inputs=ports(seen["inputs"]), outputs=ports(seen["outputs"]), bytes=made.stat().st_size,
        max_error=line.get("max_error"), compared=() if cases is None else tuple(cases.compared), note=note if cases is None else cases.note,
        compile_ms=line.get("compile_ms"), run_ms=line.get("run_ms"),
    )


def _link(file: pathlib.Path, link: pathlib.Path) -> None:
    """Beside its cases, without a copy where that can be."""
    try:
        link.symlink_to(file.resolve())
    except OSError:
        shutil.copyfile(file, link)


def _place(made: pathlib.Path, target: pathlib.Path) -> None:
    """Written aside, then renamed: a failure leaves the old file as it was."""
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        shutil.copyfile(made, aside)
        os.replace(aside, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise SconceError(f"{target} cannot be written ({error.strerror or error})\n  what to do: give a path in a folder that exists and may be written to") from error
