"""Writes models of many nodes as torch.export.save would, without PyTorch: exporting 16,000 nodes takes it minutes."""

import json
import struct
import zipfile

FLOAT32 = 7


def tensor(sizes):
    strides = [1] * len(sizes)
    for i in reversed(range(len(sizes) - 1)):
        strides[i] = strides[i + 1] * sizes[i + 1]
    ints = lambda values: [{"as_int": value} for value in values]
    return {"dtype": FLOAT32, "sizes": ints(sizes), "requires_grad": False, "device": {"type": "cpu", "index": None},
            "strides": ints(strides), "storage_offset": {"as_int": 0}, "layout": 7}


class Writer:
    """A graph that grows node by node; every tensor has its name and its sizes."""

    def __init__(self, sizes):
        self.nodes, self.values, self.weights = [], {"x": tensor(sizes)}, {}
        self.sizes = {"x": sizes}

    def weight(self, name, sizes):
        self.values[name], self.sizes[name], self.weights[name] = tensor(sizes), sizes, sizes
        return name

    def add(self, op, sizes, /, **arguments):
        name = f"v{len(self.nodes)}"
        self.nodes.append({
            "target": f"torch.ops.aten.{op}",
            "inputs": [{"name": key, "arg": self.argument(value), "kind": 1} for key, value in arguments.items()],
            "outputs": [{"as_tensor": {"name": name}}], "metadata": {}})
        self.values[name], self.sizes[name] = tensor(sizes), sizes
        return name

    @staticmethod
    def argument(value):
        if isinstance(value, str):
            return {"as_tensor": {"name": value}}
        if isinstance(value, float):
            return {"as_float": value}
        if isinstance(value, int):
            return {"as_int": value}
        if isinstance(value[0], str):
            return {"as_tensors": [{"name": item} for item in value]}
        return {"as_ints": value}

    def save(self, path, output):
        leaf = {"type": None, "context": None, "children_spec": []}
        spec = lambda kind, children, context="null": {"type": kind, "context": context, "children_spec": children}
        inputs = [*self.weights, "x"]
        program = {
            "graph_module": {
                "graph": {
                    "inputs": [{"as_tensor": {"name": name}} for name in inputs], "outputs": [{"as_tensor": {"name": output}}],
                    "nodes": self.nodes, "tensor_values": self.values, "sym_int_values": {}, "sym_bool_values": {}, "sym_float_values": {},
                    "custom_obj_values": {}, "is_single_tensor_return": False},
                "signature": {
                    "input_specs": [{"parameter": {"arg": {"name": name}, "parameter_name": name}} for name in self.weights]
                    + [{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}],
                    "output_specs": [{"user_output": {"arg": {"as_tensor": {"name": output}}}}]},
                "module_call_graph": [{"fqn": "", "signature": {
                    "inputs": [], "outputs": [],
                    "in_spec": json.dumps([1, spec("builtins.tuple", [spec("builtins.tuple", [leaf]), spec("builtins.dict", [], "[]")])]),
                    "out_spec": json.dumps([1, leaf]), "forward_arg_names": ["x"]}}],
                "metadata": {}, "treespec_namedtuple_fields": {}},
            "opset_version": {"aten": 10}, "range_constraints": {}, "schema_version": {"major": 8, "minor": 20}, "verifiers": ["TRAINING"],
            "torch_version": "2.14.1", "guards_code": []}
        config = {}
        with zipfile.ZipFile(path, "w") as archive:
            for i, (name, sizes) in enumerate(self.weights.items()):
                count = 1
                for size in sizes:
                    count *= size
                config[name] = {"path_name": f"weight_{i}", "is_param": True, "use_pickle": False, "tensor_meta": tensor(sizes)}
                archive.writestr(f"m/data/weights/weight_{i}", struct.pack(f"<{count}f", *((n * 37 % 101 - 50) / 400 for n in range(count))))
            archive.writestr("m/models/model.json", json.dumps(program))
            archive.writestr("m/data/weights/model_weights_config.json", json.dumps({"config": config}))
            archive.writestr("m/data/constants/model_constants_config.json", '{"config": {}}')
            archive.writestr("m/byteorder", "little")
            archive.writestr("m/archive_format", "pt2")
            archive.writestr("m/archive_version", "0")


