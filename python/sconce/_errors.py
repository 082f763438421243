"""What can go wrong, each with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._result import Result


class SconceError(Exception):
    """What sconce says is wrong: what was expected, what came, where, and what to do."""


class ExportError(SconceError):
    """torch.export cannot export the module. PyTorch's own error is the cause (`__cause__`)."""


class CompileError(SconceError):
    """The exported program cannot be compiled."""


class VerificationError(SconceError):
    """The compiled model's numbers are not PyTorch's: no file was written."""

    def __init__(self, message: str, result: Result) -> None:
        super().__init__(message)
        self.result = result
