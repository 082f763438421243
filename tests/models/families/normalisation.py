"""Normalisations, and softmax in its forms."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand, seasoned

x = rand(2, 6, 5, 7)
case("batch-norm2d", seasoned(nn.BatchNorm2d(6)), x, core=True)
case("batch-norm2d-not-affine", seasoned(nn.BatchNorm2d(6, affine=False, eps=1e-3)), x)
case("batch-norm2d-no-statistics", seasoned(nn.BatchNorm2d(6, track_running_stats=False)), x)
case("batch-norm1d", seasoned(nn.BatchNorm1d(6)), rand(4, 6))
case("batch-norm1d-3d", seasoned(nn.BatchNorm1d(6)), rand(4, 6, 5))
case("batch-norm3d", seasoned(nn.BatchNorm3d(3)), rand(2, 3, 2, 4, 5))
case("batch-norm-before-conv", seasoned(nn.Sequential(nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 5, 3, padding=1))), x)
case("layer-norm", seasoned(nn.LayerNorm(7)), x, core=True)
case("layer-norm-two-dims", seasoned(nn.LayerNorm((5, 7), eps=1e-3)), x, core=True)
case("layer-norm-not-affine", nn.LayerNorm(37, elementwise_affine=False), rand(3, 37))
case("layer-norm-no-bias", seasoned(nn.LayerNorm(37, bias=False)), rand(3, 37))
case("layer-norm-channels-first", lambda x: F.layer_norm(x.permute(0, 2, 3, 1), (6,)).permute(0, 3, 1, 2), x)
case("layer-norm-large-offset", nn.LayerNorm(37), rand(3, 37) + 1000)
case("group-norm", seasoned(nn.GroupNorm(3, 6)), x, core=True)
case("group-norm-one-group", seasoned(nn.GroupNorm(1, 6)), x)
case("group-norm-each-channel", seasoned(nn.GroupNorm(6, 6, affine=False)), rand(2, 6, 11))
case("instance-norm1d", seasoned(nn.InstanceNorm1d(6)), rand(2, 6, 11))
case("instance-norm2d", seasoned(nn.InstanceNorm2d(6, affine=True)), x, core=True)
case("instance-norm2d-statistics", seasoned(nn.InstanceNorm2d(6, affine=True, track_running_stats=True)), x)
case("instance-norm3d", nn.InstanceNorm3d(3), rand(2, 3, 2, 4, 5))
case("rms-norm", seasoned(nn.RMSNorm(7)), x, core=True)
case("rms-norm-eps", seasoned(nn.RMSNorm((5, 7), eps=1e-5)), x)
case("local-response-norm", nn.LocalResponseNorm(3, alpha=0.1, k=2.0), x)
case("weight-norm", nn.utils.parametrizations.weight_norm(nn.Conv1d(5, 7, 3)), rand(2, 5, 11))
case("spectral-norm", nn.utils.parametrizations.spectral_norm(nn.Linear(5, 7)), rand(2, 5))
case("normalize", lambda x: {"l2": F.normalize(x), "l1": F.normalize(x, p=1.0, dim=-1), "last": F.normalize(x, dim=3)}, x)

case("softmax", lambda x: {"last": x.softmax(-1), "first": x.softmax(0), "middle": torch.softmax(x, 2)}, rand(3, 5, 7, 2),
     core=True)
case("softmax-large", lambda x: {"softmax": torch.softmax(x, 1), "log_softmax": F.log_softmax(x, 1)},
     rand(3, 37, low=-300, high=300))
case("softmax-dtype", lambda x: F.softmax(x.half(), dim=-1, dtype=torch.float32), rand(3, 37))
case("log-softmax", lambda x: {"last": x.log_softmax(-1), "first": F.log_softmax(x, 0)}, rand(3, 5, 7), core=True)
case("softmin", lambda x: F.softmin(x, dim=1), rand(3, 37))
case("softmax2d", nn.Softmax2d(), x)
case("softmax-masked", lambda x, mask: x.masked_fill(mask, float("-inf")).softmax(-1), rand(3, 7, 7),
     torch.ones(7, 7, dtype=torch.bool).triu(1))
case("softmax-row-all-masked", lambda x: x.softmax(-1), torch.full((2, 5), float("-inf")))
