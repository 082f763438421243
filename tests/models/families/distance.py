"""How far tensors are from one another, and from nought."""

import torch

from case import case, rand

NORMS = {"two": 2, "one": 1, "half": 0.5, "count": 0, "largest": float("inf"), "least": float("-inf")}

case("dist", lambda a, b: {name: torch.dist(a, b, p) for name, p in NORMS.items()}, rand(3, 1, 7), rand(5, 7))
case("dist-half", lambda a, b: torch.dist(a, b), rand(3, 5, dtype=torch.float16), rand(3, 5))
case("dist-empty", lambda a, b: torch.dist(a, b), rand(0, 3), rand(0, 3))
case("renorm", lambda x: {"rows": torch.renorm(x, 2, 0, 3.0), "columns": torch.renorm(x, 1, -1, 5.0), "largest": torch.renorm(x, float("inf"), 1, 1.5)},
     rand(3, 5, 7))
