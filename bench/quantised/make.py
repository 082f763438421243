"""Writes models in float32 and quantised, with inputs and PyTorch's answers: python make.py FOLDER [NAME…]

rows and products: single layers whose weights are int8 with a scale for each row, or int4 with one for each 32 numbers; products quantise what is multiplied too, by rows. The others are
torchvision's, as PT2E leaves them after static quantisation.

What prepare_pt2e and convert_pt2e do is done here with PyTorch alone, for torchao may be absent: batch norms are folded, weights are int8 with a scale for each output channel, what enters
a product or convolution is uint8 of one scale, by the range that random images show (as X86InductorQuantizer has it). NAME-int8 quantises what enters and leaves sums too (as XNNPACKQuantizer has it).
"""

import operator
import pathlib
import sys

import numpy
import torch
import torch.ao.quantization.fx._decomposed  # noqa: F401  (registers quantized_decomposed)
import torchvision
from torch.fx.experimental.optimization import fuse

NAMES = ["rows", "products", "mobilenet_v2", "resnet18"]
PRODUCTS = {torch.ops.aten.conv2d.default, torch.ops.aten.linear.default}
ACTIVATIONS = {torch.ops.aten.relu.default, torch.ops.aten.relu_.default, torch.ops.aten.hardtanh.default, torch.ops.aten.hardtanh_.default}
SUMS = {torch.ops.aten.add.Tensor, torch.ops.aten.add_.Tensor, operator.add}
q = torch.ops.quantized_decomposed


class Ranges(torch.fx.Interpreter):
    """The smallest and the largest number that each node makes."""

    def __init__(self, module):
        super().__init__(module)
        self.found = {}

    def run_node(self, node):
        result = super().run_node(node)
        if isinstance(result, torch.Tensor) and result.is_floating_point():
            low, high = self.found.get(node.name, (0.0, 0.0))
            self.found[node.name] = (min(low, result.min().item()), max(high, result.max().item()))
        return result


def around(graph, node, low, high, dtype):
    """A node's number as a step of a scale and back."""
    info = torch.iinfo(dtype)
    scale = max((high - low) / 255, 1e-6)
    arguments = (scale, max(min(info.min - round(low / scale), info.max), info.min), info.min, info.max, dtype)
    steps = graph.call_function(q.quantize_per_tensor.default, (node, *arguments))
    return graph.call_function(q.dequantize_per_tensor.default, (steps, *arguments))


def quantised(model, samples, whole):
    module = torch.export.export(model, (samples[:1],), strict=False).module()
    ranges = Ranges(module)
    for sample in samples:
        ranges.run(sample[None])
    graph, dtype, made = module.graph, torch.int8 if whole else torch.uint8, {}

    def replace(user, place, after):
        """Reads a node's quantised numbers, which are made once."""
        source = user.args[place]
        if source not in made:
            with graph.inserting_after(source):
                made[source] = None
                last = around(graph, source, *ranges.found[source.name], dtype)
                first = last.args[0]
                source.append(first)
                first.append(last)
                made[source] = last
        user.update_arg(place, made[source])

    for number, node in enumerate(list(graph.nodes)):
        if node.target in PRODUCTS:
            weight = operator.attrgetter(node.args[1].target)(module).detach()
            scale = (weight.abs().amax(dim=tuple(range(1, weight.dim()))) / 127).clamp(min=1e-9)
            zero = torch.zeros(len(scale), dtype=torch.int64)
            for name, value in ("param", q.quantize_per_channel(weight, scale, zero, 0, -128, 127, torch.int8)), ("scale", scale), ("zero", zero):
                module.register_buffer(f"_frozen_{name}{number}", value)
            with graph.inserting_before(node):
                parts = [graph.get_attr(f"_frozen_{name}{number}") for name in ("param", "scale", "zero")]
                node.update_arg(1, graph.call_function(q.dequantize_per_channel.default, (*parts, 0, -128, 127, torch.int8)))
            replace(node, 0, node)
        elif whole and node.target in SUMS:
            replace(node, 0, node)
            replace(node, 1, node)
        elif whole and node.target in (torch.ops.aten.adaptive_avg_pool2d.default, torch.ops.aten.mean.dim):
            replace(node, 0, node)
    graph.lint()
    module.recompile()
    return module


def seeded(name):
    torch.manual_seed(len(name))
    model = getattr(torchvision.models, name)(weights=None)
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
            torch.nn.init.uniform_(part.bias, -0.2, 0.6)
    model.train()
    with torch.no_grad():
        for _ in range(20):
            model(torch.randn(8, 3, 96, 96))
    return model.eval()


class Layer(torch.nn.Module):
    """A linear layer of so many bits: 32 are floats."""

    def __init__(self, outputs, inputs, bits, quantises):
        super().__init__()
        weight, self.quantises, self.outputs = torch.randn(outputs, inputs) / inputs**0.5, quantises, outputs
        if bits == 32:
            self.weight = torch.nn.Parameter(weight)
            return
        groups, most = weight.reshape(outputs, -1, 32 if bits == 4 else inputs), 2 ** (bits - 1) - 1
        scale = groups.abs().amax(-1, keepdim=True) / most
        self.register_buffer("steps", torch.round(groups / scale).to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, x):
        if self.quantises:
            scale = x.abs().amax(-1, keepdim=True) / 127
            x = torch.clamp(torch.round(x * (1.0 / scale)), -127, 127).to(torch.int8).to(torch.float32) * scale
        weight = self.weight if hasattr(self, "weight") else (self.steps.to(torch.float32) * self.scale).reshape(self.outputs, -1)
        return torch.nn.functional.linear(x, weight)


def layers(folder, rows, shapes, quantises):
    for outputs, inputs in shapes:
        for bits in 32, 8, 4:
            torch.manual_seed(bits)
            name = f"{rows}x{outputs}x{inputs}-{'float32' if bits == 32 else f'int{bits}'}"
            save(folder, name, Layer(outputs, inputs, bits, quantises and bits < 32).eval(), torch.randn(rows, inputs))


def save(folder, name, model, image):
    with torch.no_grad():
        torch.export.save(torch.export.export(model, (image,), strict=False), folder / f"{name}.pt2")
        numpy.savez(folder / f"{name}.npz", in0=image.numpy(), out0=model(image).numpy())
    print(name)


def main(folder, *names):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        if name == "rows":
            layers(folder, 1, [(4096, 4096), (768, 3072)], quantises=False)
            continue
        if name == "products":
            layers(folder, 128, [(4096, 4096), (768, 3072)], quantises=True)
            continue
        model = fuse(seeded(name))
        samples = torch.randn(8, 3, 224, 224)
        save(folder, name, model, samples[:1])
        with torch.no_grad():
            save(folder, f"{name}-uint8", quantised(model, samples, whole=False), samples[:1])
            save(folder, f"{name}-int8", quantised(model, samples, whole=True), samples[:1])


main(*sys.argv[1:])
