using System.Collections.Immutable;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes;

public class AssignLayoutsTests
{
    /// <summary>Attention over 2 x 3 heads of 5 positions and 4 features, and a linear layer that reads the features of each position in that order of dims.</summary>
    private static ImmutableArray<int> OrderBefore(Func<Axis, Axis, Axis, Dim[]> place)
    {
        var axes = new AttentionAxes([new Axis(2), new Axis(3)], new Axis(5), new Axis(7), new Axis(4), new Axis(4));
        Expr Load(params Axis[] index) => new LoadExpr(new("x", DType.Float32, [.. index.Select(axis => axis.Extent)], BufferKind.Input), [.. index.Select(axis => Dim.Of(axis))]);
        var sum = new AccumulatorExpr(0, DType.Float32);
        var operands = new AttentionOperands(
            Load([.. axes.Batch, axes.Rows, axes.Depth]), Load([.. axes.Batch, axes.Keys, axes.Depth]), Load([.. axes.Batch, axes.Keys, axes.Columns]), sum);
        var heads = new TensorBuffer("heads", DType.Float32, [2, 3, 5, 4]);
        var attention = new AttentionStep(Target.Whole(heads, [.. axes.Batch, axes.Rows, axes.Columns]), axes, operands, false, sum);
        var (b, m, n, k) = (new Axis(2), new Axis(5), new Axis(6), new Axis(12));
        var output = new TensorBuffer("output", DType.Float32, [2, 5, 6], BufferKind.Output);
        var program = new TensorProgram();
        program.Steps.Add(attention);
        program.Steps.Add(new ContractionStep(Target.Whole(output, [b, m, n]), [b], m, n, k, new LoadExpr(heads, [.. place(b, m, k)]), Load(n, k), sum));
        AssignLayouts.Run(program);
        return heads.Order;
    }

    [Fact]
    public void The_projection_after_attention_reads_the_heads_of_a_position_side_by_side() =>
        Assert.Equal([0, 2, 1, 3], OrderBefore((b, m, k) => [b, Dim.Of(k).FloorDiv(4), m, Dim.Of(k).Mod(4)]));

    [Fact]
    public void Where_no_order_helps_it_is_the_usual_one() =>
        Assert.Equal([0, 1, 2, 3], OrderBefore((b, m, k) => [b, Dim.Of(k).Mod(3), m, Dim.Of(k).FloorDiv(3)]));
}
