using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Verification;

public sealed class ReferenceCasesTests
{
    [Fact]
    public void TheInputsThatTheArchiveKeepsComeFirstWithPyTorchsNumbers()
    {
        var path = Path.Combine(ModelFiles.Repository, "tests", "models", "archives", "untouched.pt2");
        var made = Make(path, 2);
        var right = InputFile.ReadNpz(Path.ChangeExtension(path, ".npz"));
        var call = made.Cases[0].Calls[0];
        Assert.Equal([[2L, 5], [3]], call.Inputs.Select(input => input.Shape.ToArray()));
        Assert.Equal(right["in0"].ToDense().ToArray(), call.Inputs[0].ToDense().ToArray());
        Assert.Equal(right["in1"].ToDense().ToArray(), call.Inputs[1].ToDense().ToArray());
        Assert.True(Comparison.Of("result", right["out0"], call.Outputs[0], new Tolerance()).IsRight);
        Assert.Equal(3, made.Cases.Count);
        Assert.Equal("compared with the reference evaluator on the file's sample inputs and 2 random ones", made.Note);
    }

    [Fact]
    public void RandomInputsHaveSizesFromTheLeastOnThatTheModelTakes()
    {
        var made = Make(Path.Combine(ModelFiles.Operators, "conv1d-dynamic.pt2"), 20);
        Assert.DoesNotContain(made.Cases, one => one.Calls[0].Raised);
        var sizes = made.Cases.Select(one => one.Calls[0].Inputs[0].Shape[0]).ToList();
        Assert.True(sizes.Distinct().Count() > 4, string.Join(" ", sizes));
    }

    private static ReferenceCases Make(string path, int samples)
    {
        using var scratch = new ScratchFolder();
        var options = new CompileOptions();
        var compiled = ModelCompiler.CompileToFile(path, scratch.NewFile(".wasm"), options, progress: null);
        var manifest = compiled.Contents.Manifest;
        return ReferenceCases.Make(
            ReferenceRun.Read(File.ReadAllBytes(path), Path.GetFileName(path), options), manifest, ModelCompiler.SampleInputs(path, model: null, manifest), beside: [], samples);
    }
}
