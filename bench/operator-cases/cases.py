"""
Single operators: `cases.py make FOLDER` exports each as NUMBER.pt2, `cases.py time SECONDS NAME…` prints milliseconds by name, the best of many runs on one
thread.
"""

import json
import pathlib
import sys
import time

import torch
from torch import fft, nn
from torch.export import Dim

torch.set_num_threads(1)
torch.manual_seed(0)
window = torch.hann_window(400)
CASES = {}


def case(name, function, *args, compiled=None, dynamic=False):
    """
    `compiled` is the function to export, where that is another: one with real inputs and outputs. `dynamic`: all sizes are known only when it runs. Integers
    are indices, from 0 to the largest given.
    """
    CASES[name] = (function, compiled or function, args, dynamic)


def parts(z):
    return z.real, z.imag


for n in (400, 480, 1000, 1024, 2048, 10007, 65536):
    rows = max(1, 65536 // n)
    x, y = torch.randn(rows, n), torch.randn(rows, n)
    case(f"rfft {rows} x {n}", fft.rfft, x, compiled=lambda x: parts(fft.rfft(x)))
    case(f"fft {rows} x {n}", fft.fft, torch.complex(x, y), compiled=lambda z: parts(fft.fft(z)))
    half = torch.complex(x, y)[:, :n // 2 + 1].contiguous()
    case(f"irfft {rows} x {n}", lambda z, n=n: fft.irfft(z, n=n), half)
for n in (400, 480, 1000, 1024, 2048, 10007, 65536):
    for rows in (1, 64):
        x, y = torch.randn(rows, n), torch.randn(rows, n)
        any_length = {"dynamic": True}
        case(f"rfft {rows} x {n}, any length", fft.rfft, x, compiled=lambda x: parts(fft.rfft(x)), **any_length)
        case(f"fft {rows} x {n}, any length", fft.fft, torch.complex(x, y), compiled=lambda z: parts(fft.fft(z)), **any_length)
        half = torch.complex(x, y)[:, :n // 2 + 1].contiguous()
        case(f"irfft {rows} x {n // 2 * 2}, any length", fft.irfft, half, **any_length)
case("rfft 64 x 1024, float64", fft.rfft, torch.randn(64, 1024, dtype=torch.float64), compiled=lambda x: parts(fft.rfft(x)))
case("fft2 256 x 256", fft.fft2, torch.randn(256, 256), compiled=lambda x: parts(fft.fft2(x)))
case("stft of 30 s, 400 / 160", lambda x: torch.stft(x, 400, 160, window=window, return_complex=True), torch.randn(480000),
    compiled=lambda x: parts(torch.stft(x, 400, 160, window=window, return_complex=True)))
case("istft of 30 s, 400 / 160", lambda z: torch.istft(z, 400, 160, window=window), torch.randn(201, 3001, dtype=torch.complex64))
positive, exponents = torch.rand(1 << 20) + 0.01, torch.randn(1 << 20)
case("a million to the 2.2", lambda x: x ** 2.2, positive)
case("a million to others", lambda x, y: x ** y, positive, exponents)
case("2.5 to a million", lambda y: 2.5 ** y, exponents)
case("float64 product, 256^3", torch.matmul, torch.randn(256, 256, dtype=torch.float64), torch.randn(256, 256, dtype=torch.float64))
case("float64 convolution, 32 x 40 x 40", lambda x, w: nn.functional.conv2d(x, w, padding=1),
    torch.randn(1, 32, 40, 40, dtype=torch.float64), torch.randn(32, 32, 3, 3, dtype=torch.float64))
case("topk, 300 of 25,200", lambda x: tuple(torch.topk(x, 300, dim=1)), torch.randn(1, 25200))
case("cdist 1000 x 4000 x 64, topk 8", lambda a, b: tuple(torch.topk(torch.cdist(a, b), 8, largest=False)), torch.randn(1, 1000, 64), torch.randn(1, 4000, 64))
case("grid_sample, 16 of 24 x 48 x 48", lambda x, g: nn.functional.grid_sample(x, g, align_corners=False),
    torch.randn(1, 16, 24, 48, 48), torch.rand(1, 24, 48, 48, 3) * 2 - 1)
case("grid_sample, 32 of 128 x 128", lambda x, g: nn.functional.grid_sample(x, g, align_corners=False),
    torch.randn(1, 32, 64, 64), torch.rand(1, 128, 128, 2) * 2 - 1)
case("1280 x 720 to 224 x 224, antialiased", lambda x: nn.functional.interpolate(x, (224, 224), mode="bilinear", antialias=True), torch.randn(1, 3, 720, 1280))

case("bicubic, 3 of 64 x 64 to 256 x 256", lambda x: nn.functional.interpolate(x, (256, 256), mode="bicubic"), torch.randn(1, 3, 64, 64))
case("einsum bhqd,bhkd->bhqk, 8 of 128 x 64", lambda a, b: torch.einsum("bhqd,bhkd->bhqk", a, b), torch.randn(1, 8, 128, 64), torch.randn(1, 8, 128, 64))
case("einsum bijc,ijcd->bd, 8 x 16 x 16 x 64 to 64", lambda a, b: torch.einsum("bijc,ijcd->bd", a, b), torch.randn(8, 16, 16, 64), torch.randn(16, 16, 64, 64))
case("einsum bqhd,hdo->bqo, 128 x 8 x 64 to 512", lambda a, b: torch.einsum("bqhd,hdo->bqo", a, b), torch.randn(1, 128, 8, 64), torch.randn(8, 64, 512))
case("unfold 3 x 3, 64 of 56 x 56", lambda x: nn.functional.unfold(x, 3), torch.randn(1, 64, 56, 56))
case("cumsum of 64 x 10,000", lambda x: x.cumsum(1), torch.randn(64, 10000))
case("cumsum of 1 x 1,000,000", lambda x: x.cumsum(1), torch.randn(1, 1000000))
case("cumsum of 1000 x 1000, along the first", lambda x: x.cumsum(0), torch.randn(1000, 1000))
case("conv_transpose2d, 64 of 56 x 56 to 32, 4 x 4, stride 2", lambda x, w: nn.functional.conv_transpose2d(x, w, stride=2, padding=1),
    torch.randn(1, 64, 56, 56), torch.randn(64, 32, 4, 4))
places = torch.randint(5000, (20000,))
places[0] = 4999
case("index_add, 20,000 rows of 64 into 5,000", lambda x, i, y: x.index_add(0, i, y), torch.randn(5000, 64), places, torch.randn(20000, 64))
case("scatter_add along rows, 20,000 x 64 into 5,000", lambda x, i, y: x.scatter_add(0, i, y),
    torch.randn(5000, 64), places[:, None].expand(-1, 64), torch.randn(20000, 64))
case("scatter_add of 1,000,000 into 5,000", lambda x, i, y: x.scatter_add(0, i, y), torch.randn(5000), torch.randint(5000, (1000000,)), torch.randn(1000000))
for dtype, short in ((torch.bfloat16, "bf16"), (torch.float16, "fp16")):
    case(f"linear, {short}, 512 x 1024 by 1024 x 1024", nn.functional.linear, torch.randn(512, 1024, dtype=dtype), torch.randn(1024, 1024, dtype=dtype))
case("matmul, 512^3", torch.matmul, torch.randn(512, 512), torch.randn(512, 512))
case("softmax of 512 x 1000", lambda x: x.softmax(1), torch.randn(512, 1000))
case("layer_norm of 512 x 768", lambda x: nn.functional.layer_norm(x, (768,)), torch.randn(512, 768))
case("topk, 10 of 64 x 5000", lambda x: tuple(torch.topk(x, 10)), torch.randn(64, 5000))
case("sort of 64 x 5000", lambda x: tuple(torch.sort(x)), torch.randn(64, 5000))
case("avg_pool2d 3 x 3, 64 of 112 x 112", lambda x: nn.functional.avg_pool2d(x, 3, 2, 1), torch.randn(1, 64, 112, 112))
case("max_pool2d 3 x 3, 64 of 112 x 112", lambda x: nn.functional.max_pool2d(x, 3, 2, 1), torch.randn(1, 64, 112, 112))


class Module(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        # A complex input comes as two real ones.
        return self.function(*args)


def real(function, args):
    """The function over real tensors only."""
    def called(*given):
        given = list(given)
        return function(*[torch.complex(given.pop(0), given.pop(0)) if arg.is_complex() else given.pop(0) for arg in args])
    return called, [part for arg in args for part in (parts(arg) if arg.is_complex() else (arg,))]


def make(folder):
    cases = []
    for number, (name, (_, compiled, args, dynamic)) in enumerate(CASES.items()):
        function, inputs = real(compiled, args)
        # An example of one row would be taken for a size that is known.
        examples = tuple(part.expand(2, -1).contiguous() if dynamic and len(part) == 1 else part.contiguous() for part in inputs)
        sizes = {0: Dim("rows", min=1, max=1 << 20), 1: Dim("length", min=2, max=1 << 20)}
        program = torch.export.export(Module(function), examples, dynamic_shapes=((sizes,) * len(examples),) if dynamic else None, strict=False)
        torch.export.save(program, pathlib.Path(folder) / f"{number}.pt2")
        largest = [int(part.max()) if part.dtype == torch.int64 else None for part in inputs]
        cases.append({"name": name, "shapes": [list(part.shape) for part in inputs], "largest": largest})
    print(json.dumps(cases))


def measure(seconds, wanted):
    best = dict.fromkeys(wanted, float("inf"))
    end = time.perf_counter() + seconds
    with torch.inference_mode():
        while time.perf_counter() < end:
            for name in wanted:
                function, _, args, _ = CASES[name]
                begun = time.perf_counter()
                function(*args)
                best[name] = min(best[name], (time.perf_counter() - begun) * 1000)
    print(json.dumps({"version": torch.__version__.split("+")[0], "times": best}))


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    measure(float(sys.argv[2]), sys.argv[3:])
