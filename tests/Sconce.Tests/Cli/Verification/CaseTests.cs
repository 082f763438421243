using Sconce.Cli.Terminal;
using Sconce.Cli.Verification;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;
using static Sconce.Tests.Cli.Tensors;

namespace Sconce.Tests.Cli.Verification;

public sealed class CaseTests
{
    [Fact]
    public void ASequenceIsCutIntoItsCalls()
    {
        var calls = CaseReader.Sequence("m-sequence.npz", new Dictionary<string, TensorData>
        {
            ["in0"] = Floats([3, 2], [1, 2, 3, 4, 5, 6]),
            ["out0"] = Longs(7, 8, 9),
            ["reset"] = Bools(false, false, true),
            ["raised"] = Bools(false, true, false),
        }).Calls;
        Assert.Equal([false, true, false], calls.Select(call => call.Raised));
        Assert.Equal([true, false, true], calls.Select(call => call.Reset));
        Assert.Equal([3.0, 4], Numbers.ToDoubles(calls[1].Inputs[0]));
        Assert.Equal([9.0], Numbers.ToDoubles(calls[2].Outputs[0]));
        Assert.Empty(calls[2].Outputs[0].Shape);
    }

    [Theory]
    [InlineData("x", "expected arrays in0, in1, … and out0, out1, … without a gap, but got one called 'x'")]
    [InlineData("in1", "one called 'in1'")]
    [InlineData("reset", "one called 'reset'")]
    [InlineData("raised", "one called 'raised'")]
    public void ArraysThatMeanNothingAreNamed(string name, string message)
    {
        var arrays = new Dictionary<string, TensorData> { ["out0"] = Floats(1), [name] = Floats(1) };
        Assert.Contains(message, Assert.Throws<SconceException>(() => CaseReader.Single("m.npz", arrays)).Message);
    }

    [Fact]
    public void CallsMustBeAsManyInAllArrays()
    {
        var arrays = new Dictionary<string, TensorData> { ["in0"] = Floats(1, 2), ["out0"] = Floats(1) };
        Assert.Contains("first dimensions 2, 1", Assert.Throws<SconceException>(() => CaseReader.Sequence("m-sequence.npz", arrays)).Message);
    }
}
