"""Writes transformers' models in tiny configurations: transformers_models.py OUT [names ...] [--core] [--dynamic].

Each is the library's own module with seeded random weights: two layers or so, a few dozen channels.
"""

import importlib
import logging
import pathlib
import sys

import torch
import transformers

import bigger
import tiny

HERE = pathlib.Path(__file__).resolve().parent


def make(name, options):
    model, inputs = tiny.build(name), tiny.MODELS[name][3]
    example = inputs()
    bigger.season(model, lambda m: m(**inputs(4)))
    plain = {"model": model, "args": (), "kwargs": example}
    if not options.only:
        yield "", plain
    if options.core:
        yield "-core", plain | {"core": True}
    if options.dynamic:
        yield "-dynamic", plain | {"kwargs": inputs(2), "dynamic": sizes(example), "test": ((), inputs(3, 13))}


def sizes(example):
    """Any batch, and any length of texts and samples; the sizes of pictures and spectra are fixed."""
    batch, length = torch.export.Dim("batch", min=1, max=16), torch.export.Dim("length", min=4, max=64)
    long = {name: {1: length} for name in ("input_ids", "attention_mask", "token_type_ids")}
    long["input_values"] = {1: torch.export.Dim("samples", min=400, max=2000)}
    return {name: {0: batch} | (long.get(name, {}) if tensor.dim() == 2 else {}) for name, tensor in example.items()}


def main():
    sys.dont_write_bytecode = True
    transformers.logging.set_verbosity_error()
    logging.disable(logging.ERROR)
    for path in sorted((HERE / "architectures").glob("*.py")):
        importlib.import_module(f"architectures.{path.stem}")
    options = bigger.arguments(__doc__.splitlines()[0], tiny.MODELS).parse_args()
    return bigger.make_all(bigger.chosen(tiny.MODELS, options), lambda name: make(name, options), options)


if __name__ == "__main__":
    sys.exit(main())
