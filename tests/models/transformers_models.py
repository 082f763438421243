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
        yield "-dynamic", plain | {"dynamic": sizes(example), "test": ((), inputs(3, 13))}


def sizes(example):
    """Any batch, and any length of text; the sizes of pictures and sounds are fixed."""
    batch, length = torch.export.Dim("batch", min=1, max=16), torch.export.Dim("length", min=4, max=64)
    texts = ("input_ids", "attention_mask", "token_type_ids")
    return {name: {0: batch, 1: length} if name in texts else {0: batch} for name in example}


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
