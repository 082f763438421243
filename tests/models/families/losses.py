"""Losses, as a model may return them in evaluation."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand

x, y = rand(5, 7), rand(5, 7)
target, labels = ints(5, low=0, high=7), bools(5, 7).float()


def reductions(loss, **options):
    return lambda x, y: {reduction: loss(x, y, reduction=reduction, **options) for reduction in ("mean", "sum", "none")}


case("loss-mse", reductions(F.mse_loss), x, y, core=True)
case("loss-l1", reductions(F.l1_loss), x, y)
case("loss-smooth-l1", reductions(F.smooth_l1_loss, beta=0.5), x, y)
case("loss-huber", reductions(F.huber_loss, delta=0.7), x, y)
case("loss-cross-entropy", reductions(F.cross_entropy), x, target, core=True)
case("loss-cross-entropy-options", lambda x, t, w: {
    "weight": F.cross_entropy(x, t, w), "ignored": F.cross_entropy(x, t, ignore_index=3),
    "smoothed": F.cross_entropy(x, t, label_smoothing=0.1), "probabilities": F.cross_entropy(x, x.softmax(1))}, x, target,
    rand(7, low=0.1, high=2))
case("loss-cross-entropy-image", lambda x, t: F.cross_entropy(x, t), rand(2, 5, 3, 4), ints(2, 3, 4, low=0, high=5))
case("loss-nll", reductions(F.nll_loss), x.log_softmax(1), target)
case("loss-binary", reductions(F.binary_cross_entropy), x.sigmoid(), labels)
case("loss-binary-logits", lambda x, y, w: {"plain": F.binary_cross_entropy_with_logits(x, y),
    "weight": F.binary_cross_entropy_with_logits(x, y, pos_weight=w), "none": F.binary_cross_entropy_with_logits(x, y,
    reduction="none")}, x, labels, rand(7, low=0.1, high=2))
case("loss-kl", lambda x, y: {"batch": F.kl_div(x, y, reduction="batchmean"), "log": F.kl_div(x, y.log(), reduction="sum",
    log_target=True)}, x.log_softmax(1), y.softmax(1))
case("loss-poisson", lambda x, y: {"log": F.poisson_nll_loss(x, y), "plain": F.poisson_nll_loss(y, y, log_input=False)}, x,
    y.abs() + 0.1)
case("loss-embeddings", lambda x, y, sign: {
    "cosine": F.cosine_embedding_loss(x, y, sign), "triplet": F.triplet_margin_loss(x, y, x.flip(0)),
    "ranking": F.margin_ranking_loss(x[:, 0], y[:, 0], sign), "hinge": F.hinge_embedding_loss(x[:, 0], sign)}, x, y,
    torch.tensor([1.0, -1, 1, 1, -1]))
case("loss-margin", lambda x, t, labels: {"multi": F.multi_margin_loss(x, t), "soft": F.soft_margin_loss(x, labels * 2 - 1),
    "multilabel": F.multilabel_soft_margin_loss(x, labels)}, x, target, labels)
