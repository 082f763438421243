using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>What it takes to compute a step when compiling, in the units of a <see cref="Budget"/>.</summary>
internal static class EvaluationCost
{
    /// <summary>A node of an expression at one point takes the evaluator some 20 ns.</summary>
    private const long OfNode = 2;

    /// <summary>For a step of known sizes.</summary>
    public static long Of(Step step)
    {
        var points = Int128.Max(Product(Axes(step).Select(axis => axis.Extent)), step.Targets.Select(target => Product(target.Buffer.Dims)).Max());
        return (long)Int128.Min(points * OfNode * ExprCost.Size(step.Expressions), long.MaxValue);
    }

    private static Int128 Product(IEnumerable<Dim> dims) =>
        dims.Aggregate((Int128)1, (product, dim) => dim.IsConstant ? Int128.Min(product * dim.Value, long.MaxValue) : product);

    /// <summary>At each point of these the step computes its expressions.</summary>
    private static IEnumerable<Axis> Axes(Step step) => step switch
    {
        MapStep s => s.Axes,
        ScatterStep s => s.Axes,
        CheckStep s => s.Axes,
        ReduceStep s => [.. s.Axes, .. s.Reduced],
        ScanStep s => [.. s.Axes, s.Scanned],
        SortStep s => [.. s.Axes, s.Sorted],
        FourierStep s => [.. s.Axes, s.Input, s.Output],
        ContractionStep s => [.. s.Axes, s.K],
        ConvolutionStep s => [.. s.Axes, .. s.WeightAxes[1..]],
        AttentionStep { Space: var s } => [.. s.Batch, s.Rows, s.Keys, s.Depth, s.Columns],
        _ => throw new NotSupportedException(step.GetType().Name),
    };
}
