"""Compiles PyTorch models to single WebAssembly files, and checks them against PyTorch's own answers.

    import sconce

    result = sconce.compile(model, (image,), dynamic_shapes=({0: torch.export.Dim("batch", max=16)},), path="model.wasm")
    print(result)
"""

from ._compile import compile
from ._errors import CompileError, ExportError, SconceError, VerificationError
from ._result import Port, Result
from ._version import __version__

__all__ = ["CompileError", "ExportError", "Port", "Result", "SconceError", "VerificationError", "__version__", "compile"]
