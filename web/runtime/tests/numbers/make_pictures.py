"""pictures.npz: a picture, and what Pillow and torchvision make of it."""
import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F
from torchvision.transforms._presets import ImageClassification

random = np.random.default_rng(16)
arrays = {}


def picture(width, height):
    """Edges, a slope and noise, so that every filter shows."""
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([128 + 120 * np.sin(x / 3 + y / 7), 255 * ((x // 5 + y // 4) % 2), 255 * x / width], axis=-1)
    return np.clip(waves + random.normal(0, 12, waves.shape), 0, 255).astype(np.uint8)


wide, tall = picture(53, 37), picture(31, 50)
arrays["wide"], arrays["tall"] = wide, tall

modes = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC, "lanczos": InterpolationMode.LANCZOS}
for name, mode in modes.items():
    for width, height in [(16, 16), (61, 41), (53, 20), (7, 37), (1, 1)]:
        arrays[f"pillow.{name}.{width}.{height}"] = np.asarray(F.resize(Image.fromarray(wide), [height, width], mode))
for width, height in [(16, 16), (61, 41)]:
    tensor = torch.from_numpy(wide).permute(2, 0, 1)
    arrays[f"uint8.{width}.{height}"] = F.resize(tensor, [height, width], modes["bilinear"], antialias=True).permute(1, 2, 0).numpy()
    arrays[f"float.{width}.{height}"] = F.resize(tensor / 255, [height, width], modes["bilinear"], antialias=True).permute(1, 2, 0).numpy()

# The presets of torchvision's classifiers: the short side to `resize`, the middle of it, numbers by ImageNet's mean and deviation.
for name, image in [("wide", wide), ("tall", tall)]:
    for crop, resize in [(16, 16), (16, 20), (15, 18), (9, 33)]:
        arrays[f"preset.{name}.{crop}.{resize}"] = ImageClassification(crop_size=crop, resize_size=resize)(Image.fromarray(image)).numpy()
arrays["gray"] = np.asarray(F.to_grayscale(F.resize(Image.fromarray(wide), [16, 16])))
# All of it, in the middle of a border.
arrays["contain"] = np.asarray(F.pad(F.resize(Image.fromarray(wide), [22, 32]), [0, 5, 0, 5], fill=114))

corners = random.uniform(0, 90, (60, 2)).astype(np.float32)
boxes = torch.from_numpy(np.concatenate([corners, corners + random.uniform(2, 60, (60, 2)).astype(np.float32)], axis=1))
scores = torch.from_numpy(random.permutation(60).astype(np.float32) / 60)
classes = torch.from_numpy(random.integers(0, 3, 60))
arrays["boxes"], arrays["scores"], arrays["classes"] = boxes.numpy(), scores.numpy(), classes.numpy()
for threshold in [0.3, 0.5, 0.8]:
    arrays[f"nms.{threshold}"] = torchvision.ops.nms(boxes, scores, threshold).numpy()
    arrays[f"batched.{threshold}"] = torchvision.ops.batched_nms(boxes, scores, classes, threshold).numpy()
for format in ["xywh", "cxcywh"]:
    arrays[f"convert.{format}"] = torchvision.ops.box_convert(boxes, "xyxy", format).numpy()

np.savez_compressed("pictures.npz", **arrays)
