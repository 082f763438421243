using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>Steps written shortly.</summary>
internal static class Steps
{
    public static TensorBuffer Buffer(string name, DType type, params ReadOnlySpan<long> shape) =>
        new(name, type, [.. shape.ToArray().Select(size => (Dim)size)]);

    public static Expr At(this TensorBuffer buffer, params ImmutableArray<Axis> axes) => new LoadExpr(buffer, [.. axes.Select(axis => Dim.Of(axis))]);

    public static ImmutableArray<Axis> AxesOf(TensorBuffer buffer) => [.. buffer.Dims.Select((dim, i) => new Axis(dim, $"i{i}"))];

    /// <summary>A map over the whole of a buffer.</summary>
    public static MapStep Map(TensorBuffer to, Func<ImmutableArray<Axis>, Expr> body)
    {
        var axes = AxesOf(to);
        return new MapStep(Target.Whole(to, axes), axes, body(axes));
    }

    /// <summary>A reduction over some dims of the index space that the input spans.</summary>
    public static ReduceStep Reduce(TensorBuffer to, ImmutableArray<Axis> axes, ImmutableArray<Axis> reduced, Combiner combiner, Expr value)
    {
        var reducer = new Reducer(combiner, value);
        return new ReduceStep([Target.Whole(to, axes)], axes, reduced, [reducer], [new AccumulatorExpr(0, reducer.Type)]);
    }
}
