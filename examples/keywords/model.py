"""The network: it hears a frame of 40 ms at a time, and keeps in buffers what it needs of those before."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from words import WORDS

RATE, FRAME, WINDOW, HOP, MELS, WIDTH = 16000, 640, 400, 160, 40, 96
REACHES = [2, 4, 8, 16]  # how many frames back each layer sees: 1.2 s in all
KEPT = WINDOW - HOP  # samples before a frame that its first window sees
SMOOTH = 4  # frames whose mean decides
SURE, OVER = 0.6, 0.3  # from where a word is heard, and below what it is over


def mel_bank():
    """Triangles at equal distances in mels, as torchaudio's melscale_fbanks: [mels, bins]."""
    mel = lambda hertz: 2595 * math.log10(1 + hertz / 700)
    corners = 700 * (10 ** (torch.linspace(mel(60), mel(7600), MELS + 2) / 2595) - 1)
    bins = torch.linspace(0, RATE / 2, WINDOW // 2 + 1)
    rising = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    return torch.minimum(rising, falling).clamp(min=0)


class Layer(nn.Module):
    """A causal convolution: each frame sees itself and two of those before."""

    def __init__(self, reach):
        super().__init__()
        self.convolution = nn.Conv1d(WIDTH, WIDTH, 3, dilation=reach // 2, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x, past):
        """What comes out, and what the next frames have to be given as the past."""
        seen = torch.cat((past, x), 2)
        return x + self.dropout(F.relu(self.norm(self.convolution(seen)))), seen[:, :, -past.shape[2] :]


class Hearing(nn.Module):
    """Samples that begin KEPT before the first frame in, for each frame the logits of no word and of each word out. What its layers saw before is the state."""

    def __init__(self):
        super().__init__()
        self.register_buffer("window", torch.hann_window(WINDOW))
        self.register_buffer("bank", mel_bank())
        self.inner = nn.Sequential(nn.BatchNorm1d(FRAME // HOP * MELS), nn.Conv1d(FRAME // HOP * MELS, WIDTH, 1), nn.ReLU())
        self.layers = nn.ModuleList(map(Layer, REACHES))
        self.outer = nn.Conv1d(WIDTH, len(WORDS) + 1, 1)

    def features(self, samples):
        """Logarithms of the spectrum's energies, [batch, features, frames]."""
        spectrum = torch.stft(samples, WINDOW, HOP, window=self.window, center=False, return_complex=True)
        mels = self.bank @ (spectrum.real**2 + spectrum.imag**2)
        return (mels + 1e-6).log().transpose(1, 2).reshape(samples.shape[0], -1, FRAME // HOP * MELS).transpose(1, 2)

    def decide(self, features, state):
        x, states = self.inner(features), []
        for layer, past in zip(self.layers, state.split(REACHES, 2)):
            x, kept = layer(x, past)
            states.append(kept)
        return self.outer(x).transpose(1, 2), torch.cat(states, 2)


class Listener(nn.Module):
    """A frame [1, 640] of sound at 16 kHz in; how likely each word is just now, and which one has just been heard (0: none), out."""

    def __init__(self, hearing):
        super().__init__()
        self.hearing = hearing
        self.register_buffer("past", torch.zeros(1, KEPT))
        self.register_buffer("state", torch.zeros(1, WIDTH, sum(REACHES)))
        self.register_buffer("recent", torch.zeros(SMOOTH, len(WORDS) + 1))
        self.register_buffer("awaiting", torch.ones((), dtype=torch.bool))

    def forward(self, samples):
        sound = torch.cat((self.past, samples), 1)
        logits, state = self.hearing.decide(self.hearing.features(sound), self.state)
        recent = torch.cat((self.recent[1:], logits[0].softmax(-1)))
        probabilities = recent.mean(0)
        most, word = probabilities[1:].max(0)
        # Once for each word: it has to be over before the next one.
        heard = torch.where(self.awaiting & (most > SURE), word + 1, 0)
        awaiting = torch.where(heard > 0, False, self.awaiting | (most < OVER))
        self.past.copy_(sound[:, -KEPT:])
        self.state.copy_(state)
        self.recent.copy_(recent)
        self.awaiting.copy_(awaiting)
        return {"probabilities": probabilities, "heard": heard}
