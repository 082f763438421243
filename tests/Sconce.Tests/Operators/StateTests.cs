using Sconce.Compiler;
using System.Runtime.InteropServices;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Types;
using Sconce.Tests.Graphs;

namespace Sconce.Tests.Operators;

/// <summary>What the buffers of a model hold after runs, before and after the passes over the program.</summary>
public sealed class StateTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TwoBuffersExchangeTheirContents(bool passes)
    {
        var builder = new GraphBuilder();
        var (a, b) = (builder.Buffer("a", Data(1, 2, 3)), builder.Buffer("b", Data(7, 8, 9)));
        var sum = builder.Node("sum", "add.Tensor", [3], ("self", a), ("other", b));
        builder.Graph.Mutations.AddRange([(a, b), (b, a)]);
        builder.Output(sum, a);

        var outputs = Runs(builder, passes, 3);

        Assert.Equal([8f, 10, 12], outputs[0][0]);
        Assert.Equal([[1f, 2, 3], [7, 8, 9], [1, 2, 3]], outputs.Select(run => run[1]));
    }

    /// <summary>Elements that are still to be read must not be overwritten.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABufferTakesItsOwnElementsInAnotherOrder(bool passes)
    {
        var builder = new GraphBuilder();
        var a = builder.Buffer("a", Data(1, 2, 3));
        var flipped = builder.Node("flipped", "flip", [3], ("self", a), ("dims", new long[] { 0 }));
        builder.Graph.Mutations.Add((a, flipped));
        builder.Output(a);

        Assert.Equal([[1f, 2, 3], [3, 2, 1], [1, 2, 3]], Runs(builder, passes, 3).Select(run => run[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABufferIsMultipliedByAMatrixOfItself(bool passes)
    {
        var builder = new GraphBuilder();
        var a = builder.Buffer("a", TensorData.Dense(DType.Float32, [2, 2], MemoryMarshal.AsBytes(new[] { 1f, 1, 1, 0 }.AsSpan()).ToArray()));
        var square = builder.Node("square", "mm", [2, 2], ("self", a), ("mat2", a));
        builder.Graph.Mutations.Add((a, square));
        builder.Output(a);

        Assert.Equal([[1f, 1, 1, 0], [2, 1, 1, 1], [5, 3, 3, 2]], Runs(builder, passes, 3).Select(run => run[0]));
    }

    private static TensorData Data(params float[] values) =>
        TensorData.Dense(DType.Float32, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    private static List<float[][]> Runs(GraphBuilder builder, bool passes, int count)
    {
        var program = GraphLowering.Lower(builder.Graph).Program;
        if (passes)
        {
            Pipeline.Run(program, verify: true);
        }

        var evaluator = new Evaluator();
        return [.. Enumerable.Range(0, count).Select(_ => evaluator.Run(program, [])
            .Select(output => MemoryMarshal.Cast<byte, float>(output.ToData().ToDense().Span).ToArray()).ToArray())];
    }
}