def pointwise(nodes):
    """One number after the other: all of it becomes a few loops."""
    model, value = Writer([2, 8]), "x"
    for i in range(nodes):
        value = model.add("sin.default", [2, 8], self=value) if i % 2 else model.add("mul.Tensor", [2, 8], self=value, other=1.01)
    return model, value


def linear(nodes):
    """Products, each of what the last one gave."""
    model, value = Writer([2, 8]), "x"
    weight = model.weight("w", [8, 8])
    for _ in range(nodes):
        value = model.add("linear.default", [2, 8], input=value, weight=weight)
    return model, value


def residual(nodes):
    """x + relu(x W): each value is read twice."""
    model, value = Writer([2, 8]), "x"
    weight = model.weight("w", [8, 8])
    for _ in range(nodes // 3):
        inner = model.add("linear.default", [2, 8], input=value, weight=weight)
        value = model.add("add.Tensor", [2, 8], self=value, other=model.add("relu.default", [2, 8], self=inner))
    return model, value


def tree(nodes):
    """Pairs are joined until one is left: views of one input, scaled, and concatenated."""
    model = Writer([2, 8])
    level = []
    for i in range(nodes // 3):
        part = model.add("slice.Tensor", [2, 1], self="x", dim=1, start=i % 8, end=i % 8 + 1)
        level.append(model.add("mul.Tensor", [2, 1], self=part, other=1.0 + i))
    while len(level) > 1:
        level = [model.add("cat.default", [2, sum(model.sizes[part][1] for part in pair)], tensors=pair, dim=1) if len(pair) > 1 else pair[0]
                 for pair in (level[i:i + 2] for i in range(0, len(level), 2))]
    return model, level[0]


def scan(nodes):
    """A state space (Mamba) written as a loop over time, as for t in range(length) unrolls: slices in, a stack at the end."""
    steps = nodes // 5
    model, results = Writer([1, steps, 8]), []
    decay = model.weight("a", [1, 8])
    state = model.add("mul.Tensor", [1, 8], self=decay, other=0.0)
    for t in range(steps):
        now = model.add("select.int", [1, 8], self="x", dim=1, index=t)
        state = model.add("add.Tensor", [1, 8], self=model.add("mul.Tensor", [1, 8], self=state, other=decay), other=now)
        results.append(model.add("sum.dim_IntList", [1, 1], self=model.add("mul.Tensor", [1, 8], self=state, other=now), dim=[1], keepdim=1))
    return model, model.add("cat.default", [1, steps], tensors=results, dim=1)


def lstm(nodes):
    """An LSTM's cell called for each turn: products, chunks and gates."""
    steps = nodes // 14
    model, results = Writer([1, steps, 4]), []
    input_weight, state_weight = model.weight("wi", [32, 4]), model.weight("wh", [32, 8])
    hidden = cell = model.add("mul.Tensor", [1, 8], self=model.weight("h", [1, 8]), other=0.0)
    for t in range(steps):
        now = model.add("select.int", [1, 4], self="x", dim=1, index=t)
        gates = model.add("add.Tensor", [1, 32], self=model.add("linear.default", [1, 32], input=now, weight=input_weight),
                          other=model.add("linear.default", [1, 32], input=hidden, weight=state_weight))
        i, f, g, o = (model.add("slice.Tensor", [1, 8], self=gates, dim=1, start=8 * k, end=8 * k + 8) for k in range(4))
        kept = model.add("mul.Tensor", [1, 8], self=model.add("sigmoid.default", [1, 8], self=f), other=cell)
        new = model.add("mul.Tensor", [1, 8], self=model.add("sigmoid.default", [1, 8], self=i), other=model.add("tanh.default", [1, 8], self=g))
        cell = model.add("add.Tensor", [1, 8], self=kept, other=new)
        hidden = model.add("mul.Tensor", [1, 8], self=model.add("sigmoid.default", [1, 8], self=o), other=model.add("tanh.default", [1, 8], self=cell))
        results.append(hidden)
    return model, model.add("cat.default", [1, 8 * steps], tensors=results, dim=1)


KINDS = {function.__name__: function for function in (pointwise, linear, residual, tree, scan, lstm)}
