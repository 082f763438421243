"""A detector of torchvision around a backbone of a few weights, and what detectors choose their boxes with: lists of images in, dicts of as many boxes as there are out."""

import torch
from programs.declared import program, rand
from torch import Tensor, nn
from torchvision.models import detection
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.ops import MultiScaleRoIAlign, boxes

CHANNELS = 6
CLASSES = 4
HIDDEN = 8
# Images that become smaller and larger ones, and one whose longer side decides.
IMAGES = [[rand(3, 51, 37, low=0, high=1)], [rand(3, 23, 29, low=0, high=1)], [rand(3, 17, 64, low=0, high=1)]]
# Two in one batch, padded to the sizes of both.
PAIRS = [[rand(3, 33, 37, low=0, high=1), rand(3, 23, 29, low=0, high=1)], [rand(3, 20, 29, low=0, high=1), rand(3, 40, 30, low=0, high=1)]]
RESIZED = {"min_size": 40, "max_size": 64}
OF_TWO_STAGES = {"rpn_pre_nms_top_n_test": 24, "rpn_post_nms_top_n_test": 10, "box_score_thresh": 0.1, "box_detections_per_img": 6}


class Pyramid(nn.Module):
    """Two levels of features."""

    def __init__(self):
        super().__init__()
        self.out_channels = CHANNELS
        self.stem = nn.Conv2d(3, CHANNELS, 5, stride=4, padding=2)
        self.next = nn.Conv2d(CHANNELS, CHANNELS, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        fine = torch.relu(self.stem(x))
        return {"0": fine, "1": torch.relu(self.next(fine))}


def lively(model):
    """Weights with which boxes differ from each other, and their scores too."""
    for name, parameter in model.named_parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=1.6 / parameter[0].numel() ** 0.5)
        else:
            nn.init.normal_(parameter, std=0.2)
    return model


class Detector(nn.Module):
    """What a detector gives beside its losses, of which there are none."""

    def __init__(self):
        super().__init__()
        self.model = lively(self.made())

    def forward(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        return self.model(images)[1]


@program(*[(image,) for image in IMAGES])
class TinySsd(Detector):
    def made(self):
        return detection.ssd.SSD(
            Pyramid(), DefaultBoxGenerator([[2], [2]], scales=[0.2, 0.5, 0.9]), (40, 40), CLASSES, head=detection.ssd.SSDHead([CHANNELS] * 2, [4, 4], CLASSES), score_thresh=0.2,
            detections_per_img=20, topk_candidates=30)


def anchors():
    return AnchorGenerator(((8,), (16,)), ((0.5, 1.0, 2.0),) * 2)


def pooled(size):
    return MultiScaleRoIAlign(["0", "1"], size, 2)


class BoxHead(nn.Module):
    """Features of a box in one row."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(CHANNELS * 9, HIDDEN)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.hidden(x.flatten(start_dim=1)))


def two_stages(kind, classes=CLASSES, **more):
    return kind(
        Pyramid(), rpn_anchor_generator=anchors(), box_roi_pool=pooled(3), box_head=BoxHead(), box_predictor=detection.faster_rcnn.FastRCNNPredictor(HIDDEN, classes), **RESIZED, **OF_TWO_STAGES,
        **more)


@program(*[(images,) for images in IMAGES[1:]])
class TinyRetina(Detector):
    def made(self):
        return detection.RetinaNet(Pyramid(), CLASSES, anchor_generator=anchors(), score_thresh=0.3, detections_per_img=20, topk_candidates=30, **RESIZED)


@program(*[(images,) for images in IMAGES])
class TinyRcnn(Detector):
    def made(self):
        return two_stages(detection.FasterRCNN)


@program(*[(images,) for images in PAIRS])
class TinyRcnnOfTwo(TinyRcnn):
    """Images of a list are of different sizes, and each has its own boxes."""


@program(*[(images,) for images in PAIRS])
class TinyMaskRcnn(Detector):
    def made(self):
        return two_stages(
            detection.MaskRCNN, mask_roi_pool=pooled(4), mask_head=detection.mask_rcnn.MaskRCNNHeads(CHANNELS, (4,), 1), mask_predictor=detection.mask_rcnn.MaskRCNNPredictor(4, 4, CLASSES))


@program(*[(images,) for images in IMAGES[1:]])
class TinyKeypointRcnn(Detector):
    def made(self):
        return two_stages(
            detection.KeypointRCNN, classes=2, keypoint_roi_pool=pooled(4), keypoint_head=detection.keypoint_rcnn.KeypointRCNNHeads(CHANNELS, (4,)),
            keypoint_predictor=detection.keypoint_rcnn.KeypointRCNNPredictor(4, 3))


@program(*[(torch.cat([at, at + extent], 1), scores, torch.arange(len(at)) % 3) for at, extent, scores in [
    (rand(count, 2, low=0, high=30), rand(count, 2, low=1, high=20), rand(count, low=least, high=1)) for count, least in [(60, 0), (1250, 0), (7, -9)]]])
class BatchedNms(nn.Module):
    """Few boxes, so many that each class is done by itself, and none at all."""

    def forward(self, every: Tensor, scores: Tensor, classes: Tensor):
        high = torch.where(scores > 0.3)[0]
        kept = boxes.batched_nms(every[high], scores[high], classes[high], 0.4)[:50]
        return every[high][kept], scores[high][kept], classes[high][kept]


@program(*[(torch.cat([at, at + extent], 1), rand(12, 92, low=low, high=1)) for at, extent, low in [(rand(12, 2, low=0, high=30), rand(12, 2, low=1, high=20), low) for low in (-4, 0)]])
class BoxesOfEachClass(nn.Module):
    """As an SSD chooses: of each class those above a score, the best few of them, and all classes one after the other."""

    def forward(self, every: Tensor, scores: Tensor):
        found: list[Tensor] = []
        high: list[Tensor] = []
        classes: list[Tensor] = []
        for label in range(1, scores.size(-1)):
            score = scores[:, label]
            kept = torch.where(score > 0.5)[0]
            score, best = score[kept].topk(min(5, int(kept.numel())))
            found.append(every[kept[best]])
            high.append(score)
            classes.append(torch.full_like(score, fill_value=label, dtype=torch.int64))
        all_found, all_high, all_classes = torch.cat(found), torch.cat(high), torch.cat(classes)
        best = boxes.batched_nms(all_found, all_high, all_classes, 0.4)[:20]
        return all_found[best], all_high[best], all_classes[best]
