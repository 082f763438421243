"""Declares test cases and writes them: NAME.pt2 (what torch.export.save writes) beside NAME.npz (inputs and outputs).

A case is one line, `case("conv2d-stride2", lambda x: F.conv2d(x, w, stride=2), rand(2, 5, 13, 11))`. Each `case` seeds
the random numbers with its own name for the one that follows, so a new case changes the data of one neighbour only.
"""

import copy
import dataclasses
import fnmatch
import functools
import logging
import os
import pathlib
import warnings
import zlib

import numpy
import torch
from torch import nn
from torch.utils import _pytree as pytree

warnings.filterwarnings("ignore")
logging.disable(logging.ERROR)
torch.set_num_threads(1)

REPOSITORY = str(pathlib.Path(__file__).resolve().parents[2]) + os.sep
PACKAGES = str(pathlib.Path(torch.__file__).resolve().parents[1]) + os.sep


@dataclasses.dataclass
class Case:
    """One model to export, and the inputs to try it with."""

    name: str
    module: nn.Module
    args: tuple
    kwargs: dict
    dynamic: object = None  # dynamic_shapes of torch.export.export
    tests: list | None = None  # arguments (tuples) for the npz files, where they are not the exported ones
    core: bool = False  # also as NAME-core, after run_decompositions()
    refused: list | None = None  # arguments (tuples) that the exported program refuses: NAME-refused.npz, with inputs alone
    calls: list | None = None  # several calls in order, as NAME-sequence.npz: for models that keep state
    raises: list | None = None  # calls on which PyTorch raises an error: kept in NAME-sequence.npz between calls of `args`
    strict: bool = False  # exported by tracing Python's bytecode
    integers: bool = False  # integers among the inputs and outputs are open: the npz has them too
    rough: bool = False  # the exported program may round differently from eager mode
    random: bool = False  # each run draws other numbers: there is no npz


CASES: list[Case] = []


def case(name, function, *args, kwargs=None, **options):
    """Declares a case: `function` is a module, or a function of tensors whose parameters name the model's inputs."""
    module = function if isinstance(function, nn.Module) else as_module(function)
    assert all(name != other.name for other in CASES), f"two cases are named {name}"
    CASES.append(Case(name, module.eval(), args, kwargs or {}, **options))
    seed(name)


def seed(text):
    torch.manual_seed(zlib.crc32(text.encode()))


def as_module(function):
    """A module whose `forward` is the function itself, so that export sees the names of its parameters."""
    return type("Function", (nn.Module,), {"forward": staticmethod(function)})()


def named(names, **functions):
    """One input, an output for each function: by their names in torch, or given with a name of our own."""
    functions = {name.replace(".", "_"): functools.reduce(getattr, name.split("."), torch) for name in names.split()} | functions
    return lambda x: {name: function(x) for name, function in functions.items()}


# --- data ------------------------------------------------------------------------------------------------------------


def rand(*shape, low=-2.0, high=2.0, dtype=torch.float32):
    """Uniform numbers, by default in -2..2: both signs, and of a size at which functions are not yet saturated."""
    return (torch.rand(shape) * (high - low) + low).to(dtype)


def ints(*shape, low=-9, high=10, dtype=torch.int64):
    return torch.randint(low, high, shape, dtype=dtype)


def bools(*shape):
    return torch.rand(shape) < 0.5


def seasoned(module):
    """Gives every norm layer statistics and weights that training could have left: none of them 0 or 1."""
    for layer in module.modules():
        for name in ("running_mean", "running_var"):
            statistic = getattr(layer, name, None)
            if statistic is not None:
                statistic.copy_(torch.rand_like(statistic) + (0.5 if name == "running_var" else -0.5))
        if "Norm" in type(layer).__name__:
            for parameter in layer.parameters(recurse=False):
                parameter.data.add_(torch.rand_like(parameter) - 0.5)
    return module


# --- writing ---------------------------------------------------------------------------------------------------------


