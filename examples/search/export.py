"""Exports a model of transformers that makes a vector of a sentence, with its tokenizer's files.

    python export.py                              # sentence-transformers/all-MiniLM-L6-v2, which is fetched
    python export.py --model intfloat/e5-small    # another one whose vector is the mean over the tokens, or a folder
    python export.py --random                     # random weights of the same architecture, and a small tokenizer, to try all of it without a network

Writes search.pt2, search.npz (what `sconce verify` compares), tokenizer.json and tokenizer_config.json.
"""

import argparse
import pathlib

import numpy
import torch
import transformers
from torch import nn

MOST = 256  # tokens: MiniLM was trained on no longer texts


class Sentence(nn.Module):
    """Tokens [1, length] in, a vector of length one out: the mean over the tokens."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, tokens):
        hidden = self.model(input_ids=tokens).last_hidden_state
        return {"vector": nn.functional.normalize(hidden.mean(1), dim=-1)[0]}


def random_model(vocabulary):
    """Its weights spread more than at the beginning of training, where all texts are alike to it."""
    torch.manual_seed(0)
    return transformers.BertModel(transformers.BertConfig(
        vocab_size=vocabulary, hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536, initializer_range=0.1), add_pooling_layer=False)


def small_tokenizer(text):
    """Pieces of words, as BERT's tokenizer has them, learnt from a text."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator([text], trainers.WordPieceTrainer(vocab_size=600, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False))
    ends = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ends)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2", help="a name on the hub, or a folder")
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    if options.random:
        tokenizer = small_tokenizer((pathlib.Path(__file__).parent / "index.html").read_text(encoding="utf-8"))
        model = random_model(len(tokenizer))
    else:
        tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
        model = transformers.AutoModel.from_pretrained(options.model, dtype=torch.float32)
    sentence = Sentence(model.eval()).eval()

    tokens = tokenizer("The page is searched for what a sentence means.", return_tensors="pt").input_ids
    program = torch.export.export(sentence, (tokens,), dynamic_shapes=({1: torch.export.Dim("length", min=2, max=MOST)},), strict=False)
    torch.export.save(program, str(options.out / "search.pt2"))
    with torch.no_grad():
        numpy.savez(options.out / "search.npz", in0=tokens.numpy(), out0=sentence(tokens)["vector"].numpy())
    tokenizer.save_pretrained(options.out)
    print(f"search.pt2: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters, {len(tokenizer)} tokens")


if __name__ == "__main__":
    main()
