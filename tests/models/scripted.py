"""Scripts or traces small programs, and writes them with PyTorch's numbers into scripted/: `python scripted.py`, or only some: `… scripted.py 'Joined*'`.

The programs are in programs/. Each is called once for each of its inputs, in order, by one instance: NAME-sequence.npz, or NAME.npz for one call. Where calls give or take other sizes they are
NAME.npz, NAME-sizes.npz, NAME-sizes-2.npz and so on, each of them the first call of an instance. Where METHOD.call is true that method is called first. Those that Sconce refuses are in later.txt.
"""

import concurrent.futures
import fnmatch
import io
import linecache
import pathlib
import sys
import types
import zipfile
import zlib

import numpy
import torch

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "scripted"
FAMILIES = ["views", "doubts", "numbers", "ways", "containers", "lists", "growing", "found", "layouts", "sequences", "states", "methods", "attention", "quantised", "detection"]


def declared():
    """What programs/ declares, as if it lay in no folder: archives keep the names of files."""
    for package in ["programs", "programs.declared", *(f"programs.{family}" for family in FAMILIES)]:
        path = HERE / pathlib.Path(*package.split("."))
        module = sys.modules[package] = types.ModuleType(package)
        if path.is_dir():
            module.__path__ = [str(path)]
            continue
        name, text = f"{path.name}.py", path.with_suffix(".py").read_text()
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        module.__file__ = name
        torch.manual_seed(zlib.crc32(name.encode()))
        exec(compile(text, name, "exec"), module.__dict__)
    return sys.modules["programs.declared"].PROGRAMS


def tensors(value):
    """What PyTorch gives, flat, without None."""
    if value is None:
        return []
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors(item)]
    return [torch.as_tensor(value, dtype=torch.float64 if isinstance(value, float) else None).detach().clone()]


def packed(data):
    """The archive; where it is large, deflated and without the places of its code: torchvision's code is much larger than weights like these, and its places are larger still."""
    if len(data) < 1 << 16:
        return data
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if not name.endswith(".debug_pkl"):
                target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


def numbered(prefix, args, function):
    """A call's inputs and outputs by their names in the file."""
    row = {f"{prefix}in{i}": tensor for i, tensor in enumerate(tensors(args))}
    result = function(*[[tensor.clone() for tensor in value] if isinstance(value, list) else value.clone() for value in args])
    row.update({f"{prefix}out{i}": tensor for i, tensor in enumerate(tensors(result) if result is not None else [])})
    return row


def write(name, module, calls, traced):
    torch.manual_seed(zlib.crc32(name.encode()))
    data = io.BytesIO()
    made = module().eval()
    if traced:
        # A trace keeps the stack, which in a thread of its own names no folder of ours.
        with concurrent.futures.ThreadPoolExecutor() as thread:
            made = thread.submit(torch.no_grad()(torch.jit.trace), made, calls[0], check_trace=False).result()
    else:
        made = torch.jit.script(made)
    torch.jit.save(made, data)
    (OUT / f"{name}.pt").write_bytes(packed(data.getvalue()))
    data.seek(0)
    loaded = torch.jit.load(data)
    rows = []
    for call in calls:
        rows.append({})
        if hasattr(call, "method"):
            rows[-1][f"{call.method}.call"] = torch.tensor(True)
            rows[-1].update(numbered(f"{call.method}.", call.args, getattr(loaded, call.method)))
            call = call.call
        rows[-1].update(numbered("", call, loaded))
    every = {key: value for row in rows for key, value in row.items()}
    own = [{key for key in row if "." not in key} for row in rows]
    if any(keys != own[0] for keys in own) or any(row[key].shape != value.shape for row in rows for key, value in every.items() if key in row):
        # Each file is for a run of its own.
        rows = [numbered("", call, torch.jit.load(io.BytesIO(data.getvalue()))) for call in calls]
        for ending, row in zip(["", "-sizes", *(f"-sizes-{number}" for number in range(2, len(rows)))], rows):
            save = numpy.savez_compressed if sum(value.nbytes for value in row.values()) > 1 << 16 else numpy.savez
            save(OUT / f"{name}{ending}.npz", **{key: value.numpy() for key, value in row.items()})
        return
    ending = "-sequence" if len(calls) > 1 else ""
    rows = [{key: row.get(key, torch.zeros_like(value)) for key, value in every.items()} for row in rows]
    numpy.savez(OUT / f"{name}{ending}.npz", **{key: (torch.stack([row[key] for row in rows]) if ending else value).numpy() for key, value in rows[0].items()})


def main(patterns):
    OUT.mkdir(exist_ok=True)
    for name, (module, calls, traced) in declared().items():
        if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            write(name, module, calls, traced)
            print(name)


if __name__ == "__main__":
    main(sys.argv[1:])