def write(chosen, folder):
    """Exports a case, checks the archive against eager mode, and gives the names of what it wrote."""
    folder = pathlib.Path(folder)
    program = export(chosen.module, chosen.args, chosen.kwargs, chosen.dynamic, chosen.strict)
    tests = chosen.tests or [chosen.args]
    refuses = program.module() if chosen.refused else None  # now, for a program without its example inputs looks at no guards
    variants = [("", program)]
    if chosen.core:
        variants.append(("-core", program.run_decompositions()))
    written = []
    for suffix, variant in variants:
        if chosen.random:
            save(variant, folder / f"{chosen.name}{suffix}.pt2")
            check_kinds(folder / f"{chosen.name}{suffix}.pt2", chosen.args, chosen.kwargs, run(chosen.module, chosen.args, chosen.kwargs))
            written.append(f"{chosen.name}{suffix}")
            continue
        for number, args in enumerate(tests):
            name = f"{chosen.name}{suffix}" + (f"-{number + 1}" if number else "")
            save(variant, folder / f"{name}.pt2")
            expected = run(chosen.module, args, chosen.kwargs)
            check(folder / f"{name}.pt2", args, chosen.kwargs, expected, chosen.rough or suffix == "-core")
            save_npz(folder / f"{name}.npz", with_integers((args, chosen.kwargs), chosen), with_numbers(expected))
            written.append(name)
        if chosen.raises:
            save_raising(folder / f"{chosen.name}{suffix}-sequence.npz", chosen, folder / f"{chosen.name}{suffix}.pt2")
        for number, args in enumerate(chosen.refused or []):
            save_refused(folder / (f"{chosen.name}{suffix}-refused" + (f"-{number + 1}" if number else "") + ".npz"), refuses, args)
        if chosen.calls:
            save_sequence(folder / f"{chosen.name}{suffix}-sequence.npz", chosen.module, chosen.calls)
    return written


def export(module, args, kwargs=None, dynamic=None, strict=False):
    return torch.export.export(module, args, kwargs or {}, dynamic_shapes=dynamic, strict=strict)


def tidied(program):
    """Without the example inputs (the npz has them), and with source paths that are ours or Python's, not this machine's."""
    for graph in [m for m in program.graph_module.modules() if isinstance(m, torch.fx.GraphModule)]:
        for node in graph.graph.nodes:
            trace = node.meta.get("stack_trace")
            if trace:
                node.meta["stack_trace"] = trace.replace(REPOSITORY, "").replace(PACKAGES, "")
            node.meta.pop("from_node", None)  # a history with addresses of objects, other ones at each run
    program._example_inputs = None
    return program


def save(program, path):
    torch.export.save(tidied(program), str(path))


def run(module, args, kwargs):
    """The outputs of a fresh copy of the module on copies of the inputs: a case may change both in place."""
    return call(copy.deepcopy(module), args, kwargs)


def call(function, args, kwargs):
    """The outputs on copies of the inputs; after them the inputs that were written to, as they are then."""
    args, kwargs = copy.deepcopy((args, kwargs))
    inputs = tensors((args, kwargs))
    before = [(tensor._version, tensor.clone()) for tensor in inputs]
    with torch.no_grad():
        outputs = function(*args, **kwargs)
    # What batch norms do to their statistics leaves the version as it was.
    written = [tensor for tensor, (version, old) in zip(inputs, before) if tensor._version != version or not same(tensor, old)]
    return (outputs, written) if written else outputs


def same(a, b):
    """Whether two tensors are alike to the bit, but for what a NaN is."""
    return a.shape == b.shape and numpy.array_equal(array(a), array(b), equal_nan=a.dtype.is_floating_point or a.dtype.is_complex)


def check(path, args, kwargs, expected, rough=False):
    """Reads the archive back: a case whose exported program disagrees with eager mode would be a wrong test."""
    compare(call(torch.export.load(str(path)).module(), args, kwargs), expected, rough)


