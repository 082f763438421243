using System.Buffers.Binary;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Frontends;

/// <summary>Archives in all their forms, as tests/models/torchscript.py wrote them.</summary>
public sealed class ScriptArchiveTests
{
    [Theory]
    [InlineData("affine")]
    [InlineData("traced")]
    [InlineData("extra-files")]
    [InlineData("deflated")]
    [InlineData("deep-folder")]
    [InlineData("no-debug")]
    [InlineData("big-endian")]
    [InlineData("mobile")]
    public void Each_form_holds_the_same_program(string form)
    {
        var archive = Open(form);
        Assert.Equal(3, archive.Version);
        Assert.Matches("^__torch__.torchscript_modules(.___torch_mangle_1)?.Affine$", archive.Root.QualifiedName);
        Assert.Contains("def forward(self", archive.Sources[archive.Root.QualifiedName[..^".Affine".Length]].Text, StringComparison.Ordinal);
        var layer = Assert.IsType<ScriptValue.Object>(archive.Root.Attributes["layer"]);
        Assert.Matches("^__torch__.torch.nn.modules.linear(.___torch_mangle_0)?.Linear$", layer.QualifiedName);
        var weight = Assert.IsType<ScriptValue.Tensor>(layer.Attributes["weight"]);
        Assert.Equal((DType.Float32, true), (weight.Type, weight.RequiresGrad));
        Assert.Equal([3, 5], weight.Shape);

        // What torch.manual_seed(5) makes of nn.Linear(5, 3).
        Assert.Equal(0.29538625f, BinaryPrimitives.ReadSingleLittleEndian(weight.Data.ToDense().Span), 6);
    }

    [Fact]
    public void Every_kind_of_attribute_is_read_and_what_is_shared_is_shared()
    {
        var attributes = Open("attributes").Root.Attributes;
        var weight = Tensor("weight");
        Assert.Same(weight, Tensor("same"));
        var view = Tensor("view");
        Assert.NotSame(weight, view);
        Assert.Same(weight.Storage, view.Storage);
        Assert.Equal([2, 2, 1, 3, 1], [.. view.Shape, .. view.Strides, view.Offset]);
        var quantised = Tensor("quantised");
        Assert.Equal((DType.UInt8, new ScriptQuantisation.PerTensor(0.25, 3)), (quantised.Type, quantised.Quantisation));
        Assert.Equal([5, 2, 7], quantised.Data.ToDense().ToArray());
        var channels = Assert.IsType<ScriptQuantisation.PerChannel>(Tensor("channels").Quantisation);
        Assert.Equal((0, DType.Float64, DType.Int64), (channels.Axis, channels.Scales.Type, channels.ZeroPoints.Type));
        Assert.Equal(DType.BFloat16, Tensor("short").Type);
        Assert.Equal([0, 3], Tensor("empty").Shape);
        var colour = Assert.IsType<ScriptValue.Enum>(attributes["colour"]);
        Assert.Equal(("__torch__.torchscript_modules.Colour", 2), (colour.QualifiedName, Int(colour.Value)));
        var point = Assert.IsType<ScriptValue.Tuple>(attributes["point"]).Items;
        Assert.Equal((1, 2), (Int(point[0]), Assert.IsType<ScriptValue.Tensor>(point[1]).Data.ElementCount));
        Assert.Equal("cpu", Assert.IsType<ScriptValue.Device>(attributes["device"]).Name);
        Assert.Equal(6, Int(attributes["dtype"]));
        var number = Assert.IsType<ScriptValue.Complex>(attributes["number"]);
        Assert.Equal((1, 2), (number.Real, number.Imaginary));
        var table = Assert.IsType<ScriptValue.Dict>(attributes["table"]);
        Assert.Equal("Dict[str, List[int]]", table.TypeName);
        Assert.Equal(["b", "a"], table.Items.Select(item => Assert.IsType<ScriptValue.Text>(item.Key).Value));
        var list = Assert.IsType<ScriptValue.List>(table.Items[0].Value);
        Assert.Equal("List[int]", list.TypeName);
        Assert.Equal([1, -2], list.Items.Select(Int));
        Assert.Equal(
            [typeof(ScriptValue.Int), typeof(ScriptValue.Float), typeof(ScriptValue.Text), typeof(ScriptValue.None), typeof(ScriptValue.Bool)],
            Assert.IsType<ScriptValue.Tuple>(attributes["mixed"]).Items.Select(item => item.GetType()));
        Assert.IsType<ScriptValue.None>(attributes["missing"]);
        var tensors = Assert.IsType<ScriptValue.List>(attributes["tensors"]).Items;
        Assert.Same(weight.Storage, Assert.IsType<ScriptValue.Tensor>(tensors[1]).Storage);
        Assert.Equal("List[complex]", Assert.IsType<ScriptValue.List>(attributes["several"]).TypeName);
        Assert.Equal("__torch__.torchscript_modules.Affine", Assert.IsType<ScriptValue.Object>(attributes["inner"]).QualifiedName);

        ScriptValue.Tensor Tensor(string name) => Assert.IsType<ScriptValue.Tensor>(attributes[name]);
    }

    [Fact]
    public void A_state_that_is_no_dict_is_kept_for_its_setstate()
    {
        var root = Open("packed-state").Root;
        Assert.Empty(root.Attributes);
        var state = Assert.IsType<ScriptValue.Tuple>(root.State).Items;
        Assert.Equal(2f, BinaryPrimitives.ReadSingleLittleEndian(Assert.IsType<ScriptValue.Tensor>(state[0]).Data.ToDense().Span));
        Assert.IsType<ScriptValue.Bool>(state[1]);
    }

