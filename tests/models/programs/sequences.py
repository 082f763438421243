"""Packed sequences, decoders, and attention whose mask the run looks at."""

from typing import List, Optional, Tuple

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program((rand(2, 5, 3), torch.tensor([5, 3])), (rand(2, 5, 3), torch.tensor([5, 2])))
class PackedLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 4, batch_first=True)
        self.fc = nn.Linear(4, 2)
    def forward(self, x: Tensor, lens: Tensor):
        p = nn.utils.rnn.pack_padded_sequence(x, lens, batch_first=True)
        o, (h, c) = self.lstm(p)
        y, n = nn.utils.rnn.pad_packed_sequence(o, batch_first=True)
        return self.fc(y), h[-1]


@program((rand(2, 5, 3), torch.tensor([3, 5])), (rand(2, 5, 3), torch.tensor([5, 2])))
class PackedUnsorted(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3, 4, batch_first=True, num_layers=2)
    def forward(self, x: Tensor, lens: Tensor):
        p = nn.utils.rnn.pack_padded_sequence(x, lens, batch_first=True, enforce_sorted=False)
        o, h = self.gru(p)
        y, n = nn.utils.rnn.pad_packed_sequence(o, batch_first=True, total_length=5)
        return y, h, n


@program((rand(2, 6, 16), torch.tensor([[False]*6, [False]*4 + [True]*2])), traced=True)
class TracedEncoderMask(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2, enable_nested_tensor=False)
    def forward(self, x, m):
        c = torch.triu(torch.ones(6, 6), diagonal=1) > 0
        return self.enc(x, mask=c, src_key_padding_mask=m), self.enc(x, mask=c), self.enc(x, src_key_padding_mask=m)


@program((rand(2, 5, 16), rand(2, 6, 16)),)
class ScriptedDecoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.d = nn.TransformerDecoder(nn.TransformerDecoderLayer(16, 2, 32, batch_first=True), 2)
    def forward(self, s: Tensor, t: Tensor):
        m = torch.full((6, 6), float("-inf")).triu(1)
        return self.d(t, s, tgt_mask=m)


@program((rand(1, 5, 4),), (rand(1, 5, 4),))
class Rnnt(nn.Module):
    """greedy transducer"""
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(6, 4)
        self.lstm = nn.LSTM(4, 4)
        self.joint = nn.Linear(8, 6)
    def forward(self, x: Tensor):
        hyp: List[int] = []
        state: Optional[Tuple[Tensor, Tensor]] = None
        last = 0
        g, state = self.lstm(self.emb(torch.tensor([[last]])), state)
        for t in range(x.size(1)):
            f = x[:, t]
            n = 0
            more = True
            while more and n < 3:
                k = int(self.joint(torch.cat([f, g[0]], 1)).argmax())
                if k == 0:
                    more = False
                else:
                    hyp.append(k)
                    last = k
                    g, state = self.lstm(self.emb(torch.tensor([[last]])), state)
                    n += 1
        return torch.tensor(hyp), torch.tensor(len(hyp)), g


@program(*both(2, 3))
class Formats(nn.Module):
    def forward(self, x: Tensor):
        s = "x is {} and {}".format(x.size(0), x.dtype)
        t = f"{x.size(1)}:{s}"
        u = "%d %s" % (3, "abc")
        n = len(t) + len(u) + len(t.split(" ")) + (1 if t.endswith("6") else 0)
        w = "  hi ".strip() + "a,b".split(",")[1] + "ab".upper() + "Q".lower() + "aXb".replace("X", "--")
        if w.isdigit():
            n += 1
        n += w.find("b") + w.count("-") + w.rfind("b")
        if w.startswith("hi"):
            n += 100
        return x + n, torch.tensor(n)
