"""The language model, a small Llama: for training over whole texts, and as the program that is exported, which remembers what it has read."""

import torch
import torch.nn.functional as F
from torch import nn

VOCABULARY, CONTEXT = 512, 256
LAYERS, WIDTH, HIDDEN, HEADS, KEY_HEADS = 4, 96, 256, 6, 3
HEAD = WIDTH // HEADS


def rotations():
    """Cosines and sines by which a key or query at each position is turned."""
    angles = torch.outer(torch.arange(CONTEXT).float(), 10000.0 ** (-torch.arange(0, HEAD, 2).float() / HEAD))
    return torch.cat([angles, angles], 1).cos(), torch.cat([angles, angles], 1).sin()


def turned(x, cosines, sines):
    first, second = x.chunk(2, -1)
    return x * cosines + torch.cat([-second, first], -1) * sines


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.before_attention, self.before_products = nn.RMSNorm(WIDTH, eps=1e-5), nn.RMSNorm(WIDTH, eps=1e-5)
        self.query = nn.Linear(WIDTH, HEADS * HEAD, bias=False)
        self.key, self.value = nn.Linear(WIDTH, KEY_HEADS * HEAD, bias=False), nn.Linear(WIDTH, KEY_HEADS * HEAD, bias=False)
        self.out = nn.Linear(HEADS * HEAD, WIDTH, bias=False)
        self.gate, self.up, self.down = nn.Linear(WIDTH, HIDDEN, bias=False), nn.Linear(WIDTH, HIDDEN, bias=False), nn.Linear(HIDDEN, WIDTH, bias=False)

    def forward(self, x, attend):
        """`attend` takes queries, keys and values, each (heads, positions, HEAD) with batches in front, and gives what is read."""
        normed = self.before_attention(x)
        parts = [part(normed).unflatten(-1, (-1, HEAD)).transpose(-2, -3) for part in (self.query, self.key, self.value)]
        x = x + self.out(attend(*parts).transpose(-2, -3).flatten(-2))
        normed = self.before_products(x)
        return x + self.down(F.silu(self.gate(normed)) * self.up(normed))


class Story(nn.Module):
    """Texts of tokens (batch, length) in, logits of the token that follows each out."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(WIDTH, eps=1e-5)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.05 / (2 * LAYERS) ** 0.5 if name.endswith(("out.weight", "down.weight")) else 0.05)

    def forward(self, tokens):
        cosines, sines = (part[: tokens.shape[1]] for part in rotations())

        def attend(query, key, value):
            return F.scaled_dot_product_attention(turned(query, cosines, sines), turned(key, cosines, sines), value, is_causal=True, enable_gqa=True)

        x = self.tokens(tokens)
        for layer in self.layers:
            x = layer(x, attend)
        return F.linear(self.norm(x), self.tokens.weight)


class Reader(nn.Module):
    """Tokens and the position of the first in, logits of the one that follows the last out. Keys and values of all positions before are kept in buffers, two for each layer."""

    def __init__(self, story):
        super().__init__()
        self.story = story
        for number in range(LAYERS):
            for name in "keys", "values":
                self.register_buffer(f"{name}{number}", torch.zeros(1, KEY_HEADS, CONTEXT, HEAD))
        for name, part in zip(("cosines", "sines"), rotations()):
            self.register_buffer(name, part)

    def forward(self, tokens, position):
        places = position + torch.arange(tokens.shape[0])
        cosines, sines = self.cosines[places], self.sines[places]
        mask = torch.arange(CONTEXT) <= places[:, None]
        x = self.story.tokens(tokens[None])
        for number, layer in enumerate(self.story.layers):

            def attend(query, key, value):
                keys, values = getattr(self, f"keys{number}"), getattr(self, f"values{number}")
                keys.index_copy_(2, places, turned(key, cosines, sines))
                values.index_copy_(2, places, value)
                return F.scaled_dot_product_attention(turned(query, cosines, sines), keys, values, attn_mask=mask, enable_gqa=True)

            x = layer(x, attend)
        return {"logits": F.linear(self.story.norm(x[0, -1]), self.story.tokens.weight)}
