"""Writes PyTorch's own list of operators, for `sconce ops --missing`: `../shared/pytorch/python tests/models/aten.py`.

The list is of what the dispatcher knows: ATen's native functions, by their overloads, and torchvision's operators. Left out by rule are forms that write into
a tensor which the caller gives (`out=`), forms that change their input in place where a pure one is there, and operators of PyTorch's own tests. Sconce knows
a form in place by the pure one.
"""

import pathlib

import torch
import torchvision

LIST = pathlib.Path(__file__).resolve().parents[2] / "src/Sconce.Cli/Coverage/pytorch.txt"


def operators():
    names = set(torch._C._dispatch_get_all_op_names())
    for name in sorted(names):
        space, _, rest = name.partition("::")
        base, _, overload = rest.partition(".")
        if space not in ("aten", "torchvision") or base.startswith("_test_") or base == "_foobar":
            continue
        try:
            operator = getattr(getattr(getattr(torch.ops, space), base), overload or "default")
        except AttributeError:
            continue  # registered by name alone, without a schema that can be called
        in_place = base.startswith("__i") or base.endswith("_") and any(other.partition(".")[0] == f"{space}::{base.rstrip('_')}" for other in names)
        if torch.Tag.out not in operator.tags and not in_place:
            yield name + (" core" if torch.Tag.core in operator.tags else "")


def main():
    lines = list(operators())
    LIST.write_text(
        f"# Operators of PyTorch {torch.__version__.partition('+')[0]} and torchvision {torchvision.__version__.partition('+')[0]}; those of Core ATen say so. Written by tests/models/aten.py.\n"
        + "".join(f"{line}\n" for line in lines))
    print(f"{len(lines)} operators")


if __name__ == "__main__":
    main()
