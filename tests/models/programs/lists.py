"""Lists of which only the run knows how long they are, and what packages do with such: picks, decoded symbols, durations."""

from typing import Dict, List, NamedTuple, Optional, Tuple

import torch
from programs.declared import both, program, rand
from torch import Tensor, nn


@program(*both(4, 12))
class PickPhases(nn.Module):
    """As PhaseNet's and EQTransformer's annotations are searched: maxima above a threshold."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 2, 5, padding=2)
        self.threshold = 0.1

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        scores = torch.sigmoid(self.conv(x.unsqueeze(0)))[0]
        places: List[int] = []
        peaks: List[Tensor] = []
        phases: List[int] = []
        for phase in range(scores.size(0)):
            for i in range(1, scores.size(1) - 1):
                if bool(scores[phase, i] > self.threshold) and bool(scores[phase, i] > scores[phase, i - 1]) and bool(scores[phase, i] >= scores[phase, i + 1]):
                    places.append(i)
                    peaks.append(scores[phase, i])
                    phases.append(phase)
        if len(places) == 0:
            return torch.zeros([0], dtype=torch.long).sum(), torch.zeros([1]).sum(), torch.tensor(-1)
        return torch.tensor(places).sum(), torch.stack(peaks).sum(), torch.tensor(len(phases))


@program(rand(9, 5), rand(9, 5), rand(9, 5))
class GreedyDecoder(nn.Module):
    """CTC: repeated symbols and blanks are left out."""

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        best = x.argmax(1)
        symbols: List[int] = []
        last = -1
        for t in range(best.size(0)):
            symbol = int(best[t])
            if symbol != last and symbol != 0:
                symbols.append(symbol)
            last = symbol
        total = 0
        for symbol in symbols:
            total = total * 5 + symbol
        return torch.tensor(len(symbols)), torch.tensor(total)


@program((rand(6, 3), torch.tensor([1, 0, 3, 2, 1, 2])), (rand(6, 3), torch.tensor([2, 2, 0, 0, 1, 4])))
class Durations(nn.Module):
    """Text to speech: each frame as often as its duration says."""

    def forward(self, x: Tensor, durations: Tensor):
        whole = torch.repeat_interleave(x, durations, dim=0)
        return whole.sum(0), torch.tensor(whole.size(0)), whole.cumsum(0)[-1]


class Found(NamedTuple):
    score: Tensor
    label: int


@program(*both(5, 4))
class NamedResults(nn.Module):
    def best(self, x: Tensor) -> Found:
        best = Found(x[0].sum(), 0)
        for i in range(x.size(0)):
            score = x[i].sum()
            if bool(score > best.score):
                best = Found(score, i)
        return best

    def forward(self, x: Tensor) -> Dict[str, Tensor]:
        found = self.best(x)
        return {"score": found.score, "label": torch.tensor(found.label)}


@program(*both(3, 4))
class AppendTensors(nn.Module):
    def forward(self, x: Tensor):
        rows: List[Tensor] = [x[0] * 1]
        for i in range(1, 3):
            if bool(x[i].sum() > 0):
                rows.append(x[i] * 2)
                rows[0] = rows[0] + 1
        rows[-1].mul_(0.5)
        total = torch.zeros(4)
        for row in rows:
            total += row
        return torch.stack(rows).sum(0), total, torch.tensor(len(rows))


@program((rand(7, 3), torch.tensor(5)), (rand(7, 3), torch.tensor(0)), (rand(7, 3), torch.tensor(7)))
class AppendInLoop(nn.Module):
    def forward(self, x: Tensor, n: Tensor):
        kept: List[int] = [7]
        rows: List[Tensor] = []
        for i in range(int(n)):
            if bool(x[i, 0] > 0):
                kept.append(i)
            rows.append(x[i] * i)
        total = 0
        for k in kept:
            total = total * 3 + k
        return torch.tensor(kept).sum(), torch.tensor(len(kept)), torch.tensor(total), torch.tensor(len(rows)), torch.tensor(3 in kept)


@program(*both(4, 6))
class BeamSearch(nn.Module):
    def forward(self, x: Tensor):
        scores = torch.log_softmax(x, dim=1)
        beams: List[Tuple[List[int], Tensor]] = [([0], torch.zeros([]))]
        for t in range(x.size(0)):
            values, places = scores[t].topk(2)
            grown: List[Tuple[List[int], Tensor]] = []
            for prefix, score in beams:
                for j in range(2):
                    grown.append((prefix + [int(places[j])], score + values[j]))
            best = torch.stack([entry[1] for entry in grown]).topk(2)[1]
            first, second = int(best[0]), int(best[1])
            beams = [grown[0], grown[1]]
            for i in range(len(grown)):
                if i == first:
                    beams[0] = grown[i]
                if i == second:
                    beams[1] = grown[i]
        return torch.tensor(beams[0][0]), beams[0][1], torch.tensor(beams[1][0]), beams[1][1]


@program((rand(5, 3), rand(4, 3)), (rand(5, 3) * 0.2, rand(4, 3) * 0.2))
class Docking(nn.Module):
    """Scores pairs that are near, one by one."""

    def forward(self, a: Tensor, b: Tensor):
        energy = torch.zeros([])
        contacts: List[Tuple[int, int]] = []
        for i in range(a.size(0)):
            for j in range(b.size(0)):
                distance = (a[i] - b[j]).norm()
                if bool(distance < 2.5):
                    energy = energy + 1 / (distance + 0.1) - 0.5
                    if bool(distance < 1.0):
                        contacts.append((i, j))
        return energy, torch.tensor(len(contacts))


@program(*both(3, 4))
class MixedLengths(nn.Module):
    def forward(self, x: Tensor):
        if bool(x.sum() > 0):
            parts = [x, x * 2, x * 3]
            names = ["a", "b", "c"]
        else:
            parts = [x - 1]
            names = ["d"]
        total = torch.zeros(3, 4)
        for i, part in enumerate(parts):
            total = total + part * (i + 1)
        return torch.cat(parts).sum(0), total, torch.tensor(len(parts)), torch.tensor(len("".join(names)))


@program(*both(3, 4))
class EarlyList(nn.Module):
    def parts(self, x: Tensor) -> List[Tensor]:
        if bool(x[0, 0] > 0):
            return [x, x + 1]
        found: List[Tensor] = []
        for i in range(3):
            if bool(x[i].max() > 0.5):
                found.append(x * i)
        return found

    def forward(self, x: Tensor):
        parts = self.parts(x)
        total = torch.zeros(3, 4)
        for part in parts:
            total += part
        return total, torch.tensor(len(parts))


@program(*both(2, 4), rand(2, 4))
class OptionalBox(nn.Module):
    """An object or None, by the data."""

    def forward(self, x: Tensor):
        box: Optional[Found] = None
        for i in range(2):
            if bool(x[i].sum() > 0):
                box = Found(x[i] * 2, i)
        if box is None:
            return x[0], torch.tensor(-1)
        return box.score, torch.tensor(box.label)
