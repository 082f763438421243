"""Writes classifiers for the bench: make_models.py OUT names...: NAME.pt2 and NAME.onnx of one model, and NAME.npz with an input and PyTorch's answer.

The weights are random, as `tests/models/torchvision_models.py` makes them; the time of a run does not depend on them.
"""

import argparse
import pathlib
import sys
import warnings

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "models"))
import bigger
import torchvision_models


def make(name, size, out):
    torch.manual_seed(0)
    model = torchvision_models.build(name, size)
    bigger.season(model, lambda m: m(torch.cat([torchvision_models.picture(1, 3, size, size) for _ in range(4)])))
    image = torchvision_models.picture(1, 3, size, size)
    bigger.write(model, (image,), {}, out / f"{name}.pt2")
    with warnings.catch_warnings():
        # The exporter that traces: the newer one needs a package that PyTorch does not bring along.
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (image,), str(out / f"{name}.onnx"), input_names=["x"], output_names=["y"], opset_version=17, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--size", type=int, default=224)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.backends.mha.set_fastpath_enabled(False)  # one fused operator that no exporter knows
    for name in options.names:
        make(name, options.size, options.out)
        print(f"{name}: made", flush=True)


if __name__ == "__main__":
    main()
