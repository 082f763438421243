"""Exports a language model of transformers as storyteller.js runs it: tokens and the position of the first in, logits of the next out, keys and values in buffers.

    python examples/story/export.py HuggingFaceTB/SmolLM2-135M smollm2.pt2          # from the hub, or a folder with its files
    python examples/story/export.py --random smollm2-135m smollm2.pt2               # random weights in that shape, for measuring without a network

Llama, Qwen2, SmolLM and other decoders that transformers can give a static cache. How many tokens a run takes is left open, so that a prompt is one run. Then, with kernels of its own for one token:
sconce compile smollm2.pt2 --weights int4 --method step --input step.tokens=1
"""

import argparse
import sys
import time

import torch
import transformers
from transformers.integrations.executorch import TorchExportableModuleWithStaticCache

SHAPES = {  # as their config.json has them
    "tiny": dict(hidden_size=64, intermediate_size=176, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, vocab_size=256),
    "stories15m": dict(hidden_size=288, intermediate_size=768, num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=6, vocab_size=32000, tie_word_embeddings=True),
    "smollm2-135m": dict(hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9, num_key_value_heads=3, vocab_size=49152, tie_word_embeddings=True, rope_theta=100000.0),
    "tinyllama-1.1b": dict(hidden_size=2048, intermediate_size=5632, num_hidden_layers=22, num_attention_heads=32, num_key_value_heads=4, vocab_size=32000),
}


class Reader(torch.nn.Module):
    """Tokens and the position of the first in, logits of the one that follows the last out."""

    def __init__(self, model, context):
        super().__init__()
        self.cached = TorchExportableModuleWithStaticCache(model, batch_size=1, max_cache_len=context)

    def forward(self, tokens, position):
        cache = self.cached.static_cache
        for layer in cache.layers:
            layer.cumulative_length.copy_(position.reshape(1))
        # As the module's own forward, but for the logits of all tokens but the last, which nobody wants.
        return {"logits": self.cached.model(input_ids=tokens[None], past_key_values=cache, use_cache=True, logits_to_keep=1).logits[0, -1]}


def prepared(model):
    model.generation_config.use_cache, model.generation_config.cache_implementation = True, "static"
    return model.eval()


def random_model(shape, context):
    """A Llama of this shape. What its weights are is of no account for size or speed; their spread is that of initialisation."""
    torch.manual_seed(0)
    return transformers.LlamaForCausalLM(transformers.LlamaConfig(max_position_embeddings=context, attn_implementation="sdpa", **SHAPES[shape]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a name on the hub, a folder, or with --random one of: " + ", ".join(SHAPES))
    parser.add_argument("archive", help="the .pt2 to write")
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--context", type=int, default=1024, help="how many tokens the buffers hold (default 1024)")
    options = parser.parse_args()
    if options.random and options.model not in SHAPES:
        sys.exit(f"export.py: --random knows {', '.join(SHAPES)}, not {options.model}")
    began = time.time()
    if options.random:
        model = prepared(random_model(options.model, options.context))
    else:
        model = prepared(transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32, attn_implementation="sdpa"))
    sequence = torch.export.Dim("sequence", min=1, max=options.context)
    with torch.no_grad():
        program = torch.export.export(Reader(model, options.context), (torch.arange(7), torch.tensor(0)), strict=False, dynamic_shapes={"tokens": {0: sequence}, "position": None})
    torch.export.save(program, options.archive)
    print(f"{options.archive}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters, {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
