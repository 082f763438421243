"""The wheel with the real PyTorch, unpacked where there is no checkout: on PYTHONPATH, with Node on the path."""

import contextlib
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import warnings
from unittest import mock

import torch
import torchvision
from torch import nn

import sconce
from counting import main
from sconce import _cases

BATCH = torch.export.Dim("batch", max=16)


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.drop, self.linear = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Dropout(), nn.Linear(8, 5)

    def forward(self, image):
        return self.linear(self.drop(self.norm(self.conv(image)).relu().mean((2, 3))))


class Nested(nn.Module):
    def forward(self, a, *, offsets, mask=None):
        return {"sum": a + offsets["x"], "parts": [a.abs(), (offsets["y"] * 2, mask & (a > 0))]}


class Running(nn.Module):
    """Keeps state, by writing into one buffer and replacing another."""

    def __init__(self):
        super().__init__()
        self.register_buffer("total", torch.zeros(4))
        self.register_buffer("count", torch.zeros((), dtype=torch.int64))

    def forward(self, x):
        self.total.add_(x)
        self.count += 1
        return {"mean": self.total / self.count, "total": self.total}


class Branching(nn.Module):
    def forward(self, x):
        if x.sum() > 0:
            return x
        return -x


class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(12, 2)

    def forward(self, x):
        return self.linear(x.reshape(4, 12))


