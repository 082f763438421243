"""Whole detectors of torchvision, which only scripts hold: a list of images in, a dict of boxes for each out."""

import torch
import torchvision

import bigger

NAMES = """
    fasterrcnn_mobilenet_v3_large_320_fpn fasterrcnn_resnet50_fpn fcos_resnet50_fpn keypointrcnn_resnet50_fpn maskrcnn_resnet50_fpn retinanet_resnet50_fpn ssd300_vgg16
    ssdlite320_mobilenet_v3_large""".split()
# Near the end of a long list the scores of two boxes are as near to each other as two right programs are.
BEST = 20


def build(name, size):
    """For images whose shorter side is about `size`, which those of one size make their own; with `BEST` boxes of an image at most, by whatever name the detector has for that."""
    model = torchvision.models.get_model(name, weights=None, weights_backbone=None)
    if hasattr(model, "roi_heads"):
        model.roi_heads.detections_per_img = BEST
    else:
        model.detections_per_img = BEST
    if not name.startswith("ssd"):
        model.transform.min_size, model.transform.max_size = (size,), 2 * size
    return model


# How the numbers of the last layers lie, by parts of their names: about which mean, and how far from it at most. What training leaves has few high scores, far from each other, and boxes near
# their anchors.
LAST = [
    ("rpn.head.cls_logits", 0.0, 6.0),
    ("cls_logits", -4.6, 6.0),  # a sigmoid for each class
    ("cls_score", 0.0, 8.0),
    ("head.classification_head.module_list", 0.0, 8.0),  # of an SSD
    ("head.regression_head.module_list", 0.0, 8.0),
    ("box_predictor.bbox_pred", 0.0, 8.0),
    ("bbox_pred", 0.0, 1.5),
    ("bbox_reg", 0.0, 1.5),
]
OF_FCOS = [("bbox_reg", 1.5, 3.0), *LAST]  # distances to the four sides


def season(model, images):
    """The backbone as `bigger.season` does it, then the layers behind it by what they give to these images: first those between, then the last ones of each stage."""
    bigger.season(model, lambda m: m(images), passes=1)
    aims = OF_FCOS if isinstance(model, torchvision.models.detection.FCOS) else LAST
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, (torch.nn.Conv2d, torch.nn.ConvTranspose2d, torch.nn.Linear)) and not name.startswith("backbone.body")}
    last = {name: aim for name in layers for aim in [next((aim for part, *aim in aims if part in name), None)] if aim}
    hooked(model, images, [layer.register_forward_hook(Even()) for name, layer in layers.items() if name not in last])
    for first in (True, False):
        seen = {name: Seen() for name in last if ("rpn" in name) == first}
        if seen:
            hooked(model, images, [layers[name].register_forward_hook(one) for name, one in seen.items()])
        for name, one in seen.items():
            if one.outputs:
                one.settle(layers[name], *last[name])


def hooked(model, images, hooks):
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()


class Even:
    """Scales a layer, the first time, to a deviation of 1."""

    done = False

    def __call__(self, layer, args, output):
        if self.done or output.numel() < 2:
            return output
        self.done = True
        factor = 1 / output.std().item()
        for parameter in layer.parameters():
            parameter.data *= factor
        return output * factor


class Seen:
    """Keeps what a layer gives, of all levels."""

    def __init__(self):
        self.outputs = []

    def __call__(self, layer, args, output):
        self.outputs.append(output.flatten())

    def settle(self, layer, mean, most):
        every = torch.cat(self.outputs)
        factor = most / (every - every.mean()).abs().max().item()
        layer.weight.data *= factor
        if layer.bias is not None:
            layer.bias.data.mul_(factor).add_(mean - every.mean().item() * factor)
