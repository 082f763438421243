"""Writes models for the bench: make_models.py OUT names...: NAME.pt2 and NAME.onnx of one model, and NAME.npz with an input and PyTorch's answer."""

import argparse
import pathlib
import warnings

import torch

import zoo
import bigger


def make(name, out):
    torch.manual_seed(0)
    model, example = zoo.build(name), zoo.example(name)
    # Norms as the model's own activations make them: with numbers that vanish or overflow on the way, a wrong answer could pass.
    bigger.season(model, lambda m: m(torch.cat([zoo.example(name) for _ in range(4)])))
    bigger.write(model, (example,), {}, out / f"{name}.pt2")
    with warnings.catch_warnings():
        # The exporter that traces: the newer one needs a package that PyTorch does not bring along.
        warnings.simplefilter("ignore")
        torch.onnx.export(model, (example,), str(out / f"{name}.onnx"), input_names=["x"], output_names=["y"], opset_version=17, dynamo=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="+")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.backends.mha.set_fastpath_enabled(False)  # one fused operator that no exporter knows
    for name in options.names:
        make(name, options.out)
        print(f"{name}: made", flush=True)


if __name__ == "__main__":
    main()
