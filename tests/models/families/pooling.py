"""Pools of one to three dimensions: maximum, average, adaptive, ceil_mode, indices."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand

x, row, cube = rand(2, 3, 13, 11), rand(2, 3, 23), rand(2, 3, 5, 7, 6)
case("max-pool2d", nn.MaxPool2d(2), x, core=True)
case("max-pool2d-3x3-stride2-pad1", nn.MaxPool2d(3, stride=2, padding=1), x, core=True)
case("max-pool2d-ceil", nn.MaxPool2d(3, stride=2, ceil_mode=True), rand(2, 3, 12, 10))
case("max-pool2d-ceil-pad", nn.MaxPool2d(3, stride=3, padding=1, ceil_mode=True), x)
case("max-pool2d-dilated", nn.MaxPool2d((3, 2), stride=1, dilation=(2, 3)), x)
case("max-pool2d-overlapping", nn.MaxPool2d(5, stride=1, padding=2), x)
case("max-pool2d-indices", nn.MaxPool2d(3, stride=2, padding=1, return_indices=True), x)
case("max-pool2d-no-batch", nn.MaxPool2d(2), rand(3, 13, 11))
case("max-pool2d-nan", nn.MaxPool2d(2), rand(1, 2, 4, 6).index_fill(3, torch.tensor([1]), float("nan")))
case("max-unpool2d", lambda x: F.max_unpool2d(*F.max_pool2d(x, 2, return_indices=True), 2), rand(2, 3, 6, 8))
case("max-pool1d", nn.MaxPool1d(3, stride=2, padding=1), row, core=True)
case("max-pool1d-ceil-dilated", nn.MaxPool1d(3, stride=2, dilation=2, ceil_mode=True), row)
case("max-pool3d", nn.MaxPool3d(2, stride=(1, 2, 3)), cube)
case("max-pool3d-ceil-pad", nn.MaxPool3d(3, stride=2, padding=1, ceil_mode=True), cube)
case("avg-pool2d", nn.AvgPool2d(2), x, core=True)
case("avg-pool2d-pad", nn.AvgPool2d(3, stride=2, padding=1), x, core=True)
case("avg-pool2d-no-pad-count", nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), x)
case("avg-pool2d-ceil", nn.AvgPool2d(3, stride=2, ceil_mode=True), rand(2, 3, 12, 10))
case("avg-pool2d-ceil-pad", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True), rand(2, 3, 12, 10))
case("avg-pool2d-ceil-pad-no-count", nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
     rand(2, 3, 12, 10))
case("avg-pool2d-divisor", nn.AvgPool2d((2, 3), stride=1, divisor_override=5), x)
case("avg-pool1d", nn.AvgPool1d(3, stride=2, padding=1), row)
case("avg-pool1d-ceil", nn.AvgPool1d(4, stride=3, ceil_mode=True), row)
case("avg-pool3d", nn.AvgPool3d(2, stride=(1, 2, 3)), cube)
case("avg-pool3d-pad-no-count", nn.AvgPool3d(3, padding=1, count_include_pad=False), cube)
case("lp-pool2d", nn.LPPool2d(2, 3, stride=2), x)
case("lp-pool1d", nn.LPPool1d(3.0, 3), row.abs())
case("adaptive-avg-pool2d-1", nn.AdaptiveAvgPool2d(1), x, core=True)
case("adaptive-avg-pool2d", nn.AdaptiveAvgPool2d((5, 4)), x, core=True)
case("adaptive-avg-pool2d-even", nn.AdaptiveAvgPool2d((6, 5)), rand(2, 3, 12, 10), core=True)
case("adaptive-avg-pool2d-larger", nn.AdaptiveAvgPool2d(7), rand(2, 3, 4, 5))
case("adaptive-avg-pool2d-none", nn.AdaptiveAvgPool2d((None, 3)), x)
case("adaptive-avg-pool1d", nn.AdaptiveAvgPool1d(5), row)
case("adaptive-avg-pool3d", nn.AdaptiveAvgPool3d((2, 3, 4)), cube)
case("adaptive-max-pool2d", nn.AdaptiveMaxPool2d((5, 4)), x, core=True)
case("adaptive-max-pool2d-indices", nn.AdaptiveMaxPool2d(3, return_indices=True), x)
case("adaptive-max-pool1d", nn.AdaptiveMaxPool1d(5), row)
case("adaptive-max-pool3d", nn.AdaptiveMaxPool3d((2, 3, 4)), cube)
case("global-mean-linear", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 5)), x)
