"""Writes special_values.json: what PyTorch's functions give for zeros, infinities, NaN, denormals and the edges of their ranges."""
import json
import math
import pathlib

import torch

VALUES = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1.5, -2.5, 88.0, -88.0, 89.0, -103.0, -104.5, 20.0, -20.0, 1e-10, -1e-10,
          1e-40, -1e-40, 1e30, -1e30, 3.4e38, -3.4e38, 1e6, 2.5e7, math.inf, -math.inf, math.nan]
UNARY = {
    "Neg": torch.neg, "Abs": torch.abs, "Sqrt": torch.sqrt, "Exp": torch.exp, "Expm1": torch.expm1, "Log": torch.log, "Log1p": torch.log1p,
    "Sin": torch.sin, "Cos": torch.cos, "Tan": torch.tan, "Asin": torch.asin, "Acos": torch.acos, "Atan": torch.atan, "Sinh": torch.sinh,
    "Cosh": torch.cosh, "Tanh": torch.tanh, "Asinh": torch.asinh, "Acosh": torch.acosh, "Atanh": torch.atanh, "Sigmoid": torch.sigmoid,
    "Erf": torch.erf, "Erfc": torch.erfc, "Erfinv": torch.erfinv, "Lgamma": torch.lgamma, "Digamma": torch.digamma, "Floor": torch.floor,
    "Ceil": torch.ceil, "Trunc": torch.trunc, "Round": torch.round,
}
BINARY = {
    "Pow": torch.pow, "Atan2": torch.atan2, "Rem": torch.fmod, "Mod": torch.remainder, "Min": torch.minimum, "Max": torch.maximum,
    "FloorDiv": lambda a, b: torch.div(a, b, rounding_mode="floor"),
}
PAIRS = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 3.0, -3.5, 7.25, math.inf, -math.inf, math.nan]


def written(tensor):
    return [repr(float(value)) for value in tensor.flatten()]


def table(dtype):
    x = torch.tensor(VALUES, dtype=dtype)
    a = torch.tensor(PAIRS, dtype=dtype)
    left, right = a[:, None].expand(len(PAIRS), len(PAIRS)).contiguous(), a[None, :].expand(len(PAIRS), len(PAIRS)).contiguous()
    return {
        "inputs": written(x), "unary": {name: written(function(x)) for name, function in UNARY.items()},
        "pairs": written(a), "binary": {name: written(function(left, right)) for name, function in BINARY.items()},
    }


result = {"torch": torch.__version__.split("+")[0], "float32": table(torch.float32), "float64": table(torch.float64)}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(result).replace("}, ", "},\n").replace("], ", "],\n") + "\n")
