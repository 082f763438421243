"""Writes PyTorch's own samples of its operators as cases: `python conformance.py OUT [NAME or PATTERN ...] [--dtype float32] [--reference] [--samples 4]`.

`torch.testing` knows for each operator what to call it with (`op_db`). Each sample becomes a module whose tensors are inputs and whose other
arguments are fixed, is exported, and is written as OUT/NAME-K.pt2 with its .npz. Of one that draws random numbers `sconce verify` compares dtypes and shapes
with PyTorch's, and the numbers with the reference evaluator's. What has no answer to compare with is left out and counted by its
reason: PyTorch cannot export it, it raises an error, it gives memory that nobody has written, or no tensor comes out. Where PyTorch leaves a part of the answer open,
the sample gives what is settled and is called NAME-open-K (see TIES and EMPTY). `./test conformance --whole` makes and judges all of it.

With real PyTorch, from the repository: ../shared/pytorch/python tests/models/conformance.py /tmp/conformance 'linalg*' && ./sconce verify /tmp/conformance
"""

import argparse
import collections
import copy
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402
from torch.utils import _pytree as pytree  # noqa: E402

import case  # noqa: E402


class LeftOut(Exception):
    """A sample that makes no case, for a reason that is no fault."""


# Operators that give places of elements, each with its position of `dim` among the arguments after the first. Where elements are equal PyTorch does not
# say which of their places it gives, so the sample gives the elements at these places instead.
TIES = {"sort": 0, "argsort": 0, "topk": 1, "kthvalue": 1, "median": 0, "nanmedian": 0, "mode": 0}

# Operators that give a tensor with whatever its memory holds: the sample gives it filled.
EMPTY = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided"}


def is_open(name, kwargs, results):
    return name in EMPTY or name in TIES and not kwargs.get("stable") and results[-1].dtype == torch.int64 and (len(results) == 2 or name == "argsort")


def settled(name, given, args, kwargs, results):
    """The results without what PyTorch leaves open."""
    if not is_open(name, kwargs, results):
        return results
    if name in EMPTY:
        return [result.fill_(1) for result in results]
    place = TIES[name]
    dim = kwargs.get("dim", args[place] if len(args) > place else -1)
    places = results[-1] if results[-1].ndim == given.ndim else results[-1].unsqueeze(dim)
    return [*results[:-1], given.gather(dim, places)]


class Sample(nn.Module):
    """An operator with all arguments of a sample that are no tensors."""

    def __init__(self, name, operator, leaves, spec):
        super().__init__()
        self.name, self.operator, self.spec, self.open = name, operator, spec, False
        self.fixed = [None if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
        self.places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, torch.Tensor)]

    def forward(self, *tensors):
        leaves = list(self.fixed)
        for place, tensor in zip(self.places, tensors, strict=True):
            leaves[place] = tensor
        given, args, kwargs = pytree.tree_unflatten(leaves, self.spec)
        results = pytree.tree_leaves(self.operator(given, *args, **kwargs))
        self.open = is_open(self.name, kwargs, results)
        return settled(self.name, given, args, kwargs, results)


def samples(operator, dtype, reference, count):
    """So many of an operator's samples, spread evenly over all that there are."""
    make = operator.reference_inputs if reference else operator.sample_inputs
    found = list(make("cpu", dtype, requires_grad=False))
    step = max(1, len(found) / count) if count else 1
    return [found[int(i * step)] for i in range(min(count or len(found), len(found)))]


def draws(program):
    """Whether a program has an operator that draws random numbers."""
    return any(torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()) for node in program.graph.nodes)


def is_lost(module, args, expected):
    """Whether nothing but NaN comes out for 16-bit floats where the same numbers in float32 give numbers: PyTorch's kernel cannot do it (matrix_exp)."""
    halves = (torch.float16, torch.bfloat16)
    if not any(t.dtype in halves and t.numel() and t.isnan().all() for t in expected):
        return False
    try:
        wide = case.run(module, tuple(t.float() if t.dtype in halves else t for t in args), {})
    except Exception:
        return False
    return not any(t.is_floating_point() and t.isnan().any() for t in case.tensors(wide))


def write(operator, sample, name, path):
    leaves, spec = pytree.tree_flatten((sample.input, tuple(sample.args), dict(sample.kwargs)))
    leaves = [leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
    module = Sample(operator.name, operator.op, leaves, spec).eval()
    args = tuple(leaves[place] for place in module.places)
    if any(t.layout != torch.strided or t.is_quantized for t in args):
        raise LeftOut("not dense")
    try:
        with torch.no_grad():
            torch.manual_seed(1)
            first = copy.deepcopy(module)
            expected = case.call(first, args, {})
            torch.manual_seed(2)
            again = case.run(module, args, {})
    except Exception as error:
        raise LeftOut(f"PyTorch raises {type(error).__name__}") from error
    expected, again = case.tensors(expected), case.tensors(again)
    if not expected:
        raise LeftOut("no tensor comes out")
    if any(t.layout != torch.strided for t in expected):
        raise LeftOut("not dense")
    if is_lost(module, args, expected):
        raise LeftOut("PyTorch gives NaN for 16-bit floats, and numbers for float32")
    differs = not all(case.same(a, b) for a, b in zip(expected, again, strict=True))
    if first.open:
        path = path.with_name(f"{name}-open-{path.stem.removeprefix(name + '-')}.pt2")
    try:
        program = case.export(module, args)
        if differs and not draws(program):
            raise LeftOut("gives memory that nobody has written")
        case.save(program, path)
        if not draws(program):
            case.check(path, args, {}, expected, rough=True)
    except LeftOut:
        raise
    except Exception as error:
        path.unlink(missing_ok=True)
        raise LeftOut(f"PyTorch cannot export it: {type(error).__name__}") from error
    case.save_npz(path.with_suffix(".npz"), (args, {}), expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--reference", action="store_true", help="PyTorch's reference inputs, which are more and odder")
    parser.add_argument("--samples", type=int, default=4, help="of each operator; 0 for all")
    parser.add_argument("--part", default="1/1", help="K/N: the Kth of N parts, for several processes")
    options = parser.parse_args()
    dtype = getattr(torch, options.dtype)
    part, parts = (int(number) for number in options.part.split("/"))
    options.out.mkdir(parents=True, exist_ok=True)
    left_out, written, started = collections.Counter(), 0, time.time()
    named = [(o.name.replace(".", "_") + (f"-{o.variant_test_name}" if o.variant_test_name else ""), o) for o in op_db if dtype in o.dtypes]
    chosen = set(case.chosen_names([name for name, _ in named], options.names))
    for number, (name, operator) in enumerate(named):
        if name not in chosen or number % parts != part - 1:
            continue
        case.seed(name)
        try:
            found = samples(operator, dtype, options.reference, options.samples)
        except Exception as error:
            left_out[f"PyTorch has no samples: {type(error).__name__}"] += 1
            continue
        for k, sample in enumerate(found):
            path = options.out / f"{name}-{k + 1}.pt2"
            try:
                write(operator, sample, name, path)
                written += 1
            except (LeftOut, NotImplementedError, TypeError) as reason:
                left_out[str(reason)] += 1
                print(f"{path.stem}: {reason}", flush=True)
    print(f"{written} written, {sum(left_out.values())} left out, {time.time() - started:.0f} s")
    for reason, count in left_out.most_common():
        print(f"  {count:5} {reason}")


if __name__ == "__main__":
    main()
