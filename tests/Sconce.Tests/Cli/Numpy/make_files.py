"""Writes the arrays that NpyTests reads, with real NumPy: python make_files.py (from any folder)."""
import pathlib

import numpy as np

here = pathlib.Path(__file__).parent / "files"
here.mkdir(exist_ok=True)

counted = np.arange(24).reshape(2, 3, 4)
arrays = {dtype: (counted - 5).astype(dtype) for dtype in ("int8", "int16", "int32", "int64", "float16", "float32", "float64")}
arrays["uint8"] = counted.astype("uint8")
arrays["bool"] = counted % 3 == 0
arrays["complex64"] = (counted - 1j * counted).astype("complex64")
arrays["fortran"] = np.asfortranarray(counted.astype("float32"))
arrays["big-endian"] = counted.astype(">i4")
arrays["scalar"] = np.float32(2.5)
arrays["empty"] = np.zeros((0, 3), "float32")
arrays["special"] = np.array([np.nan, np.inf, -np.inf, -0.0], "float32")

np.savez(here / "stored.npz", **arrays)
np.savez_compressed(here / "deflated.npz", **arrays)
np.save(here / "unsupported.npy", np.array(["text"]))
np.save(here / "unsigned.npy", counted.astype("uint32"))
