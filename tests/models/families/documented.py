"""The model that docs/architecture.md follows through the compiler."""

from torch import nn

from case import case, rand


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        return self.fc(x).relu()


case("tiny", Tiny(), rand(2, 8))
