"""Tensors as NumPy's files, without NumPy."""

from __future__ import annotations

import ctypes
import os
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ._errors import SconceError

if TYPE_CHECKING:
    import torch

_DESCRIPTIONS = {
    "bool": "|b1", "uint8": "|u1", "int8": "|i1", "int16": "<i2", "int32": "<i4", "int64": "<i8",
    "uint16": "<u2", "uint32": "<u4", "uint64": "<u8",
    "float32": "<f4", "float64": "<f8", "complex64": "<c8", "complex128": "<c16",
}  # fmt: skip


def save_npz(path: str | os.PathLike[str], tensors: Mapping[str, torch.Tensor]) -> None:
    """Writes tensors by name. Floats of 8 and 16 bits become float32, which holds the same numbers and NumPy knows."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, tensor in tensors.items():
            archive.writestr(f"{name}.npy", _npy(name, tensor))


def _npy(name: str, tensor: torch.Tensor) -> bytes:
    import torch

    if tensor.dtype.is_floating_point and tensor.dtype.itemsize < 4:
        tensor = tensor.float()
    if tensor.dtype == torch.complex32:
        tensor = tensor.to(torch.complex64)
    description = _DESCRIPTIONS.get(str(tensor.dtype).removeprefix("torch."))
    if description is None:
        raise SconceError(f"expected a tensor of bool, integers, floats or complex numbers as {name}, but got {tensor.dtype}")
    tensor = tensor.detach().resolve_conj().resolve_neg().cpu().contiguous()
    header = f"{{'descr': '{description}', 'fortran_order': False, 'shape': {tuple(tensor.shape)}, }}"
    length = -(-(10 + len(header) + 1) // 64) * 64 - 10
    data = ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size()) if tensor.numel() else b""
    return b"\x93NUMPY\x01\x00" + length.to_bytes(2, "little") + header.ljust(length - 1).encode("latin1") + b"\n" + data
