"""torch.export with the settings that work, and its errors with what to change."""

from __future__ import annotations

import contextlib
import os
import re
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ._errors import ExportError

if TYPE_CHECKING:
    import torch

#: What PyTorch says, by a pattern, and what to do about it.
_ADVICE = (
    (
        r"^Could not extract specialized integer from data-dependent",
        "a number that is computed from a tensor's values (.item(), int(tensor)) decides a size or a loop: PyTorch must know it when exporting, or its bounds:"
        " compute with tensors instead (a mask in place of a slice), or say torch._check(n >= 0) and torch._check(n <= limit) where n is made",
    ),
    (
        r"^Could not guard on data-dependent",
        "a branch or loop depends on a tensor's values, which are not known when exporting: choose between values with torch.where(condition, a, b),"
        " between computations with torch.cond(condition, f, g, (x,)), or take the branch out of forward",
    ),
    (
        r"^Constraints violated|marked .* as dynamic but|inferred to be a constant",
        "dynamic_shapes leaves a size open that the model's code fixes or restricts: {fixes}",
    ),
    (
        r"structure of `inputs` and `dynamic_shapes`|dynamic_shapes",
        "dynamic_shapes has one entry for each of args and kwargs, nested as they are: ({{0: batch}}, None) for two inputs of which one is open, {{\"x\": {{0: batch}}}} by name",
    ),
    (r"Expecting `args` to be a tuple", "args is a tuple of the inputs by position, also of a single one: (x,)"),
    (r"missing a required (keyword-only )?argument|too many positional arguments|unexpected keyword argument|got multiple values", "args and kwargs are what forward takes: {signature}"),
    (r"shapes cannot be multiplied|same reduction dim|must match the size|[Ee]xpected .*(to have|channels|dimension)", "the example does not fit the model: run model(*args) first, until it gives what it should"),
    (r"\.numpy\(\) is not supported|FakeTensor|tensor subclass", "the model leaves PyTorch (NumPy, PIL or another library) within forward: compute with torch's functions instead, or outside of the model"),
)

_GENERIC = "torch.export.draft_export(module, args) lists all that it cannot export; see https://pytorch.org/docs/stable/export.html"
#: What PyTorch adds for those who work on PyTorch.
_NOISE = re.compile(r'For more information, run with TORCH_LOGS.*|For (extended|more) .*|If you suspect.*|For C\+\+.*|The error above occurred when calling.*|Caused by:.*|\(Size-like symbols: \w*\)')


@contextlib.contextmanager
def evaluating(module: torch.nn.Module) -> Iterator[None]:
    """Inference: eval() for the time, each part back to what it was, and no gradients."""
    import torch

    training = [part for part in module.modules() if part.training]
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part in training:
            part.training = True


def as_module(function: Callable[..., Any]) -> torch.nn.Module:
    """A function as a module whose inputs are called as its parameters are."""
    import torch

    return type("Function", (torch.nn.Module,), {"forward": staticmethod(function)})()


def export(module: torch.nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], dynamic_shapes: Any, strict: bool) -> torch.export.ExportedProgram:
    """Exports the module for inference."""
    import torch

    try:
        with evaluating(module):
            return torch.export.export(module, args, kwargs, dynamic_shapes=dynamic_shapes, strict=strict)
    except Exception as error:
        raise ExportError(_explain(error, module)) from error


def _explain(error: Exception, module: torch.nn.Module) -> str:
    text = str(error)
    place = _place(error)
    said = [line.rstrip() for line in _NOISE.sub("", text.split("The following call raised this error:")[0]).splitlines()]
    said = [line for line in said if line.strip() and not line.startswith("consider using data-dependent")]
    message = f"torch.export cannot export {type(module).__name__}{place}: {type(error).__name__}\n" + "\n".join(f"  {line}" for line in said)
    return f"{message}\n  what to do: {_advice(text, module)}"


def _advice(text: str, module: torch.nn.Module) -> str:
    for pattern, advice in _ADVICE:
        if re.search(pattern, text, re.MULTILINE):
            return advice.format(fixes=_fixes(text), signature=_signature(module))
    return _GENERIC


def _fixes(text: str) -> str:
    """What PyTorch suggests, in the words of dynamic_shapes."""
    found = re.search(r"Suggested fixes:\n((?: +.*\n?)+)", text)
    lines = [line.strip() for line in found.group(1).splitlines()] if found else []
    if any(re.fullmatch(r"\w+ = 1", line) for line in lines):
        return "an example of size 1 counts as fixed: give an example of size 2 or more there (PyTorch suggests: " + "; ".join(lines) + ")"
    constants = [line for line in lines if re.fullmatch(r"\w+ = \d+", line)]
    if constants:
        return (f"the code fixes {' and '.join(constants)} (a reshape or a comparison with that number, or an input that dynamic_shapes does not open):"
                " write the size as x.shape[0] or -1 in the code, or leave it out of dynamic_shapes")
    if lines:
        return "take what PyTorch suggests, " + "; ".join(lines)
    return "let it be fixed, or change the code"


def _signature(module: torch.nn.Module) -> str:
    import inspect

    return f"forward{inspect.signature(module.forward)}"


def _place(error: BaseException) -> str:
    """The last line that is neither PyTorch's nor ours."""
    import torch

    foreign = tuple(os.path.dirname(os.path.abspath(name)) + os.sep for name in (torch.__file__, __file__, contextlib.__file__))
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if frame.name != "<module>" and not os.path.abspath(frame.filename).startswith(foreign):
            return f" ({frame.filename}:{frame.lineno} in {frame.name})"
    return ""