def compare(got, expected, rough=False):
    for actual, right in zip(tensors(got), tensors(expected), strict=True):
        assert actual.dtype == right.dtype, f"{actual.dtype} instead of {right.dtype}"
        if right.is_floating_point() and right.dtype.itemsize == 1:
            actual, right = actual.float(), right.float()  # 8-bit floats have no functions
        scale = right.abs().nan_to_num(0, 0, 0).max().item() if right.is_floating_point() and right.numel() else 0
        tolerance = {"rtol": 1e-4, "atol": 1e-4 * scale + 1e-6} if rough else {"rtol": 0, "atol": 0}
        torch.testing.assert_close(actual, right, equal_nan=True, **tolerance)


def check_kinds(path, args, kwargs, expected):
    """Reads an archive back whose numbers are random: it gives tensors of the same dtypes and shapes."""
    got = call(torch.export.load(str(path)).module(), args, kwargs)
    for actual, right in zip(tensors(got), tensors(expected), strict=True):
        assert (actual.dtype, actual.dim()) == (right.dtype, right.dim()), f"{actual.dtype} {actual.shape} for {right.dtype} {right.shape}"


def with_integers(tree, chosen):
    return pytree.tree_map(lambda leaf: torch.tensor(leaf) if type(leaf) is int else leaf, tree) if chosen.integers else tree


def with_numbers(tree):
    """Numbers that a program returns are outputs too."""
    return pytree.tree_map(lambda leaf: torch.tensor(leaf, dtype=torch.float64 if type(leaf) is float else None) if type(leaf) in (int, float, bool) else leaf, tree)


def tensors(tree):
    return [leaf for leaf in pytree.tree_leaves(tree) if isinstance(leaf, torch.Tensor)]


def array(tensor):
    tensor = tensor.detach().resolve_conj().resolve_neg()
    if tensor.dtype.is_floating_point and tensor.dtype.itemsize < 4:
        tensor = tensor.float()
    if tensor.dtype == torch.complex32:
        tensor = tensor.to(torch.complex64)
    return numpy.array(tensor.numpy(), order="C")


def save_npz(path, inputs, outputs):
    numpy.savez(path, **numbered(tensors(inputs), tensors(outputs)))


def save_refused(path, program, args):
    try:
        program(*copy.deepcopy(args))
    except Exception:
        numpy.savez(path, **numbered(tensors(args), []))
    else:
        raise AssertionError(f"PyTorch runs what {path.name} says it refuses")


def numbered(inputs, outputs):
    return {f"in{i}": array(t) for i, t in enumerate(inputs)} | {f"out{i}": array(t) for i, t in enumerate(outputs)}


def save_sequence(path, module, calls):
    """Several calls of one instance in order; every array has the call as an extra first dimension."""
    module = copy.deepcopy(module)
    with torch.no_grad():
        rows = [numbered(tensors(call), tensors(with_numbers(copy.deepcopy(module(*copy.deepcopy(call)))))) for call in calls]
    numpy.savez(path, **{name: numpy.stack([row[name] for row in rows]) for name in rows[0]})


def save_raising(path, chosen, archive):
    """Calls for which PyTorch raises an error, as module and as program, with one that it answers before and after each. An error leaves the program's state alone."""
    program, rows = torch.export.load(str(archive)).module(), []
    with torch.no_grad():
        for args in [*chosen.raises, None]:
            rows.append(numbered(tensors(chosen.args), tensors(with_numbers(copy.deepcopy(program(*copy.deepcopy(chosen.args)))))))
            for function in (copy.deepcopy(chosen.module), program) if args else ():
                try:
                    function(*copy.deepcopy(args))
                except (IndexError, RuntimeError):
                    continue
                raise AssertionError(f"{type(function).__name__} raises nothing for {args}")
            if args:
                bad = numbered(tensors(args), [])
                rows.append({name: bad.get(name, numpy.zeros_like(array)) for name, array in rows[-1].items()})
    raised = numpy.arange(len(rows)) % 2 == 1
    numpy.savez(path, raised=raised, **{name: numpy.stack([row[name] for row in rows]) for name in rows[0]})


def chosen_names(names, patterns):
    return [name for name in names if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
