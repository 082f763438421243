"""Fourier transforms of all sorts of lengths: primes, products of small ones, powers; every function, norm, dim and dtype."""

import torch
from torch import fft
from torch.export import Dim

from case import case, rand

LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 16, 17, 20, 22, 31, 32, 36, 49, 62, 64, 80, 97, 100, 128]


def parts(z):
    return torch.view_as_real(z.resolve_conj())


def lengths(x, y):
    z = torch.complex(x, y)
    result = {}
    for n in LENGTHS:
        result |= {f"{n}": parts(fft.fft(z, n)), f"half {n}": parts(fft.rfft(x, n)), f"real {n}": fft.irfft(z, n)}
    return result


def functions(x, y):
    z = torch.complex(x, y)
    result = {"two": parts(fft.fft2(z)), "many": parts(fft.rfftn(x)), "many back": fft.irfftn(z), "two back": parts(fft.ifft2(x, dim=(0, 2))),
        "sizes": parts(fft.rfft2(x, s=(9, 18))), "sizes back": fft.irfft2(z, s=(7, 21))}
    for norm in ("backward", "ortho", "forward"):
        result |= {f"{f.__name__} {norm}": parts(f(z, dim=dim, norm=norm)) for f, dim in ((fft.fft, 0), (fft.ifft, 1))}
        result |= {f"{f.__name__} {norm}": parts(f(x, dim=dim, norm=norm)) for f, dim in ((fft.fft, 1), (fft.ifft, 2), (fft.rfft, 1), (fft.ihfft, 2))}
        result |= {f"{f.__name__} {norm}": f(z, dim=dim, norm=norm) for f, dim in ((fft.irfft, 1), (fft.hfft, 2))}
    return result


case("fourier-lengths", lengths, rand(3, 40), rand(3, 40))
case("fourier-functions", functions, rand(5, 6, 16), rand(5, 6, 16))
case("fourier-float64", functions, rand(2, 9, 20, dtype=torch.float64), rand(2, 9, 20, dtype=torch.float64))
case("fourier-prime", lambda x: {"half": fft.rfft(x).abs(), "round": fft.irfft(fft.rfft(x), n=1009)}, rand(2, 1009))
batch = Dim("batch", min=1, max=64)
case("fourier-dynamic", lambda x: {
    "half": parts(fft.rfft(x)), "round": fft.irfft(fft.rfft(x), n=64), "short": parts(fft.fft(x[..., :10])), "prime": parts(fft.rfft(x[..., :37])),
    "across": parts(fft.rfft(x[..., :3], n=32, dim=1))}, rand(2, 5, 64), dynamic=({0: batch},), tests=[(rand(1, 5, 64),), (rand(7, 5, 64),)])
for name, n_fft, hop, options in (("speech", 400, 160, {}), ("odd", 25, 10, {}), ("both-sides", 24, 7, {"onesided": False, "normalized": True})):
    window = torch.hann_window(n_fft)
    case(f"stft-{name}", lambda x, n=n_fft, h=hop, w=window, o=options: parts(torch.stft(x, n, h, window=w, return_complex=True, **o)), rand(2, 5 * n_fft + 3))
window = torch.hann_window(400)
case("istft-speech", lambda x, y: torch.istft(torch.complex(x, y), 400, 160, window=window), rand(201, 9), rand(201, 9))

# Lengths that only a run tells: for each of these sizes the same archive.
RUN_LENGTHS = [1, 2, 3, 4, 9, 13, 16, 17, 20, 34, 49, 64, 97, 100, 143, 154, 400]
length = Dim("length", min=1, max=100000)


def at_run(x):
    z = fft.rfft(x)
    w = fft.fft(x)
    result = {"half": parts(z), "whole": parts(w), "back": parts(fft.ifft(w)), "round": fft.irfft(z, n=x.shape[-1]), "conjugate": parts(fft.ihfft(x)),
        "twice": parts(fft.rfft(x, n=2 * x.shape[-1]))}
    for norm in ("ortho", "forward"):
        result |= {f"half {norm}": parts(fft.rfft(x, norm=norm)), f"round {norm}": fft.irfft(z, n=x.shape[-1], norm=norm), f"whole {norm}": parts(fft.fft(x, norm=norm))}
    return result


case("fourier-run", at_run, rand(3, 40), dynamic=({1: length},), tests=[(rand(3, n),) for n in RUN_LENGTHS])
case("fourier-run-float64", at_run, rand(2, 40, dtype=torch.float64), dynamic=({1: length},), tests=[(rand(2, n, dtype=torch.float64),) for n in (3, 16, 33, 34, 60, 100)])


def default_at_run(x):
    z = fft.rfft(x)
    return {"back": fft.irfft(z), "of a half": fft.irfft(fft.fft(x), norm="ortho"), "hermitian": fft.hfft(z), "hermitian ortho": fft.hfft(z, norm="ortho")}


case("fourier-run-default", default_at_run, rand(3, 40), dynamic=({1: Dim("length", min=1, max=1000)},), tests=[(rand(3, n),) for n in (2, 3, 4, 9, 17, 33, 50)],
    refused=[(rand(3, 1),)])


def many_at_run(x):
    z = fft.rfftn(x)
    return {"two": parts(fft.fft2(x, norm="ortho")), "many": parts(z), "back": fft.irfftn(z, s=x.shape), "across": parts(fft.fft(x, dim=1)), "outer": parts(fft.rfft2(x, dim=(0, 1))),
        "both": parts(fft.ifft2(torch.complex(x, x), norm="backward")), "scaled": parts(fft.fft2(x, s=(2 * x.shape[1], -1), norm="forward"))}


height, width = Dim("height", min=1, max=1000), Dim("width", min=1, max=1000)
case("fourier-run-many", many_at_run, rand(2, 9, 20), dynamic=({0: Dim("count", min=1, max=9), 1: height, 2: width},),
    tests=[(rand(*sizes),) for sizes in ((2, 7, 18), (1, 16, 33), (5, 34, 2), (4, 1, 64))])
