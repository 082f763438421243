"""Losses over classes in all their forms: what their means divide by."""

import itertools

import torch
import torch.nn.functional as F

from case import case, rand


def losses(logits, target, weight):
    forms = itertools.product((None, weight), ("none", "mean", "sum"), (-100, 1), (0.0, 0.1))
    return {f"{'weighted' if w is not None else 'plain'}_{r}_{i if i > 0 else 'all'}_{'smooth' if s else 'hard'}":
            F.cross_entropy(logits, target, w, ignore_index=i, reduction=r, label_smoothing=s) for w, r, i, s in forms} | {
            f"nll_{r}": F.nll_loss(logits, target, weight, reduction=r) for r in ("none", "mean", "sum")}


for name, shape in {"rows": (3, 5), "one": (5,), "planes": (2, 5, 3)}.items():
    places = (shape[0], *shape[2:]) if len(shape) > 1 else ()
    case(f"classes-{name}", losses, rand(*shape), torch.full(places, 3).random_(5), rand(5, low=0.1, high=1))
case("classes-ignored", losses, rand(5), torch.tensor(1), rand(5, low=0.1, high=1))
case("median-little", lambda x, n, e: {
    "none": x[:0].median(), "none_nan": x[:, :0].nanmedian(), "none_int": n[:0].median(), "one": x[0, :1].median(), "scalar": x[0, 0].nanmedian(),
    "masked": torch.masked.median(x, -1, mask=x > 0), "masked_all": torch.masked.median(x, 1, mask=e),
    "quantile": torch.nanquantile(x[0, 0], 0.3), "quantiles": torch.quantile(x[0, 0], torch.tensor([0.2, 0.9]), dim=-1, keepdim=True)},
    rand(3, 4), torch.arange(3), torch.zeros(3, 4, dtype=torch.bool))
