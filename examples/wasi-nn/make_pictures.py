"""Writes three of the digits that the bundled model was never trained on as pictures (PGM), and what PyTorch makes of them (pictures.json).

    ../shared/pytorch/python examples/wasi-nn/make_pictures.py
"""

import json
import pathlib

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
DIGITS = HERE.parent / "digits"
CHOSEN = {"three": 13, "four": 4, "seven": 17}

samples = numpy.load(DIGITS / "samples.npz")
model = torch.export.load(DIGITS / "digits.pt2").module()
found = {}
for name, index in CHOSEN.items():
    grey = numpy.rint(samples["image"][index, 0] * 255).astype(numpy.uint8)
    height, width = grey.shape
    (HERE / f"{name}.pgm").write_bytes(f"P5\n{width} {height}\n255\n".encode() + grey.tobytes())
    # What the guests compute with are the picture's 256 shades.
    with torch.no_grad():
        probabilities = model(torch.from_numpy(grey.astype(numpy.float32) / 255).view(1, 1, height, width))["probabilities"]
    found[f"{name}.pgm"] = {"digit": int(samples["label"][index]), "probabilities": [round(p, 6) for p in probabilities[0].tolist()]}
(HERE / "pictures.json").write_text(json.dumps(found, indent=1) + "\n")
