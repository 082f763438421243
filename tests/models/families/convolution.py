"""Matrix layers and convolutions in their forms: stride, padding, dilation, groups, transposed, one to three dimensions."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand, seasoned

case("linear", nn.Linear(13, 7), rand(3, 13), core=True)
case("linear-3d-no-bias", nn.Linear(13, 7, bias=False), rand(2, 5, 13), core=True)
case("linear-vector", nn.Linear(13, 7), rand(13))
case("linear-wide", nn.Linear(67, 129), rand(37, 67))
case("linear-one-row", nn.Linear(67, 129), rand(1, 67))
case("linear-one-output", nn.Linear(67, 1), rand(9, 67))
case("linear-relu-chain", nn.Sequential(nn.Linear(13, 21), nn.ReLU(), nn.Linear(21, 7), nn.GELU(), nn.Linear(7, 3)),
     rand(5, 13), core=True)
case("bilinear", nn.Bilinear(5, 3, 7), rand(2, 4, 5), rand(2, 4, 3), core=True)

x = rand(2, 5, 13, 11)
case("conv2d", nn.Conv2d(5, 7, 3), x, core=True)
case("conv2d-no-batch", nn.Conv2d(5, 7, 3), rand(5, 13, 11))
case("conv2d-stride2-pad1", nn.Conv2d(5, 9, 3, stride=2, padding=1), x, core=True)
case("conv2d-pointwise", nn.Conv2d(5, 9, 1, bias=False), x)
case("conv2d-pointwise-stride2", nn.Conv2d(5, 9, 1, stride=2), x)
case("conv2d-depthwise", nn.Conv2d(5, 5, 3, padding=1, groups=5), x)
case("conv2d-depthwise-5x5-stride2", nn.Conv2d(5, 5, 5, stride=2, padding=2, groups=5, bias=False), x)
case("conv2d-depthwise-multiplier", nn.Conv2d(5, 15, 3, padding=1, groups=5), x)
case("conv2d-depthwise-dilated", nn.Conv2d(5, 5, 3, padding=4, dilation=4, groups=5), x)
case("conv2d-grouped", nn.Conv2d(6, 9, 3, padding=1, groups=3), rand(2, 6, 9, 7))
case("conv2d-grouped-wide", nn.Conv2d(24, 36, 3, padding=1, groups=2), rand(1, 24, 9, 7))
case("conv2d-dilated", nn.Conv2d(5, 7, 3, dilation=2, padding=2), x)
case("conv2d-rectangular", nn.Conv2d(5, 7, (3, 1), stride=(1, 2), padding=(2, 0), dilation=(2, 1)), x)
case("conv2d-1xn-nx1", nn.Sequential(nn.Conv2d(5, 6, (1, 7), padding=(0, 3)), nn.Conv2d(6, 4, (7, 1), padding=(3, 0))), x)
case("conv2d-same", nn.Sequential(nn.Conv2d(5, 7, 3, padding="same"), nn.Conv2d(7, 3, (2, 4), padding="same")), x,
     core=True)
case("conv2d-same-dilated", nn.Conv2d(5, 7, (4, 3), padding="same", dilation=(1, 2)), x)
case("conv2d-valid", nn.Conv2d(5, 7, 3, padding="valid"), x)
for mode in ("reflect", "replicate", "circular"):
    case(f"conv2d-padding-{mode}", nn.Conv2d(5, 7, 3, padding=(2, 1), padding_mode=mode), x)
case("conv2d-patches", nn.Conv2d(3, 17, 4, stride=4), rand(2, 3, 16, 12))
case("conv2d-stem-7x7", nn.Conv2d(3, 10, 7, stride=2, padding=3, bias=False), rand(1, 3, 23, 21))
case("conv2d-wide", nn.Conv2d(33, 37, 3, padding=1), rand(1, 33, 14, 15))
case("conv2d-pointwise-wide", nn.Conv2d(67, 45, 1), rand(1, 67, 9, 7))
case("conv2d-one-pixel", nn.Conv2d(5, 7, 3, padding=1), rand(2, 5, 1, 1))
case("conv2d-kernel-of-input", nn.Conv2d(5, 7, (13, 11)), x)
case("conv2d-large-padding", nn.Conv2d(2, 3, 2, padding=5), rand(1, 2, 3, 3))
case("conv2d-single-channel", nn.Conv2d(1, 1, 3), rand(1, 1, 5, 6))
case("conv2d-weight-input", lambda x, weight, bias: F.conv2d(x, weight, bias, stride=2), x, rand(7, 5, 3, 3), rand(7))
case("conv2d-channels-last", nn.Conv2d(5, 7, 3).to(memory_format=torch.channels_last),
     x.to(memory_format=torch.channels_last))
case("conv2d-double", nn.Conv2d(5, 7, 3, padding=1).double(), x.double())
case("conv2d-norm-relu", seasoned(nn.Sequential(nn.Conv2d(5, 9, 3, padding=1), nn.BatchNorm2d(9), nn.ReLU())), x,
     core=True)
case("conv2d-norm-hardswish-inplace", seasoned(nn.Sequential(
    nn.Conv2d(5, 9, 3, bias=False), nn.BatchNorm2d(9, eps=1e-3), nn.Hardswish(inplace=True),
    nn.Conv2d(9, 9, 3, groups=9, bias=False), nn.BatchNorm2d(9), nn.ReLU6(inplace=True))), x)

row = rand(2, 5, 23)
case("conv1d", nn.Conv1d(5, 7, 3), row, core=True)
case("conv1d-no-batch", nn.Conv1d(5, 7, 3), rand(5, 23))
case("conv1d-stride-pad-dilated", nn.Conv1d(5, 7, 5, stride=3, padding=4, dilation=2), row)
case("conv1d-grouped", nn.Conv1d(6, 9, 3, groups=3), rand(2, 6, 23))
case("conv1d-depthwise-causal", lambda x, w: F.conv1d(x, w, padding=3, groups=5)[..., :-3], row, rand(5, 1, 4))
case("conv1d-same", nn.Conv1d(5, 7, 4, padding="same"), row)
case("conv1d-reflect", nn.Conv1d(5, 7, 7, padding=3, padding_mode="reflect"), row)
case("conv1d-wav", nn.Conv1d(1, 16, 10, stride=5, bias=False), rand(1, 1, 203))

cube = rand(2, 3, 5, 7, 6)
case("conv3d", nn.Conv3d(3, 5, 3), cube, core=True)
case("conv3d-stride-pad", nn.Conv3d(3, 5, (1, 3, 2), stride=(1, 2, 2), padding=(0, 1, 1)), cube)
case("conv3d-grouped-dilated", nn.Conv3d(3, 6, 2, groups=3, dilation=(1, 2, 3)), cube)
case("conv3d-depthwise", nn.Conv3d(3, 3, 3, padding=1, groups=3, bias=False), cube)
case("conv3d-same", nn.Conv3d(3, 2, (2, 3, 4), padding="same"), cube)

case("conv-transpose2d", nn.ConvTranspose2d(5, 7, 3), rand(2, 5, 6, 5), core=True)
case("conv-transpose2d-stride2", nn.ConvTranspose2d(5, 7, 2, stride=2), rand(2, 5, 6, 5))
case("conv-transpose2d-output-padding", nn.ConvTranspose2d(5, 7, 3, stride=2, padding=1, output_padding=1), rand(2, 5, 6, 5))
case("conv-transpose2d-4x4", nn.ConvTranspose2d(5, 7, 4, stride=2, padding=1, bias=False), rand(2, 5, 6, 5))
case("conv-transpose2d-grouped", nn.ConvTranspose2d(6, 9, 3, stride=(2, 3), groups=3), rand(1, 6, 4, 5))
case("conv-transpose2d-depthwise", nn.ConvTranspose2d(5, 5, 4, stride=2, padding=1, groups=5), rand(1, 5, 4, 5))
case("conv-transpose2d-dilated", nn.ConvTranspose2d(5, 7, 3, dilation=2, padding=2), rand(2, 5, 6, 5))
case("conv-transpose2d-output-size", lambda x: F.conv_transpose2d(x, torch.ones(5, 2, 3, 3) / 3, stride=2, output_padding=(1, 0)),
     rand(2, 5, 4, 3))
case("conv-transpose1d", nn.ConvTranspose1d(5, 7, 5, stride=3, padding=1), row)
case("conv-transpose1d-grouped", nn.ConvTranspose1d(6, 4, 4, stride=2, groups=2, output_padding=1), rand(2, 6, 9))
case("conv-transpose3d", nn.ConvTranspose3d(3, 5, 3, stride=2, padding=1, output_padding=(0, 1, 0)), rand(1, 3, 3, 4, 2))
