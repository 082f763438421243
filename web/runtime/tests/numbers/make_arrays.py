"""arrays.npz: what sconce/tensor must read, and PyTorch's answers to what it computes."""
import io

import numpy as np
import torch

random = np.random.default_rng(16)
arrays = {}


def saved(array, **how):
    """The bytes of a .npy file, as an array: the outer file holds files."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array, **how)
    return np.frombuffer(file.getvalue(), np.uint8)


# Every dtype, with values that the test computes too: 0, 1, 2 … less 3.
for name in ["uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "float32", "float64", "complex64", "complex128"]:
    values = np.arange(6).reshape(2, 3)
    arrays[f"npy.{name}"] = saved((values if name.startswith("uint") else values - 3).astype(name))
arrays["npy.bool"] = saved(np.array([[True, False, False], [True, True, False]]))
arrays["npy.big-endian"] = saved((np.arange(6).reshape(2, 3) - 3).astype(">f4"))
arrays["npy.big-endian-complex"] = saved((np.arange(6).reshape(2, 3) - 3).astype(">c8"))
arrays["npy.fortran"] = saved(np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4)))
arrays["npy.scalar"] = saved(np.array(7, np.int64))
arrays["npy.empty"] = saved(np.zeros((0, 5), np.float32))
arrays["npy.version-2"] = saved(np.arange(3, dtype=np.float32), version=(2, 0))
arrays["npy.text"] = saved(np.array(["a", "bc"]))
arrays["npy.record"] = saved(np.zeros(2, [("x", "f4"), ("y", "i4")]))

for name, save in [("npz.stored", np.savez), ("npz.deflated", np.savez_compressed)]:
    file = io.BytesIO()
    save(file, weight=np.arange(1000, dtype=np.float32).reshape(10, 100), bias=np.arange(3))
    arrays[name] = np.frombuffer(file.getvalue(), np.uint8)

# Half precision: ties, the least, the greatest, what is beyond, and anything.
edges = [0.0, -0.0, 1.0, 1 + 2**-11, 1 + 3 * 2**-11, 65504, 65519.99, 65520, -1e9, 2**-24, 2**-25, 2**-25 * 1.0001, 3 * 2**-25, 2**-14, 2**-14 - 2**-25,
         2**-14 - 2**-26, 1 + 2**-11 + 2**-40, 1 + 2**-11 - 2**-40, np.inf, -np.inf, 3.3895e38, 3.4e38, 1 + 2**-8, 1 + 3 * 2**-8]
values = np.concatenate([edges, random.standard_normal(400) * 10.0 ** random.integers(-9, 6, 400)]).astype(np.float64)
arrays["half.values"] = values
arrays["half.float16"] = values.astype(np.float16).view(np.uint16)
arrays["half.bfloat16"] = torch.from_numpy(values).to(torch.bfloat16).view(torch.uint16).numpy()
arrays["half.all"] = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)[::7]

scores = torch.from_numpy(random.standard_normal((3, 5, 4)).astype(np.float32)).round(decimals=1)
scores[1, 2, 3] = scores[1, 4, 3] = 9
arrays["scores"] = scores.numpy()
for dim in range(3):
    arrays[f"argmax.{dim}"] = scores.argmax(dim).numpy()
    arrays[f"softmax.{dim}"] = scores.softmax(dim).numpy()
arrays["argmax"] = scores.argmax().numpy()
broken = torch.tensor([1.0, float("nan"), 5.0, float("nan"), float("inf"), float("-inf")])
arrays["nan"] = broken.numpy()
arrays["argmax.nan"] = broken.argmax().numpy()
row = scores.reshape(-1)[:40]
arrays["row"] = row.numpy()
arrays["topk"] = row.sort(descending=True, stable=True).indices[:7].numpy()

np.savez_compressed("arrays.npz", **arrays)