class Even(nn.Module):
    def forward(self, x):
        return x[x.shape[0] // 2 :] if x.shape[0] % 2 == 0 else x


class Counted(nn.Module):
    def forward(self, x):
        n = int(x.max().item())
        return x[:n]


class Tests(unittest.TestCase):
    def setUp(self):
        torch.manual_seed(7)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.enterContext(contextlib.chdir(self.folder))

    def refused(self, kind, pattern, *args, **options):
        with self.assertRaisesRegex(kind, pattern) as caught:
            sconce.compile(*args, **options)
        self.assertEqual(list(self.folder.glob("*.wasm")), [])
        return caught.exception

    # --- models ---

    def test_a_convolution_of_open_sizes(self):
        model = Convolution()
        model.conv.eval()
        height = torch.export.Dim("height", min=4, max=64)
        result = sconce.compile(model, (torch.randn(2, 3, 16, 16),), dynamic_shapes=({0: BATCH, 2: height},))
        self.assertEqual(result.path, pathlib.Path("convolution.wasm"))
        self.assertEqual(result.path.read_bytes()[:4], b"\0asm")
        self.assertEqual(result.bytes, result.path.stat().st_size)
        self.assertEqual((result.input_names, result.output_names), (["image"], ["output"]))
        self.assertEqual((result.inputs[0].dtype, result.inputs[0].shape[1], result.inputs[0].shape[3]), ("float32", 3, 16))
        self.assertTrue(result.verified)
        self.assertLess(result.max_error, 1e-5)
        self.assertIsNone(result.note)
        # As given, and two others, in which both open sizes differ and are not the same.
        self.assertEqual(result.compared, (((2, 3, 16, 16),), ((3, 3, 18, 16),), ((1, 3, 14, 16),)))
        self.assertEqual((model.training, model.conv.training, model.drop.training), (True, False, True))
        self.assertRegex(str(result), r"convolution\.wasm .*kB\n  input   image float32 \[\w+, 3, \w+, 16\]\n(.|\n)*error .* in 3 calls")

    def test_keywords_and_nested_outputs(self):
        # Not in the order of the signature.
        kwargs = {"mask": torch.rand(3, 5) > 0.5, "offsets": {"x": torch.randn(3, 5), "y": torch.arange(4)}}
        result = sconce.compile(Nested(), (torch.randn(3, 5),), kwargs, path="nested.wasm")
        self.assertEqual(result.input_names, ["a", "offsets.x", "offsets.y", "mask"])
        self.assertEqual(result.output_names, ["sum", "parts.0", "parts.1.0", "parts.1.1"])
        self.assertEqual(result.max_error, 0)

    def test_state_is_compared_over_several_calls_and_left_as_it_was(self):
        model = Running()
        result = sconce.compile(model, (torch.randn(4),))
        self.assertEqual(len(result.compared), 4)  # once, and three in a row
        self.assertLess(result.max_error, 1e-6)
        self.assertEqual((model.total.tolist(), model.count.item()), ([0, 0, 0, 0], 0))

    def test_a_model_of_torchvision(self):
        model = torchvision.models.mobilenet_v3_small()
        result = sconce.compile(model, (torch.randn(2, 3, 64, 64),), dynamic_shapes=({0: BATCH},))
        self.assertEqual(result.path.name, "mobilenetv3.wasm")
        self.assertEqual([call[0][0] for call in result.compared], [2, 3, 1])

    def test_functions_programs_and_files(self):
        inputs = (torch.randn(3, 4), torch.randn(4, 5))
        result = sconce.compile(lambda x, y: x @ y, inputs, path="product.wasm")
        self.assertEqual(result.input_names, ["x", "y"])
        program = torch.export.export(Convolution().eval(), (torch.randn(2, 3, 8, 8),), dynamic_shapes=({0: BATCH},))
        self.assertEqual(len(sconce.compile(program).compared), 3)
        torch.export.save(program, "saved.pt2")
        of_file = sconce.compile("saved.pt2")
        self.assertEqual((of_file.path.name, len(of_file.compared)), ("saved.wasm", 3))
        program._example_inputs = None
        with self.assertWarnsRegex(UserWarning, "no example inputs"):
            self.assertFalse(sconce.compile(program, path="blind.wasm").verified)
        self.assertTrue(sconce.compile(program, (torch.randn(2, 3, 8, 8),), path="blind.wasm").verified)

    def test_half_precision_and_integers(self):
        result = sconce.compile(lambda x, i: {"half": x.exp(), "rows": x[i]}, (torch.randn(5, 3).half(), torch.tensor([4, 0])), path="half.wasm")
        self.assertEqual([port.dtype for port in result.outputs], ["float16", "float16"])
        self.assertTrue(result.verified)

    # --- what torch.export refuses ---

    def test_a_branch_on_values(self):
        error = self.refused(sconce.ExportError, r"what to do: .*torch\.where\(condition, a, b\)", Branching(), (torch.ones(2, 3),))
        self.assertRegex(str(error), r"Branching \(.*test_sconce\.py:\d+ in forward\)")
        self.assertEqual(type(error.__cause__).__name__, "GuardOnDataDependentSymNode")
        self.assertNotIn("TORCH_LOGS", str(error))

    def test_a_size_that_the_code_fixes(self):
        error = self.refused(sconce.ExportError, r"the code fixes batch = 4", Fixed(), (torch.ones(4, 12),), dynamic_shapes=({0: BATCH},))
        self.assertIn("Constraints violated", str(error.__cause__))

    def test_a_size_that_the_code_restricts(self):
        self.refused(sconce.ExportError, r"take what PyTorch suggests, .*batch = 2\*_batch", Even(), (torch.ones(4, 12),), dynamic_shapes=({0: BATCH},))

    def test_an_example_of_size_one(self):
        self.refused(sconce.ExportError, r"give an example of size 2 or more", Convolution(), (torch.ones(1, 3, 8, 8),), dynamic_shapes=({0: BATCH},))

    def test_a_number_that_decides_a_size(self):
        self.refused(sconce.ExportError, r"torch\._check\(n >= 0\)", Counted(), (torch.ones(4, 12),))

    def test_inputs_that_forward_does_not_take(self):
        self.refused(sconce.ExportError, r"args and kwargs are what forward takes: forward\(a, \*, offsets, mask=None\)", Nested(), (torch.ones(1),))
        self.refused(sconce.SconceError, r"expected args as a tuple .* \(x,\), but got Tensor", Convolution(), torch.ones(1))
        self.refused(sconce.SconceError, r"expected the inputs to export convolution with.*forward\(image\)", Convolution())
        self.refused(sconce.SconceError, r"expected a module, a function, an exported program or the path of a \.pt2 or \.pt file, but got int", 3)

    # --- what the tool refuses ---

    def test_what_cannot_be_compiled(self):
        self.refused(sconce.CompileError, r"nonsense\.pt2", self.folder / "nonsense.pt2")
        (self.folder / "nonsense.pt2").write_text("nonsense")
        with warnings.catch_warnings(action="ignore"):
            self.refused(sconce.CompileError, r"nonsense\.pt2", "nonsense.pt2")

    def test_wrong_numbers_write_no_file(self):
        right = _cases.Answers.of
        with mock.patch.object(_cases.Answers, "of", lambda self, calls: [answer + 0.01 for answer in right(self, calls)]):
            error = self.refused(sconce.VerificationError, r"the compiled model's numbers are not PyTorch's: output\[", Convolution().eval(), (torch.randn(1, 3, 8, 8),))
        self.assertGreater(error.result.max_error, 1e-3)

    def test_a_failure_leaves_the_old_file(self):
        path = self.folder / "old.wasm"
        path.write_text("old")
        with self.assertRaises(sconce.ExportError):
            sconce.compile(Branching(), (torch.ones(2, 3),), path=path)
        self.assertEqual(path.read_text(), "old")
        with self.assertRaisesRegex(sconce.SconceError, "cannot be written"):
            sconce.compile(nn.ReLU(), (torch.ones(2),), path=self.folder / "nowhere" / "x.wasm")
        self.assertEqual([item.name for item in self.folder.iterdir()], ["old.wasm"])

    def test_without_node_it_compiles_and_says_so(self):
        with mock.patch.dict(os.environ, {"PATH": "", "SCONCE_NODE": ""}), self.assertWarnsRegex(UserWarning, "relu.wasm is not verified: Node 20.16"):
            result = sconce.compile(nn.ReLU(), (torch.ones(2),))
        self.assertFalse(result.verified)
        self.assertIn("not verified: Node", str(result))
        self.assertTrue(result.path.is_file())

    def test_an_example_that_does_not_fit_is_to_be_run_first(self):
        for model, shape in ((nn.Linear(3, 2), (1, 4)), (nn.Conv2d(3, 4, 3), (1, 1, 8, 8))):
            with self.assertRaisesRegex(sconce.ExportError, r"the example does not fit the model: run model\(\*args\) first"):
                sconce.compile(model, (torch.ones(shape),))

    def test_a_node_that_is_none_is_named(self):
        with mock.patch.dict(os.environ, {"SCONCE_NODE": "/nowhere/node"}), self.assertWarnsRegex(UserWarning, "not verified: the environment variable SCONCE_NODE is '/nowhere/node', which is no program"):
            sconce.compile(nn.ReLU(), (torch.ones(2),))

    # --- the documentation ---

    def test_the_readme_says_what_happens(self):
        text = (pathlib.Path(__file__).parent / "README.md").read_text()
        code, shown = (re.search(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL).group(1) for language in ("python", "text"))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(code, {"__name__": "readme"})  # noqa: S102 (ours)
        words = [[line.split()[0] for line in lines.splitlines()] for lines in (shown, printed.getvalue())]
        self.assertEqual(*words)
        self.assertIn("in 3 calls, of [2, 8]; [3, 8]; [1, 8]", printed.getvalue())

    # --- the command line ---

    def test_the_command_is_the_tool(self):
        def command(*args):
            return subprocess.run([sys.executable, "-m", "sconce", *args], capture_output=True, text=True, check=False)

        sconce.compile(nn.ReLU(), (torch.ones(2),), verify=False)
        self.assertIn(re.match(r"[\d.]+", sconce.__version__).group(), command("--version").stdout)
        self.assertIn("export interface Relu {", command("types", "relu.wasm").stdout)
        self.assertEqual(command("inspect", "nowhere.wasm").returncode, 1)


if __name__ == "__main__":
    main()
