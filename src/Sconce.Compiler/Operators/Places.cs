using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Where a condition holds, in row-major order: how often is a size that the run finds.</summary>
/// <param name="Count">How many places there are.</param>
/// <param name="Numbers">The number of each place among all elements: int64, as many as there are.</param>
/// <param name="Until">For each element, how many places there are up to it, itself included.</param>
internal sealed record Places(Dim Count, TensorBuffer Numbers, TensorBuffer Until)
{
    private Dims Dims { get; init; }

    /// <summary>The index at which the condition holds the so many'th time.</summary>
    public Dims this[Dim number] => Reshaping.Unflatten(Dims.AsSpan(), BufferLoads.Clamped(Numbers.At([number]), Dim.Product(Dims)));

    public static Places Find(LoweringContext context, Dims dims, Func<Dims, Expr> holds)
    {
        var total = Dim.Product(dims);
        var flags = context.Map(DType.Bool, [total], i => holds(Reshaping.Unflatten(dims.AsSpan(), i[0])));
        var until = context.Scan([DType.Int64], [total], 0, i => [new(Combiner.Sum, flags.At(i).As(DType.Int64))], (_, sum) => [sum[0]])[0];
        var none = Expr.Const(DType.Int64, 0L);
        var count = context.Find(BufferLoads.GuardUnlessKnown(Expr.Of(total) > none, until.At([Dim.Max(total - 1, 0)]), none), total);
        var numbers = context.Fill(DType.Int64, [count], none);
        context.Scatter(numbers, [total], i => [BufferLoads.Clamped(until.At(i) - until.At(i).One, total)], i => Expr.Of(i[0]), ScatterMode.Set, i => flags.At(i));
        return new(count, numbers, until) { Dims = dims };
    }
}
