"""Methods beside `forward`, over the same weights and the same state."""

from typing import List, Optional, Tuple

import torch
from programs.declared import before, program, rand
from torch import Tensor, nn


@program(
    rand(3, 5), rand(3, 5), before("reset_memory", call=rand(3, 5)), before("get_classes", call=rand(3, 5)), before("forward_window", rand(2, 3, 5), call=rand(3, 5)),
    before("seek", rand(3, 7), torch.tensor(2), call=rand(3, 5)), rand(3, 5), before("reset_memory", call=rand(3, 5)))
class Methods(nn.Module):
    """Recurrent, with weights that two methods use, one of them alone, and both write to the state."""

    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(5, 7)
        self.head = nn.Linear(7, 4)
        self.register_buffer("h", torch.zeros(3, 7))
        self.register_buffer("classes", torch.tensor([3, 1, 4, 1]))
        self.n = 0

    def forward(self, x: Tensor):
        self.h = self.cell(x, self.h)
        self.n += 1
        return self.head(self.h), self.n

    @torch.jit.export
    def reset_memory(self) -> None:
        self.h.zero_()
        self.n = 0

    @torch.jit.export
    def get_classes(self) -> Tensor:
        return self.classes + self.n

    @torch.jit.export
    def forward_window(self, window: Tensor) -> Tuple[Tensor, Tensor]:
        outs: List[Tensor] = []
        for x in window.unbind(0):
            self.h = self.cell(x, self.h)
            outs.append(torch.softmax(self.head(self.h), -1))
        return torch.stack(outs), self.h

    @torch.jit.export
    def seek(self, h: Tensor, at: Tensor) -> None:
        self.h = h
        self.n = int(at)


@program(rand(3, 5), rand(3, 5), before("reset", call=rand(3, 5)), rand(3, 5), before("peek", rand(3, 5), call=rand(3, 5)), before("reset", call=rand(3, 5)), before("reset", call=rand(3, 5)))
class MethodsLate(nn.Module):
    """State that is None, or empty, until a run is through, and again after a reset."""

    last: Optional[Tensor]

    def __init__(self):
        super().__init__()
        self.last = None
        self.sum = torch.zeros(0)
        self.scale = nn.Parameter(rand(5))

    def forward(self, x: Tensor):
        last = self.last
        if last is None:
            last = torch.zeros_like(x)
        if len(self.sum) == 0:
            self.sum = torch.ones(3, 5)
        self.sum = self.sum + x * self.scale
        self.last = x
        return x - last, self.sum

    @torch.jit.export
    def reset(self) -> None:
        self.last = None
        self.sum = torch.zeros(0)

    @torch.jit.export
    def peek(self, x: Tensor) -> Tensor:
        return x * self.scale
