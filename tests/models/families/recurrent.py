"""LSTM, GRU and RNN in their forms, and their cells."""

import torch
from torch import nn

from case import case, rand

x = rand(5, 2, 3)  # time, batch, features
for name, kind in (("lstm", nn.LSTM), ("gru", nn.GRU), ("rnn", nn.RNN)):
    case(name, kind(3, 7), x, core=True)
    case(f"{name}-batch-first", kind(3, 7, batch_first=True), rand(2, 5, 3))
    case(f"{name}-bidirectional", kind(3, 7, bidirectional=True), x)
    case(f"{name}-two-layers", kind(3, 7, num_layers=2, dropout=0.1), x, core=True)
    case(f"{name}-everything", kind(3, 7, num_layers=2, bidirectional=True, batch_first=True, bias=False), rand(2, 5, 3))
    case(f"{name}-no-batch", kind(3, 7), rand(5, 3))
    case(f"{name}-one-step", kind(3, 7), rand(1, 1, 3))
    state = rand(1, 2, 7)
    case(f"{name}-state", kind(3, 7), x, (state, rand(1, 2, 7)) if name == "lstm" else state)
case("rnn-relu", nn.RNN(3, 7, nonlinearity="relu"), x)
case("lstm-projection", nn.LSTM(3, 7, proj_size=4), x)
case("lstm-projection-bidirectional", nn.LSTM(3, 7, num_layers=2, proj_size=4, bidirectional=True), x)
case("lstm-wide", nn.LSTM(17, 33), rand(9, 1, 17))
case("lstm-cell", nn.LSTMCell(3, 7), rand(2, 3), (rand(2, 7), rand(2, 7)), core=True)
case("gru-cell", nn.GRUCell(3, 7), rand(2, 3), rand(2, 7), core=True)
case("rnn-cell", nn.RNNCell(3, 7), rand(2, 3), rand(2, 7))
case("rnn-cell-relu-no-bias", nn.RNNCell(3, 7, bias=False, nonlinearity="relu"), rand(2, 3), rand(2, 7))
case("lstm-cell-no-state", nn.LSTMCell(3, 7), rand(2, 3))


class Tagger(nn.Module):
    """Words to tags, as taggers and recognisers are built."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(13, 6)
        self.lstm = nn.LSTM(6, 5, bidirectional=True, batch_first=True)
        self.tags = nn.Linear(10, 4)

    def forward(self, ids):
        states, _ = self.lstm(self.words(ids))
        return self.tags(states).log_softmax(-1)


class ConvolutionalRecogniser(nn.Module):
    """Columns of a picture's features as the steps of a GRU."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.gru = nn.GRU(16, 5, bidirectional=True)
        self.out = nn.Linear(10, 7)

    def forward(self, image):
        features = self.features(image)
        columns = features.flatten(1, 2).permute(2, 0, 1)
        return self.out(self.gru(columns)[0])


case("tagger", Tagger(), torch.tensor([[1, 5, 12, 0, 3], [7, 7, 2, 9, 4]]))
case("convolutional-recogniser", ConvolutionalRecogniser(), rand(2, 1, 8, 14))
