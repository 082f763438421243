"""torchvision's operators."""

import torch
import torchvision

from case import bools, case, rand

ops = torchvision.ops

# Boxes: the number of the picture, x and y of two corners. Inside, over the edge, empty, turned around.
boxes = torch.tensor([[0, 1.5, 2.25, 9.5, 8], [1, 0, 0, 12, 10], [1, -2, -1.5, 4.3, 5], [0, 7, 3, 13.5, 11], [1, 5, 5, 5, 5], [0, 6, 6, 3, 2], [1, 3.5, 2.5, 6.5, 4.5]])

case("vision-roi-align", lambda x, boxes: {
    "one": ops.roi_align(x, boxes, (3, 4), 1.0, 2), "aligned": ops.roi_align(x, boxes, (2, 5), 0.75, 1, aligned=True),
    "adaptive": ops.roi_align(x, boxes, (3, 3), 1.0), "half": ops.roi_align(x, boxes, 5, 0.5, -1, aligned=True)}, rand(2, 3, 11, 13), boxes)
case("vision-roi-pool", lambda x, boxes: {"one": ops.roi_pool(x, boxes, (3, 4)), "half": ops.roi_pool(x, boxes, (2, 2), 0.5)}, rand(2, 3, 11, 13), boxes)
case("vision-ps-roi-align", lambda x, boxes: {"two": ops.ps_roi_align(x, boxes, (2, 3), 1.0, 2), "adaptive": ops.ps_roi_align(x, boxes, (2, 3), 0.5)},
    rand(2, 12, 11, 13), torch.cat([boxes[:4], boxes[6:]]))
case("vision-ps-roi-pool", lambda x, boxes: {"one": ops.ps_roi_pool(x, boxes, (2, 3)), "half": ops.ps_roi_pool(x, boxes, (2, 3), 0.5)}, rand(2, 12, 11, 13), boxes)
case("vision-roi-align-dynamic", lambda x, boxes: ops.roi_align(x, boxes, (3, 3), 0.5, 2), rand(2, 3, 11, 13), boxes,
    dynamic={"x": None, "boxes": {0: torch.export.Dim("boxes", min=1, max=50)}}, tests=[(rand(2, 3, 11, 13), boxes[:3])])
case("vision-deform-conv", lambda x, offset, mask, w, b: {
    "masked": ops.deform_conv2d(x, offset, w, b, stride=(2, 1), padding=(1, 2), dilation=(1, 2), mask=mask),
    "plain": ops.deform_conv2d(x, offset * 3, w, None, stride=(2, 1), padding=(1, 2), dilation=(1, 2))}, rand(2, 4, 9, 11), rand(2, 36, 5, 11), rand(2, 18, 5, 11),
    rand(6, 2, 3, 3), rand(6))
