using Sconce.Cli.Files;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Types;

namespace Sconce.Tests;

public sealed class ReferenceRunTests
{
    [Theory]
    [InlineData("bfloat16-linear", DType.BFloat16, 1e-4, 1e-2)]
    [InlineData("linear", null, 0, 0)]
    public void WithoutTheRoundingOfHalfPrecisionOutputsMoveALittle(string name, DType? half, double least, double most)
    {
        var path = Path.Combine(Frontends.ModelFiles.Operators, $"{name}.pt2");
        var inputs = CaseReader.Single(path, InputFile.ReadNpz(Path.ChangeExtension(path, ".npz"))).Calls[0].Inputs;
        var rounded = Read(widened: false);
        var widened = Read(widened: true);
        Assert.Equal(half, rounded.Half);
        var expected = rounded.Run([.. inputs.Select(input => half is { } type ? HalfPrecision.Narrow(input, type) : input)]).Outputs[0];
        var actual = widened.Run(half is null ? inputs : [.. inputs.Select(input => HalfPrecision.Widen(HalfPrecision.Narrow(input, half.Value)))]).Outputs[0];
        Assert.Equal(DType.Float32, actual.Type);
        Assert.InRange(Comparison.Of(name, actual, expected, new Tolerance()).MaxError, least, most);

        ReferenceRun Read(bool widened) => ReferenceRun.Read(File.ReadAllBytes(path), name, new CompileOptions(), widened);
    }
}
