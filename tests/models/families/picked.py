"""What an index that was computed picks, and what computed places are where they are no numbers: selections, distances, grids and corners."""

import torch
import torch.nn.functional as F

from case import case, rand

nan, inf = float("nan"), float("inf")

case("picked-at-argmax", lambda x, y: {
    "gather": x.gather(1, x.argmax(1, keepdim=True)), "along": torch.take_along_dim(x, x.argmin(1, keepdim=True), 1),
    "other": y.gather(0, x.argmax(0, keepdim=True)), "median": x[:, :3].median(1).values}, rand(9, 5), rand(9, 5))
# Longer than the room of a selection, with equal keys and NaN.
case("topk-few-of-many", lambda x, n: {
    "largest": torch.topk(x, 20, dim=1).values, "smallest": torch.topk(x, 3, dim=1, largest=False).values, "long": torch.topk(n, 17).values, "none": torch.topk(x, 0).values, "places": torch.topk(x[:, 700:], 5, largest=False).indices},
    torch.where(rand(2, 1500) > 0.999, nan, torch.randperm(3000).reshape(2, 1500) / 7), torch.arange(2000).flip(0) // 3 - 300)
case("cdist-many-rows", lambda a, b: {"if_many": torch.cdist(a, b), "batched": torch.cdist(a[None], b.expand(2, -1, -1)), "never": torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")},
     rand(29, 7), rand(11, 7))
case("cdist-zero-nan", lambda a, b: torch.cdist(a, b, p=0.0), torch.tensor([[1.0, nan, 2], [inf, 0, 0]]), torch.tensor([[1.0, 3, 2.5], [inf, 0, 1]]))
case("resize-antialias-corner", lambda x: {f"{mode}_{h}x{w}": F.interpolate(x, (h, w), mode=mode, antialias=True, align_corners=True)
     for mode in ("bilinear", "bicubic") for h, w in ((1, 7), (1, 1))}, rand(1, 2, 9, 11))
case("grid-sample-3d-not-numbers", lambda x, g: {f"{m}_{p}": F.grid_sample(x, g, mode=m, padding_mode=p, align_corners=False)
     for m in ("bilinear", "nearest") for p in ("zeros", "border", "reflection")}, rand(1, 2, 3, 4, 5),
     torch.tensor([[nan, 0, 0], [0.3, inf, -0.2], [0.1, 0.2, -inf], [0.5, -0.4, 0.9], [nan, nan, nan]]).reshape(1, 5, 1, 1, 3))
case("index-add-columns", lambda x, i, y: {"wide": x.index_add(0, i, y), "alpha": x[:, :3].index_add(0, i, y[:, :3], alpha=0.5)}, rand(5, 301), torch.tensor([0, 4, 0, 2, 4, 4]), rand(6, 301))
