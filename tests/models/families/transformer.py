"""Transformer layers as torch.nn has them, and small whole models of the usual shapes."""

import torch
import torch.nn.functional as F
from torch import nn

from case import bools, case, ints, rand, seasoned

src, tgt = rand(2, 5, 12), rand(2, 7, 12)
causal = nn.Transformer.generate_square_subsequent_mask(7)
padding = torch.tensor([[False, False, False, True, True], [False] * 5])


def attention(**options):
    return nn.MultiheadAttention(12, 3, **options)


class SelfAttention(nn.Module):
    def __init__(self, weights=True, **options):
        super().__init__()
        self.attention, self.weights = attention(batch_first=True, **options), weights

    def forward(self, x, key_padding_mask=None, attn_mask=None):
        return self.attention(x, x, x, key_padding_mask=key_padding_mask, attn_mask=attn_mask, need_weights=self.weights,
            average_attn_weights=False)


case("multihead-attention-cross", attention(), rand(5, 2, 12), rand(7, 2, 12), rand(7, 2, 12), core=True)
case("multihead-attention-sizes", attention(kdim=5, vdim=9), rand(5, 2, 12), rand(7, 2, 5), rand(7, 2, 9))
case("multihead-attention-no-batch", attention(), rand(5, 12), rand(7, 12), rand(7, 12))
case("multihead-attention-bias-kv", attention(add_bias_kv=True, add_zero_attn=True), rand(5, 2, 12), rand(7, 2, 12),
    rand(7, 2, 12))
case("self-attention-weights", SelfAttention(), src)
case("self-attention-no-weights", SelfAttention(weights=False, bias=False), src, core=True)
case("self-attention-padding", SelfAttention(weights=False), src, padding)
case("self-attention-padding-and-mask", SelfAttention(), src, padding, rand(6, 5, 5))
for activation in ("relu", "gelu"):
    for first in (True, False):
        case(f"transformer-encoder-layer-{activation}-{'pre' if first else 'post'}",
            seasoned(nn.TransformerEncoderLayer(12, 3, 19, activation=activation, norm_first=first, batch_first=True)), src)
case("transformer-encoder", seasoned(nn.TransformerEncoder(nn.TransformerEncoderLayer(12, 3, 19, batch_first=True), 2,
    nn.LayerNorm(12), enable_nested_tensor=False)), src, core=True)
case("transformer-encoder-masks", lambda src, padding, layer=seasoned(nn.TransformerEncoderLayer(12, 3, 19,
    batch_first=True).eval()): layer(src, src_key_padding_mask=padding), src, padding)
case("transformer-encoder-causal", lambda tgt, layer=seasoned(nn.TransformerEncoderLayer(12, 3, 19, batch_first=True,
    norm_first=True).eval()): layer(tgt, src_mask=causal, is_causal=True), tgt)
case("transformer-decoder-layer", seasoned(nn.TransformerDecoderLayer(12, 3, 19, batch_first=True)), tgt, src)
case("transformer-decoder", seasoned(nn.TransformerDecoder(nn.TransformerDecoderLayer(12, 3, 19, batch_first=True,
    norm_first=True), 2)), tgt, src, kwargs={"tgt_mask": causal, "tgt_is_causal": True})
case("transformer", seasoned(nn.Transformer(12, 3, 1, 1, 19, batch_first=True)), src, tgt)


