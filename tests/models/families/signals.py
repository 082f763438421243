"""Fourier transforms and what speech models make of them."""

import torch
import torch.nn.functional as F
from torch import nn

from case import case, rand

x = rand(2, 3, 12)
case("fft", lambda x: {
    "abs": torch.fft.fft(x).abs(), "real": torch.view_as_real(torch.fft.rfft(x)),
    "length": torch.view_as_real(torch.fft.rfft(x, n=10)), "inverse": torch.fft.irfft(torch.fft.rfft(x), n=12),
    "angle": torch.fft.rfft(x[..., 1:]).angle(), "odd": torch.fft.fft(x[..., :7]).imag,
    "ortho": torch.fft.rfft(x, norm="ortho").real, "two": torch.fft.rfft2(x).abs(), "frequencies": torch.fft.rfftfreq(12)}, x)
case("fft-long", lambda x: torch.view_as_real(torch.fft.rfft(x)), rand(2, 400))
case("stft", lambda x: {
    "complex": torch.view_as_real(torch.stft(x, 16, 5, 16, torch.hann_window(16), return_complex=True)),
    "power": torch.stft(x, 16, 8, return_complex=True, center=False).abs() ** 2}, rand(2, 61))
case("istft", lambda x: torch.istft(torch.stft(x, 16, 4, 16, torch.hann_window(16), return_complex=True), 16, 4, 16,
    torch.hann_window(16), length=60), rand(2, 60))


class LogMel(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("filters", rand(5, 9, low=0, high=1))
        self.register_buffer("window", torch.hann_window(16))

    def forward(self, samples):
        power = torch.stft(samples, 16, 8, window=self.window, return_complex=True)[..., :-1].abs() ** 2
        log = torch.clamp(self.filters @ power, min=1e-10).log10()
        return (torch.maximum(log, log.amax((-2, -1), keepdim=True) - 8.0) + 4.0) / 4.0


case("log-mel", LogMel(), rand(1, 120))
case("complex-arithmetic", lambda x, y: {
    name: torch.view_as_real(value) for name, value in {
        "mul": torch.complex(x, y) * torch.complex(y, x), "div": torch.complex(x, y) / torch.complex(y + 3, x),
        "exp": torch.exp(torch.complex(x, y)), "conj": torch.complex(x, y).conj() + 0,
        "scalar": torch.complex(x, y) * 2 + 1j, "matmul": torch.complex(x, y) @ torch.complex(y, x).T,
        "sum": torch.complex(x, y).sum(1), "polar": torch.polar(y.abs(), x)}.items()}, rand(3, 5), rand(3, 5))
case("complex-input", lambda z: {"abs": z.abs(), "product": z * z.conj(), "real": z.real + 1},
    torch.complex(rand(3, 5), rand(3, 5)))
