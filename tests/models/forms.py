"""The forms in which a whole model is written: what torch.export.save writes, and what torch.jit.save does."""

import torch

TORCHSCRIPT = {
    "scripted": lambda model, args: torch.jit.script(model),
    "traced": lambda model, args: torch.jit.trace(model, args, strict=False, check_trace=False),
    "frozen": lambda model, args: torch.jit.freeze(torch.jit.script(model)),
    "traced-frozen": lambda model, args: torch.jit.freeze(torch.jit.trace(model, args, strict=False, check_trace=False)),
}
FORMS = ["exported", *TORCHSCRIPT]


def write(form, model, args, path):
    """One archive of TorchScript; gives its program as it is read back, and the operators in its own code and in what that calls."""
    with torch.no_grad():
        program = TORCHSCRIPT[form](model, args)
    torch.jit.save(program, str(path))
    loaded = torch.jit.load(str(path))
    return loaded, operators(loaded.inlined_graph)


def operators(graph):
    """The kinds of its nodes, with those of its branches and loops, which are ATen's."""
    kinds = set()
    for node in graph.nodes():
        if node.kind().startswith("aten::"):
            kinds.add(node.kind())
        for block in node.blocks():
            kinds |= operators(block)
    return kinds
