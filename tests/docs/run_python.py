"""Runs the Python of the documents. Weights are random, for nothing may be fetched; what a document takes for granted is here."""

import json
import pathlib
import sys
import traceback
import warnings

import torch
import torchvision
import transformers

warnings.filterwarnings("ignore")
folder = pathlib.Path(sys.argv[1])


def tiny(*_, **__):
    """A model of the same kind as the one that a document names."""
    return transformers.BertModel(transformers.BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, vocab_size=1000))


transformers.AutoModel.from_pretrained = tiny


class Any(torch.nn.Module):
    """Takes whatever it is given."""

    def forward(self, x):
        return x.mean((-2, -1))


def granted():
    batch = torch.export.Dim("batch", max=16)
    return {"torch": torch, "torchvision": torchvision, "nn": torch.nn, "model": Any(), "mels": torch.rand(80, 201), "batch": batch}


errors, spaces = [], {}
for block in json.loads((folder / "blocks.json").read_text()):
    document, text = block["document"], block["text"]
    torch.manual_seed(1)
    try:
        code = compile(text.replace('weights="DEFAULT"', "weights=None"), f"{document}:{block['line']}", "exec")
        # The package has tests of its own (tests/python).
        if "import sconce" not in text:
            exec(code, spaces.setdefault(document, granted()))
    except Exception:
        errors.append(f"{document}:{block['line']}: {traceback.format_exc(limit=3)}")
print(json.dumps(errors))