class Gpt(nn.Module):
    """A small causal language model, its output weights tied to the embedding."""

    def __init__(self, width=12, heads=3, layers=2, words=23):
        super().__init__()
        self.words, self.positions = nn.Embedding(words, width), nn.Embedding(16, width)
        self.blocks = nn.ModuleList(nn.ModuleDict({
            "norm1": nn.LayerNorm(width), "qkv": nn.Linear(width, 3 * width), "proj": nn.Linear(width, width),
            "norm2": nn.LayerNorm(width), "up": nn.Linear(width, 4 * width), "down": nn.Linear(4 * width,
            width)}) for _ in range(layers))
        self.norm, self.head, self.heads = nn.LayerNorm(width), nn.Linear(width, words, bias=False), heads
        self.head.weight = self.words.weight

    def forward(self, input_ids):
        length = input_ids.shape[1]
        x = self.words(input_ids) + self.positions(torch.arange(length))
        for block in self.blocks:
            q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in block["qkv"](block["norm1"](x)).chunk(3, -1))
            x = x + block["proj"](F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
            x = x + block["down"](F.gelu(block["up"](block["norm2"](x)), approximate="tanh"))
        return {"logits": self.head(self.norm(x))}


class Llama(nn.Module):
    """RMS norms, rotary positions, grouped queries and a gated feed-forward layer."""

    def __init__(self, width=16, words=23):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.norm1, self.norm2, self.norm3 = (nn.RMSNorm(width, eps=1e-6) for _ in range(3))
        self.q, self.k, self.v = (nn.Linear(width, size, bias=False) for size in (16, 8, 8))
        self.o = nn.Linear(width, width, bias=False)
        self.gate, self.up, self.down = (nn.Linear(a, b, bias=False) for a, b in ((width, 21), (width, 21), (21, width)))
        self.head = nn.Linear(width, words, bias=False)
        self.register_buffer("inv_freq", 1 / 10000 ** (torch.arange(0, 4, 2) / 4), persistent=False)

    def rotate(self, x, positions):
        angles = torch.outer(positions.float(), self.inv_freq).repeat(1, 2)
        return x * angles.cos() + torch.cat((-x[..., 2:], x[..., :2]), -1) * angles.sin()

    def forward(self, input_ids):
        positions = torch.arange(input_ids.shape[1])
        x = self.words(input_ids)
        y = self.norm1(x)
        q, k, v = (layer(y).unflatten(-1, (-1, 4)).transpose(1, 2) for layer in (self.q, self.k, self.v))
        q, k = self.rotate(q, positions), self.rotate(k, positions)
        x = x + self.o(F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True).transpose(1, 2).flatten(2))
        y = self.norm2(x)
        return self.head(self.norm3(x + self.down(F.silu(self.gate(y)) * self.up(y))))


class Vit(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.token, self.positions = nn.Parameter(rand(1, 1, width)), nn.Parameter(rand(1, 13, width))
        self.encoder = nn.TransformerEncoderLayer(width, 3, 19, activation="gelu", batch_first=True, norm_first=True)
        self.head = nn.Linear(width, 5)

    def forward(self, image):
        x = self.patches(image).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), 1) + self.positions
        return self.head(self.encoder(x)[:, 0])


class Bert(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.words, self.positions, self.types = nn.Embedding(23, width, padding_idx=0), nn.Embedding(16, width), nn.Embedding(2,
            width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.norm2 = nn.LayerNorm(width, eps=1e-12)
        self.pooler = nn.Linear(width, width)

    def forward(self, input_ids, attention_mask, token_type_ids):
        positions = torch.arange(input_ids.shape[1]).unsqueeze(0)
        x = self.norm(self.words(input_ids) + self.positions(positions) + self.types(token_type_ids))
        mask = (1.0 - attention_mask[:, None, None, :].to(x.dtype)) * torch.finfo(x.dtype).min
        q, k, v = (layer(x).view(x.shape[0], -1, 3, 4).permute(0, 2, 1, 3) for layer in (self.q, self.k, self.v))
        scores = (torch.matmul(q, k.transpose(-1, -2)) / 2 + mask).softmax(-1)
        x = self.norm2(x + self.o(torch.matmul(scores, v).permute(0, 2, 1, 3).contiguous().view(x.shape[0], -1, 12)))
        return {"last_hidden_state": x, "pooler_output": torch.tanh(self.pooler(x[:, 0]))}


ids = ints(2, 7, low=1, high=23)
case("tiny-gpt", seasoned(Gpt()), ids, core=True)
case("tiny-llama", seasoned(Llama()), ids, core=True)
case("tiny-vit", seasoned(Vit()), rand(2, 3, 12, 16), core=True)
case("tiny-bert", seasoned(Bert()), ids, torch.tensor([[1] * 7, [1, 1, 1, 1, 0, 0, 0]]), ints(2, 7, low=0, high=2), core=True)
