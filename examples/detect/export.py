"""Exports an object detector of torchvision, from the bytes of a picture to boxes, scores and classes.

    python export.py                      # ssdlite320_mobilenet_v3_large with torchvision's weights, which are fetched
    python export.py --random             # random weights of the same architecture, to try all of it without a network

Writes detect.pt2, detect.npz (what `sconce verify` compares) and labels.txt. Which boxes stay is for the page
(`nms` of sconce/image): how many these are only the picture tells.
"""

import argparse
import pathlib

import numpy
import torch
import torchvision
from torch import nn
from torchvision.models.detection.image_list import ImageList


class Detector(nn.Module):
    """Bytes [1, 320, 320, 3] in. For each anchor: its box as shares of the picture (left, top, right, bottom), the score of its likeliest class, and which one that is."""

    def __init__(self, detector, size):
        super().__init__()
        self.backbone, self.head, self.coder, self.size = detector.backbone, detector.head, detector.box_coder, size
        transform = detector.transform
        self.register_buffer("mean", torch.tensor(transform.image_mean).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(transform.image_std).view(3, 1, 1))
        with torch.no_grad():
            blank = torch.zeros(1, 3, size, size)
            self.register_buffer("anchors", detector.anchor_generator(ImageList(blank, [(size, size)]), list(self.backbone(blank).values()))[0])

    def forward(self, pixels):
        colours = pixels.permute(0, 3, 1, 2).float() / 255
        found = self.head(list(self.backbone((colours - self.mean) / self.std).values()))
        boxes = self.coder.decode_single(found["bbox_regression"][0], self.anchors)
        # The first class is the background.
        scores, classes = found["cls_logits"][0].softmax(-1)[:, 1:].max(-1)
        return {"boxes": (boxes / self.size).clamp(0, 1), "scores": scores, "classes": classes + 1}


def liven(module, *inputs):
    """Gives random weights statistics to normalise by, without which all pictures are alike to them."""
    for layer in module.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
            layer.reset_running_stats()
    with torch.no_grad():
        module.train()(*inputs)
    module.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    name, size = "ssdlite320_mobilenet_v3_large", 320
    weights = torchvision.models.get_model_weights(name).DEFAULT
    torch.manual_seed(0)
    which = {"weights": None, "weights_backbone": None} if options.random else {"weights": weights}
    model = Detector(torchvision.models.get_model(name, **which).eval(), size).eval()

    example = torch.randint(0, 256, (1, size, size, 3), dtype=torch.uint8)
    if options.random:
        liven(model, torch.randint(0, 256, (4, size, size, 3), dtype=torch.uint8))
    program = torch.export.export(model, (example,), strict=False)
    torch.export.save(program, str(options.out / "detect.pt2"))
    with torch.no_grad():
        found = model(example)
    numpy.savez(options.out / "detect.npz", in0=example.numpy(), **{f"out{i}": value.numpy() for i, value in enumerate(found.values())})
    (options.out / "labels.txt").write_text("\n".join(weights.meta["categories"]) + "\n", encoding="utf-8")
    print(f"detect.pt2: {len(found['scores'])} anchors, {len(weights.meta['categories'])} classes")


if __name__ == "__main__":
    main()
