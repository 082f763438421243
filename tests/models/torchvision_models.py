"""Writes torchvision's models with seeded random weights: torchvision_models.py OUT [names ...] [--size N] [--form FORM] [--core] [--dynamic].

One of each family by default; any other by its name. A model that cannot be as small as --size gets its own smallest size. As scripted or frozen programs detectors are whole; else they are
cut before the choice of boxes.
"""

import functools
import sys

import torch
import torchvision

import bigger
import detectors
import forms

CLASSIFIERS = """
    alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_b1 efficientnet_v2_s googlenet inception_v3 maxvit_t mnasnet0_5
    mnasnet1_0 mobilenet_v2 mobilenet_v3_large mobilenet_v3_small regnet_x_400mf regnet_y_400mf regnet_y_800mf resnet18 resnet34
    resnet50 resnext50_32x4d shufflenet_v2_x0_5 shufflenet_v2_x1_0 squeezenet1_0 squeezenet1_1 swin_t swin_v2_t vgg11 vgg11_bn
    vit_b_16 vit_b_32 wide_resnet50_2""".split()
SEGMENTATION = "fcn_resnet50 deeplabv3_resnet50 deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large".split()
VIDEO = "r3d_18 mc3_18 r2plus1d_18 s3d swin3d_t mvit_v1_b mvit_v2_s".split()
FLOW = ["raft_small"]
DETECTION = """
    fasterrcnn_mobilenet_v3_large_320_fpn fcos_resnet50_fpn retinanet_resnet50_fpn ssd300_vgg16 ssdlite320_mobilenet_v3_large""".split()
DEFAULT = CLASSIFIERS + SEGMENTATION + VIDEO + FLOW + DETECTION

SMALLEST = {"inception_v3": 107, "maxvit_t": 224, "raft_small": 128, "raft_large": 128, "r2plus1d_18": 64, "s3d": 224, "ssd300_vgg16": 300}
FIXED = {"mvit_v1_b": 224, "mvit_v2_s": 224}


def picture(*shape):
    """Random, but smooth at more than one scale as pictures are, about mean 0 and deviation 1."""
    image = torch.randn(shape) * 0.3
    flat = image.flatten(0, -3).unsqueeze(0)
    for cells in (3, 9):
        coarse = torch.randn(1, flat.shape[1], cells, cells)
        flat += torch.nn.functional.interpolate(coarse, size=shape[-2:], mode="bilinear")
    return flat.view(shape) * 0.7


class RawDetector(torch.nn.Module):
    """A detector up to its raw numbers for each anchor: the choice of boxes has sizes that only the data tell, and does not export."""

    def __init__(self, detector):
        super().__init__()
        self.backbone = detector.backbone
        self.head = detector.rpn.head if hasattr(detector, "rpn") else detector.head

    def forward(self, image):
        return self.head(list(self.backbone(image).values()))


def build(name, size):
    options = {"weights": None}
    if name in SEGMENTATION or name in DETECTION:
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False
    if name.startswith("vit_"):
        options["image_size"] = size
    model = torchvision.models.get_model(name, **options)
    if name.startswith("squeezenet"):
        model.classifier[0].p = 0.0
    return RawDetector(model) if name in DETECTION else model


def make(name, options):
    if name in detectors.NAMES and options.form in ("scripted", "frozen"):
        yield f"-{options.form}", whole_detector(name, options)
        return
    size = FIXED.get(name) or max(options.size, SMALLEST.get(name, 0))
    model = build(name, size)
    if name in VIDEO:
        inputs = functools.partial(picture, 1, 3, 16, size, size)
    elif name in FLOW:
        inputs = functools.partial(picture, 1, 3, size, size)
    else:
        inputs = functools.partial(picture, 1, 3, size, size)
    count = 2 if name in FLOW else 1
    batch = 1 if name in VIDEO + FLOW else 16 if size < 128 else 4  # the statistics of small pictures need more of them
    bigger.season(model, lambda m: m(*(torch.cat([inputs() for _ in range(batch)]) for _ in range(count))))
    args = tuple(inputs() for _ in range(count))
    if options.form != "exported":
        yield f"-{options.form}", {"model": model, "args": args, "kwargs": {}, "form": options.form}
        return
    if not options.only:
        yield "", {"model": model, "args": args, "kwargs": {}}
    if options.core:
        yield "-core", {"model": model, "args": args, "kwargs": {}, "core": True}
    if options.dynamic:
        yield "-dynamic", dynamic(model, name, size)


def whole_detector(name, options):
    """One image, and with --dynamic another of other sizes."""
    model, size = detectors.build(name, options.size), options.size
    images = [picture(3, *sizes) * 0.25 + 0.5 for sizes in [(size, size * 5 // 4), (size * 5 // 4 + 3, size)] * 2]
    detectors.season(model, images)
    return {"model": model, "args": (images[:1],), "kwargs": {}, "form": options.form, "test": ((images[1:2],), {}) if options.dynamic else None}


def dynamic(model, name, size):
    """Any batch; of the convolution networks any height and width too."""
    dims = {0: torch.export.Dim("batch", min=1, max=16)}
    exported, tested = picture(2, 3, size, size), picture(3, 3, size, size)
    if not name.startswith(("vit", "swin", "maxvit", "inception")):
        smallest = min(size, 64)
        dims |= {2: torch.export.Dim("height", min=smallest, max=512), 3: torch.export.Dim("width", min=smallest, max=512)}
        exported, tested = picture(2, 3, 96, 128), picture(1, 3, 113, 75)
    return {"model": model, "args": (exported,), "kwargs": {}, "dynamic": (dims,), "test": ((tested,), {})}


def main():
    parser = bigger.arguments(__doc__, DEFAULT)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--form", choices=forms.FORMS, default="exported", help="NAME.pt2, or NAME-scripted.pt and so on")
    options = parser.parse_args()
    names = bigger.chosen(list(dict.fromkeys(DEFAULT + detectors.NAMES)) if options.form in ("scripted", "frozen") else DEFAULT, options, torchvision.models.list_models())
    return bigger.make_all(names, lambda name: make(name, options), options)


if __name__ == "__main__":
    sys.exit(main())