    [Theory]
    [InlineData("affine", "torch.relu", "torchscript_modules.py", "return torch.relu(self.layer(x)) * scale")]
    [InlineData("traced", "torch.relu", "torchscript_modules.py", null)]
    public void Code_knows_the_line_of_Python_that_it_comes_from(string form, string code, string file, string? line)
    {
        var source = Open(form).Sources.Values.Single(source => source.Text.Contains(code, StringComparison.Ordinal));
        var original = source.Original(source.Text.IndexOf(code, StringComparison.Ordinal));
        Assert.NotNull(original);
        var text = File.ReadAllLines(Path.Combine(ModelFiles.Repository, "tests", "models", "torchscript_modules.py"));
        Assert.Equal((file, line), (original.File, original.Code));
        Assert.Contains("torch.relu", text[original.Line - 1], StringComparison.Ordinal);
        Assert.Null(Open("no-debug").Sources["__torch__.torchscript_modules"].Original(100));
    }

    [Fact]
    public void A_trace_keeps_the_shapes_of_its_inputs()
    {
        var input = Assert.IsType<ScriptValue.Tensor>(Assert.Single(Open("traced").TracedInputs["forward"]));
        Assert.Equal(DType.Float32, input.Type);
        Assert.Equal([2, 5], input.Shape);
        Assert.Empty(Open("affine").TracedInputs);
    }

    [Fact]
    public void Real_ones_are_read()
    {
        var folders = new[] { "models", "quantised" }.Select(folder => Path.Combine(ModelFiles.Shared, "..", folder));
        foreach (var file in folders.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.pt")))
        {
            var archive = ScriptArchive.Open(ModelBytes.Of(File.ReadAllBytes(file)), file);
            Assert.Contains(archive.Sources.Keys, name => archive.Root.QualifiedName.StartsWith(name + ".", StringComparison.Ordinal));
            Assert.True(archive.Root.Attributes.Count + archive.Constants.Length > 0, file);
            Assert.InRange(archive.Version, 1, 10);
        }
    }

    [Theory]
    [InlineData("weights", "holds 2 weights by their names ('layer.weight' and so on), and no program", "model.load_state_dict(torch.load(\"weights.pt\"))")]
    [InlineData("weights-within", "under 'state_dict'", "model.load_state_dict(torch.load(\"weights-within.pt\")[\"state_dict\"])")]
    [InlineData("weights-legacy", "from before PyTorch 1.6, a pickle: it holds 2 weights", "model.load_state_dict(torch.load(")]
    [InlineData("module", "a whole module, a torchscript_modules.Affine", "torch.load(\"module.pt\", weights_only=False)")]
    [InlineData("module-legacy", "a whole module, a torch.nn.modules.container.Sequential", "# where torch.nn.modules.container can be imported")]
    [InlineData("tensor", "holds a tensor", "export the model itself")]
    [InlineData("objects", "holds Python objects", "export the model itself")]
    [InlineData("plain-pickle", "a pickle of Python", "export the model itself")]
    [InlineData("tar", "a tar archive", "torch.load(\"tar.pt\"")]
    [InlineData("package", "a package of torch.package", "PackageImporter(\"package.pt\")")]
    [InlineData("mobile-bytecode", "holds bytecode alone", "torch.jit.save(torch.jit.script(model.eval()), \"model.pt\")")]
    public void What_is_no_program_is_told_with_the_way_to_one(string file, string problem, string lines)
    {
        var error = Assert.Throws<SconceException>(() => Frontend.Read(Bytes(file), file + ".pt"));
        Assert.Contains(problem, error.Problem, StringComparison.Ordinal);
        Assert.Contains(lines, error.Hint, StringComparison.Ordinal);
        Assert.Equal($"{file}.pt", error.Where!.File);
    }

    [Fact]
    public void What_inputs_are_like_is_asked_for_with_the_options_to_type()
    {
        var error = Assert.Throws<SconceException>(() => Compilation.Compile(Bytes("affine"), "affine.pt"));
        Assert.Contains("the dtype and shape of the input 'x'", error.Problem, StringComparison.Ordinal);
        Assert.Contains(" --input x=SIZES,", error.Hint, StringComparison.Ordinal);
        var inputs = Compilation.Compile(Bytes("affine"), "affine.pt", With("x=?x5", "scale=0.5")).Manifest.Inputs;
        Assert.Equal(["x"], inputs.Select(input => input.Name));
        Assert.Contains("'y'", Assert.Throws<SconceException>(() => Compilation.Compile(Bytes("affine"), "affine.pt", With("x=2x5", "y=1x1"))).Message, StringComparison.Ordinal);

        // A trace has its own, unless others are said.
        Assert.Equal(["x"], Compilation.Compile(Bytes("traced"), "traced.pt").Manifest.Inputs.Select(input => input.Name));
        var exported = File.ReadAllBytes(Path.Combine(ModelFiles.Operators, "conv1d.pt2"));
        Assert.Contains("TorchScript alone", Assert.Throws<SconceException>(() => Compilation.Compile(exported, "conv1d.pt2", With("x=1x1"))).Message, StringComparison.Ordinal);

        static CompileOptions With(params string[] inputs) => new() { Inputs = InputSpecParser.Parse(inputs) };
    }

    private static int Int(ScriptValue value) => (int)Assert.IsType<ScriptValue.Int>(value).Value;

    private static ScriptArchive Open(string file) => ScriptArchive.Open(ModelBytes.Of(Bytes(file)), file + ".pt");

    private static byte[] Bytes(string file) => File.ReadAllBytes(Path.Combine(ModelFiles.Repository, "tests", "models", "torchscript", file + ".pt"));
}
