"""Exports Whisper of transformers: a program with two methods over one state, and what its page has to know of tokens.

    python export.py                               # openai/whisper-tiny, which is fetched
    python export.py --model openai/whisper-base   # another one, or a folder
    python export.py --random                      # small random weights of the same architecture, and a small tokenizer, to try all of it without a network

Writes whisper.pt, whisper.json, tokenizer.json and tokenizer_config.json. Then: sconce compile whisper.pt --method hear
"""

import argparse
import json
import pathlib

import torch
import torch.nn.functional as F
import transformers
from torch import nn


class Whisper(nn.Module):
    """`hear` takes the features of thirty seconds, [1, mels, 3000]; after it `forward` takes a token and its position, and gives the logits of the next. What both keep is in buffers."""

    def __init__(self, model):
        super().__init__()
        config = model.config
        self.encoder, self.decoder, self.last = model.model.encoder, model.model.decoder, model.proj_out
        self.heads, self.size = config.decoder_attention_heads, config.d_model // config.decoder_attention_heads
        shape = (config.decoder_layers, self.heads)
        for name, places in (("keys", config.max_target_positions), ("values", config.max_target_positions), ("heard_keys", config.max_source_positions), ("heard_values", config.max_source_positions)):
            self.register_buffer(name, torch.zeros(*shape, places, self.size))

    def split(self, x):
        return x.view(-1, self.heads, self.size).transpose(0, 1)

    def attend(self, attention, x, keys, values, mask=None):
        query = self.split(attention.q_proj(x))
        return attention.out_proj(F.scaled_dot_product_attention(query[None], keys[None], values[None], attn_mask=mask)[0].transpose(0, 1).reshape(1, -1))

    def hear(self, features):
        sound = self.encoder(features).last_hidden_state[0]
        for i, layer in enumerate(self.decoder.layers):
            self.heard_keys[i].copy_(self.split(layer.encoder_attn.k_proj(sound)))
            self.heard_values[i].copy_(self.split(layer.encoder_attn.v_proj(sound)))
        # A method that is traced has to give something.
        return {"mean": sound.mean()}

    def forward(self, token, position):
        place = position.reshape(1)
        x = self.decoder.embed_tokens(token.reshape(1)) + self.decoder.embed_positions.weight[place]
        mask = (torch.arange(self.keys.shape[2]) <= place)[None]
        for i, layer in enumerate(self.decoder.layers):
            inner = layer.self_attn_layer_norm(x)
            # In place: what stands behind this position is of an earlier text, and the mask hides it.
            self.keys[i].index_copy_(1, place, self.split(layer.self_attn.k_proj(inner)))
            self.values[i].index_copy_(1, place, self.split(layer.self_attn.v_proj(inner)))
            x = x + self.attend(layer.self_attn, inner, self.keys[i], self.values[i], mask)
            x = x + self.attend(layer.encoder_attn, layer.encoder_attn_layer_norm(x), self.heard_keys[i], self.heard_values[i])
            x = x + layer.fc2(layer.activation_fn(layer.fc1(layer.final_layer_norm(x))))
        return {"logits": self.last(self.decoder.layer_norm(x))[0]}


SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|fr|>", "<|translate|>", "<|transcribe|>", "<|notimestamps|>"]


def random_model(vocabulary=320):
    """Its weights spread more than at the beginning of training, where all sounds are alike to it."""
    first = vocabulary - len(SPECIAL)
    number = {token: first + i for i, token in enumerate(SPECIAL)}
    torch.manual_seed(0)
    model = transformers.WhisperForConditionalGeneration(transformers.WhisperConfig(
        vocab_size=vocabulary, d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=128, decoder_ffn_dim=128, init_std=0.2,
        max_target_positions=64, bos_token_id=first, eos_token_id=first, pad_token_id=first, decoder_start_token_id=number["<|startoftranscript|>"], suppress_tokens=[], begin_suppress_tokens=[]))
    generation = model.generation_config
    generation.lang_to_id = {token: number[token] for token in SPECIAL if len(token) == 6}
    generation.task_to_id = {task: number[f"<|{task}|>"] for task in ("translate", "transcribe")}
    generation.no_timestamps_token_id = number["<|notimestamps|>"]
    generation.suppress_tokens, generation.begin_suppress_tokens = [0, 1, 2], [3, first]
    return model


def small_tokenizer(vocabulary=320):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    size = vocabulary - len(SPECIAL)
    # Pieces of text that can be read, and not of letters' bytes.
    tokenizer.train_from_iterator([pathlib.Path(__file__).read_text(encoding="utf-8")], trainers.BpeTrainer(vocab_size=size, show_progress=False))
    assert tokenizer.get_vocab_size() == size
    tokenizer.add_special_tokens(SPECIAL)
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=SPECIAL[0])


def described(model):
    """What the page has to know of tokens."""
    config, generation = model.config, model.generation_config
    languages = getattr(generation, "lang_to_id", None)
    return {
        "start": config.decoder_start_token_id, "end": config.eos_token_id, "languages": {token.strip("<|>"): number for token, number in languages.items()} if languages else None,
        "task": generation.task_to_id["transcribe"] if languages else None, "no_timestamps": generation.no_timestamps_token_id,
        "never": generation.suppress_tokens or [], "never_first": generation.begin_suppress_tokens or [], "places": config.max_target_positions, "mels": config.num_mel_bins}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="openai/whisper-tiny", help="a name on the hub, or a folder")
    parser.add_argument("--random", action="store_true", help="random weights")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    if options.random:
        model, tokenizer = random_model(), small_tokenizer()
    else:
        model = transformers.WhisperForConditionalGeneration.from_pretrained(options.model, dtype=torch.float32, attn_implementation="sdpa")
        tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    program = Whisper(model.eval()).eval()
    features = torch.zeros(1, model.config.num_mel_bins, 3000)
    with torch.no_grad():
        # Two methods over one state: TorchScript has that, and torch.export has not.
        traced = torch.jit.trace_module(program, {"forward": (torch.tensor(0), torch.tensor(0)), "hear": (features,)}, check_trace=False, strict=False)
        for buffer in traced.buffers():
            if buffer.shape[:1] == program.keys.shape[:1] and buffer.dim() == 4:
                buffer.zero_()
    torch.jit.save(traced, str(options.out / "whisper.pt"))
    (options.out / "whisper.json").write_text(json.dumps(described(model)) + "\n", encoding="utf-8")
    tokenizer.save_pretrained(options.out)
    print(f"whisper.pt: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters")


if __name__ == "__main__":
    main()
