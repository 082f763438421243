"""What the scripts for whole models share: their command line, and making one model after the other."""

import argparse
import gc
import pathlib
import sys
import time
import traceback

import torch
from torch.utils import _pytree as pytree

import case
import forms


def arguments(description, names):
    """The command line: OUT, the models (all of `names` by default) and the variants to write."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="models, or patterns of them; by default: " + " ".join(names))
    parser.add_argument("--core", action="store_true", help="also NAME-core.pt2, after run_decompositions()")
    parser.add_argument("--dynamic", action="store_true", help="also NAME-dynamic.pt2, with sizes known at the run only")
    parser.add_argument("--only", action="store_true", help="with --core or --dynamic: not the plain one")
    return parser


def season(model, run, passes=3):
    """Norm layers with the statistics that the model's own activations give, around weights that are not 1 and 0.

    Layers that start as zeros (the heads of some classifiers) are filled: a model that answers 0 to everything tests nothing.
    """
    norms = [m for m in model.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if "Norm" in type(module).__name__:
                parameter.data.add_((torch.rand_like(parameter) - 0.5) * (1.0 if "weight" in name else 0.4))
            elif parameter.dim() > 1 and parameter.numel() and not parameter.any():
                torch.nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    model.eval()
    for norm in norms:
        norm.train().reset_running_stats()
        norm.momentum = None  # an average over the passes
    with torch.no_grad():
        for _ in range(passes if norms else 0):
            run(model)
    for norm in norms:
        norm.momentum = 0.1
    return model.eval()


def write(model, args, kwargs, path, core=False, dynamic=None, test=None, form="exported"):
    """One archive and its npz; gives what to say about it."""
    test_args, test_kwargs = test or (args, kwargs)
    expected = case.run(model, test_args, test_kwargs)
    if form == "exported":
        program = case.export(model, args, kwargs, dynamic)
        if core:
            program = program.run_decompositions()
        case.save(program, path)
        case.check(path, test_args, test_kwargs, expected, rough=True)
        case.save_npz(path.with_suffix(".npz"), (test_args, test_kwargs), expected)
        operators = {str(node.target) for node in program.graph.nodes if node.op == "call_function"}
    else:
        program, operators = forms.write(form, model, args, path)
        case.compare(case.call(program, test_args, test_kwargs), expected, rough=True)
        # The file records no sizes: where two calls differ in one, it is open.
        case.save_npz(path.with_suffix(".npz"), args, case.run(model, args, kwargs))
        if test:
            case.save_npz(path.with_name(f"{path.stem}-sizes.npz"), test_args, expected)
    outputs = [tuple(t.shape) for t in case.tensors(expected)]
    shown = f"{outputs[:3]}{'…' if len(outputs) > 3 else ''}"
    steady = change(model, test_args, test_kwargs, expected, lambda t: t * (1 + 1e-6) if t.is_floating_point() else t)
    if steady > 2e-4:
        raise ValueError(f"a millionth more of its input changes {steady:.2g} of its output: nobody's float32 would agree with another's")
    sensitivity = change(model, test_args, test_kwargs, expected, lambda t: t.flip(-1) if t.dim() else t)
    return f"{path.stat().st_size / 1e6:.1f} MB, {len(operators)} operators, outputs {shown}, sensitivity {sensitivity:.2g}"


def change(model, args, kwargs, expected, other):
    """How much of its largest output changes with other inputs: near 0, a test would pass whatever the model computes."""
    try:
        changed = case.tensors(case.run(model, *pytree.tree_map_only(torch.Tensor, other, (args, kwargs))))
    except IndexError:  # inputs whose order matters, such as boxes
        return float("nan")
    return max(((a - b).abs().max() / a.abs().max()).item() for a, b in zip(changed, case.tensors(expected)) if a.is_floating_point())


def make_all(names, make, options):
    """Calls make(name) -> iterable of (suffix, arguments of `write`); one line for each, failures listed at the end."""
    options.out.mkdir(parents=True, exist_ok=True)
    failed = []
    for name in names:
        started, suffix = time.time(), ""
        try:
            torch.manual_seed(0)
            for suffix, arguments_of_write in make(name):
                started = time.time()
                ending = ".pt" if arguments_of_write.get("form", "exported") in forms.TORCHSCRIPT else ".pt2"
                said = write(path=options.out / f"{name}{suffix}{ending}", **arguments_of_write)
                print(f"{name}{suffix}: {said}, {time.time() - started:.0f} s", flush=True)
        except Exception as error:  # keep going: one model that PyTorch cannot export must not hide the others
            failed.append(name + suffix)
            where = traceback.extract_tb(error.__traceback__)[-1]
            print(f"{name}{suffix}: FAILED: {type(error).__name__}: {' '.join(str(error).split())[:300]} "
                  f"({pathlib.Path(where.filename).name}:{where.lineno})", flush=True)
            for ending in (".pt2", ".pt", ".npz", "-sizes.npz"):
                (options.out / f"{name}{suffix}{ending}").unlink(missing_ok=True)
        gc.collect()
    print(f"{len(names) - len(failed)} models, {len(failed)} failed{': ' if failed else ''}{' '.join(failed)}")
    return 1 if failed else 0


def chosen(names, options, others=()):
    """The default names, or those asked for: patterns of the default ones, and any other by its whole name."""
    if not options.names:
        return list(names)
    picked = case.chosen_names(names, options.names) + [n for n in options.names if n in others and n not in names]
    if not picked:
        sys.exit(f"no model is called {' '.join(options.names)}")
    return picked
