"""Random numbers: what they are is another generator's business than PyTorch's, so these cases are archives alone. `verify` judges dtypes, shapes, and each number by the evaluator."""

import torch
import torch.nn.functional as F
from torch import nn
from torch._higher_order_ops.scan import scan
from torch.export import Dim

from case import case, rand

auto = Dim.AUTO


def kinds(x):
    return {
        "uniform": torch.rand(3, 5), "wide": torch.rand(7, dtype=torch.float64), "half": torch.rand(9, dtype=torch.float16), "normal": torch.randn(5, 13), "double": torch.randn(11, dtype=torch.float64),
        "whole": torch.randint(-3, 9, (4, 7)), "narrow": torch.randint(200, (13,), dtype=torch.uint8), "order": torch.randperm(17), "like": torch.rand_like(x) + x, "normal_like": torch.randn_like(x),
        "whole_like": torch.randint_like(x, 5), "normals": torch.normal(x, x.abs()), "of_mean": torch.normal(2.0, x.abs()), "complex": torch.view_as_real(torch.randn(5, dtype=torch.complex64))}


def distributions(x):
    weights = x.abs() + 0.1
    return {
        "bernoulli": torch.bernoulli(x.sigmoid()), "chance": torch.empty(5, 9).bernoulli_(0.3), "multinomial": torch.multinomial(weights, 4), "again": torch.multinomial(weights, 11, replacement=True),
        "poisson": torch.poisson(weights * 20), "exponential": torch.empty(31).exponential_(2.0), "cauchy": torch.empty(31).cauchy_(), "log_normal": torch.empty(31).log_normal_(),
        "geometric": torch.empty(31).geometric_(0.3), "uniform": torch.empty(31).uniform_(-3, 5), "normal": torch.empty(31).normal_(1, 2), "gamma": torch._standard_gamma(weights)}


class Training(nn.Module):
    """Layers as in training: what they drop differs from run to run."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.attention = nn.Linear(6, 9), nn.Linear(9, 6), nn.MultiheadAttention(6, 2, dropout=0.1, batch_first=True)

    def forward(self, x):
        wide = F.dropout(self.first(x).relu(), 0.25, training=True)
        mixed = F.rrelu(self.second(wide), training=True)
        queries = mixed.reshape(1, -1, 6)
        attended = F.scaled_dot_product_attention(queries, queries, queries, dropout_p=0.2)
        return F.alpha_dropout(mixed, 0.5, training=True), F.dropout1d(wide[None], 0.5, training=True), attended, F.gumbel_softmax(mixed, hard=True), F.feature_alpha_dropout(wide[None], 0.3, training=True)


class Noisy(nn.Module):
    """Noise that is kept between runs, and a variational autoencoder's reparametrisation."""

    def __init__(self):
        super().__init__()
        self.register_buffer("noise", torch.zeros(5))
        self.encoder, self.decoder = nn.Linear(5, 6), nn.Linear(3, 5)

    def forward(self, x):
        before = self.noise.clone()
        self.noise.normal_()
        mean, deviation = self.encoder(x).chunk(2, -1)
        return self.decoder(mean + torch.randn_like(mean) * deviation.exp()), before


class Sampler(nn.Module):
    """A decoder that draws each token from what it finds likely, until the last one."""

    def __init__(self):
        super().__init__()
        self.embedding, self.cell, self.head = nn.Embedding(9, 6), nn.GRUCell(6, 6), nn.Linear(6, 9)

    def forward(self, state):
        def turn(i, token, state, tokens):
            following = self.cell(self.embedding(token), state)
            drawn = torch.multinomial(self.head(following).softmax(-1), 1).squeeze(1)
            return i + 1, drawn, following, tokens.index_copy(1, i[None], drawn[:, None])

        rows = state.shape[0]
        return torch.while_loop(lambda i, token, state, tokens: (i < 8) & (token > 0).any(), turn,
            (torch.tensor(0), torch.ones(rows, dtype=torch.int64), state, torch.zeros(rows, 8, dtype=torch.int64)))


def walk(start, steps):
    """Random numbers in a scan, in a branch in it, and after it."""
    def turn(at, step):
        following = at + torch.cond(step.sum() > 0, lambda at, step: torch.randn_like(at) * step, lambda at, step: torch.rand_like(at) - 0.5, (at, step))
        return following, following * 2

    end, places = scan(turn, start, steps)
    return end, places, torch.rand_like(end)


def found(x):
    """As many numbers as the data tell."""
    rows = x[x[:, 0] > 0]
    return rows + torch.randn_like(rows), torch.rand(rows.shape[0]), F.dropout(rows, 0.5, training=True)


case("random-kinds", kinds, rand(4, 6), random=True)
case("random-distributions", distributions, rand(4, 13), random=True)
case("random-dynamic", lambda x: (torch.rand_like(x), torch.randn(x.shape[1], x.shape[0]), torch.randperm(x.shape[0]), F.dropout(x, 0.3, training=True), torch.randint(x.shape[0], (x.shape[1],))),
     rand(5, 7), dynamic=({0: auto, 1: auto},), random=True)
case("random-training-dynamic", Training(), rand(4, 6), dynamic=({0: auto},), random=True)
case("random-state", Noisy(), rand(2, 5), random=True)
case("random-sampler", Sampler(), rand(3, 6), random=True)
case("random-walk", walk, rand(5), rand(6, 5), random=True)
case("random-found", found, rand(9, 4), random=True)
