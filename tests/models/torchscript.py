"""Writes TorchScript archives that differ in their form, and files that somebody may take for one: `python torchscript.py`.

Into torchscript/: small modules as torch.jit.save writes them, packed otherwise, for mobile devices, with every kind of attribute; and what torch.save writes.
"""

import concurrent.futures
import io
import linecache
import pathlib
import pickle
import re
import sys
import tarfile
import types
import warnings
import zipfile

import numpy
import torch
from torch import nn
from torch.utils.mobile_optimizer import optimize_for_mobile

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "torchscript"


def modules():
    """torchscript_modules.py, as if it lay in no folder: archives keep the names of files."""
    name = "torchscript_modules.py"
    text = (HERE / name).read_text()
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType(name.removesuffix(".py"))
    module.__file__ = name
    sys.modules[module.__name__] = module
    exec(compile(text, name, "exec"), module.__dict__)
    return module


def repacked(source: bytes, folder: str, compression=zipfile.ZIP_STORED, keep=lambda name: True, order=None, changes=None, inside=None) -> bytes:
    """The same archive, under another folder, packed by another program."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(result, "w", compression) as new:
        for name in sorted(old.namelist(), key=order) if order else old.namelist():
            inner = name.removeprefix(inside) if inside else name.split("/", 1)[1]
            if keep(inner):
                new.writestr(zipfile.ZipInfo(folder + inner), (changes or {}).get(inner) or old.read(name), compress_type=compression)
    return result.getvalue()


def script(module: nn.Module, **options) -> bytes:
    result = io.BytesIO()
    torch.jit.save(torch.jit.script(module.eval()), result, **options)
    return result.getvalue()


def big_endian(source: bytes) -> bytes:
    """As a machine writes it that stores numbers the other way round."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        numbers = {name.split("/", 1)[1]: numpy.frombuffer(archive.read(name), "<f4").astype(">f4").tobytes() for name in archive.namelist() if "/data/" in name}
    return repacked(source, "big/", changes={**numbers, "byteorder": b"big"})


def mobile(module: nn.Module) -> bytes:
    return torch.jit.script(module.eval())._save_to_buffer_for_lite_interpreter()


def saved(value, **options) -> bytes:
    result = io.BytesIO()
    torch.save(value, result, **options)
    return result.getvalue()


def legacy(value) -> bytes:
    """As before PyTorch 1.6; storages are called by their addresses, which would differ each time."""
    data = saved(value, _use_new_zipfile_serialization=False)
    for number, address in enumerate(sorted(set(re.findall(rb"\d{12,}", data)))):
        data = data.replace(address, str(number).encode().rjust(len(address), b"0"))
    return data


def tar_of_torch() -> bytes:
    result = io.BytesIO()
    with tarfile.open(fileobj=result, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ["sys_info", "pickle", "tensors", "storages"]:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return result.getvalue()


def package(module: nn.Module) -> bytes:
    result = io.BytesIO()
    with torch.package.PackageExporter(result) as exporter:
        exporter.extern("**")
        exporter.save_pickle("model", "model.pkl", {"weight": module.state_dict()})
    return result.getvalue()


PROGRAMS = {
    "affine": (2, 5), "traced": (2, 5), "extra-files": (2, 5), "deflated": (2, 5), "deep-folder": (1, 5), "no-debug": (3, 5), "big-endian": (2, 5), "mobile": (2, 5),
    "attributes": (2, 3), "packed-state": (2, 3), "eighths": (2, 5),
}


def numbers(name: str, x: torch.Tensor, ending: str):
    """What PyTorch reads of the archive, and gives for an input."""
    data = (OUT / f"{name}.pt").read_bytes()
    if name == "deep-folder":
        data = repacked(data, "archive/", inside="some/where else/")  # PyTorch looks for one folder alone.
    if name == "big-endian":
        data = (OUT / "affine.pt").read_bytes()  # PyTorch refuses what another machine wrote.
    result = torch.jit.load(io.BytesIO(data)).eval()(x)
    results = result if isinstance(result, tuple) else (result,)
    numpy.savez(OUT / f"{name}{ending}.npz", in0=x.numpy(), **{f"out{i}": tensor.detach().numpy() for i, tensor in enumerate(results)})


def optimised(module: nn.Module, x: torch.Tensor):
    """As the mobile optimiser leaves it. Not every PyTorch can run that: the numbers are those of the module before."""
    numpy.savez(OUT / "optimised.npz", in0=x.numpy(), out0=module(x).detach().numpy())
    optimize_for_mobile(torch.jit.script(module)).save(OUT / "optimised.pt")


def main():
    warnings.filterwarnings("ignore")
    torch.manual_seed(5)
    made = modules()
    affine = made.Affine()
    plain = script(affine)
    traced = io.BytesIO()

    # A trace keeps the stack, which in a thread of its own names no folder of ours.
    with concurrent.futures.ThreadPoolExecutor() as thread:
        torch.jit.save(thread.submit(torch.jit.trace, affine.eval(), (torch.zeros(2, 5),)).result(), traced)
    for_mobile = mobile(affine)
    files = {
        "affine": plain,
        "traced": traced.getvalue(),
        "attributes": script(made.Attributes()),
        "packed-state": script(made.Packed()),
        "eighths": script(made.Eighths()),
        "extra-files": script(affine, _extra_files={"labels.txt": "one\ntwo"}),
        "deflated": repacked(plain, "affine/", zipfile.ZIP_DEFLATED),
        "deep-folder": repacked(plain, "some/where else/", order=lambda name: "data.pkl" in name),
        "no-debug": repacked(plain, "affine/", keep=lambda name: not name.endswith(".debug_pkl")),
        "big-endian": big_endian(plain),
        "mobile": for_mobile,
        "mobile-bytecode": repacked(for_mobile, "affine/", keep=lambda name: not name.startswith("code/")),
        "weights": saved(affine.state_dict()),
        "weights-within": saved({"epoch": 3, "state_dict": affine.state_dict()}),
        "weights-legacy": legacy(affine.state_dict()),
        "module": saved(affine),
        "module-legacy": legacy(nn.Sequential(nn.Linear(2, 2))),
        "tensor": saved(torch.ones(2)),
        "objects": saved([1, "two"]),
        "plain-pickle": pickle.dumps([1, 2]),
        "tar": tar_of_torch(),
        "package": package(affine),
    }
    OUT.mkdir(exist_ok=True)
    for name, data in files.items():
        (OUT / f"{name}.pt").write_bytes(data)
        print(f"{name}  {len(data)} bytes")
    for name, size in PROGRAMS.items():
        numbers(name, torch.rand(*size, generator=torch.Generator().manual_seed(1)), "")
    numbers("affine", torch.rand(7, 5) - 0.5, "-sizes")
    torch.backends.quantized.engine = "onednn"
    torch.manual_seed(5)
    (OUT / "quantised.pt").write_bytes(script(made.Quantised()))
    numbers("quantised", (torch.rand(2, 2, 4, 5, generator=torch.Generator().manual_seed(1)) * 2) - 0.5, "")
    torch.manual_seed(6)
    optimised(made.Mobile().eval(), torch.rand(2, 2, 6, 7))


if __name__ == "__main__":
    main()
