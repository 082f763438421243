using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>The work of computing a step when compiling, in the units of a <see cref="Budget"/>.</summary>
internal static class EvaluationCost
{
    /// <summary>A node of an expression at one point takes the evaluator some 20 ns.</summary>
    private const long OfNode = 2;

    /// <summary>For a step of known sizes.</summary>
    public static long Of(Step step)
    {
        var points = Int128.Max(Product(step.Points.Select(axis => axis.Extent)), step.Targets.Select(target => Product(target.Buffer.Dims)).Max());
        return (long)Int128.Min(points * OfNode * ExprCost.Size(step.Expressions), long.MaxValue);
    }

    private static Int128 Product(IEnumerable<Dim> dims) =>
        dims.Aggregate((Int128)1, (product, dim) => dim.IsConstant ? Int128.Min(product * dim.Value, long.MaxValue) : product);
}
