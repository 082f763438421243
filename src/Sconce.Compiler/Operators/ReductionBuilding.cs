using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Which dims a reduction takes away, and how indices of what is left and what is taken go together.</summary>
public sealed class ReducedAxes
{
    private readonly ImmutableArray<int> outer;
    private readonly ImmutableArray<int> inner;

    public ReducedAxes(TensorBuffer source, ImmutableArray<int> axes, bool keep)
    {
        (inner, Keep) = ([.. axes.Order()], keep);
        outer = [.. Enumerable.Range(0, source.Rank).Except(inner)];
        Reduced = [.. inner.Select(axis => source.Rank == 0 ? Dim.One : source.Dims[axis])];
        Result = keep
            ? [.. source.Dims.Select((dim, axis) => inner.Contains(axis) ? Dim.One : dim)]
            : [.. outer.Select(axis => source.Dims[axis])];
        Count = Dim.Product(Reduced);
    }

    /// <summary>Reduced dims stay, with size 1.</summary>
    public bool Keep { get; }

    /// <summary>The sizes of the dims that are taken away.</summary>
    public Dims Reduced { get; }

    /// <summary>The shape of the result.</summary>
    public Dims Result { get; }

    /// <summary>How many elements go into one.</summary>
    public Dim Count { get; }

    /// <summary>The index into the source for an index into the result and one over the reduced dims.</summary>
    public Dims Index(Dims result, Dims reduced)
    {
        var rank = outer.Length + inner.Length;
        var index = new Dim[rank];
        for (var i = 0; i < outer.Length; i++)
        {
            index[outer[i]] = result[Keep ? outer[i] : i];
        }

        for (var i = 0; i < inner.Length; i++)
        {
            index[inner[i]] = reduced[i];
        }

        return [.. index];
    }

    /// <summary>The index into the result for an index into the source.</summary>
    public Dims ResultIndex(Dims source) => Keep
        ? [.. source.Select((place, axis) => inner.Contains(axis) ? Dim.Zero : place)]
        : [.. outer.Select(axis => source[axis])];
}

/// <summary>Reductions over dims of a tensor.</summary>
public static class ReductionBuilding
{
    extension(LoweringContext context)
    {
        /// <summary>Combines a function of each element over dims.</summary>
        public TensorBuffer Reduce(
            TensorBuffer source, ReducedAxes axes, Combiner combiner, DType type, Func<Expr, Expr> value, Func<Expr, Expr>? result = null) =>
            source.Rank == 0
                ? context.Reduce(type, axes.Result, [1], combiner, (_, _) => value(source.ValueAt([])), (_, x) => result is null ? x : result(x))
                : context.Reduce(type, axes.Result, axes.Reduced, combiner, (o, r) => value(source.ValueAt(axes.Index(o, r))), (_, x) => result is null ? x : result(x));

        public TensorBuffer Sum(TensorBuffer source, ReducedAxes axes, DType type) =>
            context.Reduce(source, axes, Combiner.Sum, type, x => x.As(type.Compute()));

        /// <summary>The mean, in the dtype it computes in.</summary>
        public TensorBuffer Mean(TensorBuffer source, ReducedAxes axes)
        {
            var type = source.Type.Compute();
            return context.Reduce(source, axes, Combiner.Sum, type, x => x.As(type), x => x / Expr.Of(axes.Count).As(type));
        }

        /// <summary>The mean squared distance from the mean (by a second pass, which loses no digits), divided by count - correction.</summary>
        public (TensorBuffer Variance, TensorBuffer Mean) Variance(TensorBuffer source, ReducedAxes axes, Expr? correction = null)
        {
            var type = source.Type.Compute();
            var mean = context.Mean(source, axes);
            var count = Expr.Of(axes.Count).As(type);
            var divisor = correction is null ? count : (count - correction.As(type)).Max(count.Zero);
            var variance = context.Reduce(type, axes.Result, axes.Reduced, Combiner.Sum, (o, r) =>
            {
                var distance = source.ValueAt(axes.Index(o, r)) - mean.At(o);
                return distance * distance;
            }, (_, sum) => sum / divisor);
            return (variance, mean);
        }

        /// <summary>
        /// The same variance by distances from the first element: of equal elements it is exactly 0, as PyTorch has it, where a rounded mean would leave a trace. Normalisations,
        /// which add an epsilon to it, need no such care.
        /// </summary>
        public TensorBuffer VarianceFromFirst(TensorBuffer source, ReducedAxes axes, Expr correction)
        {
            if (source.Rank == 0)
            {
                return context.Variance(source, axes, correction).Variance;
            }

            var type = source.Type.Compute();
            var count = Expr.Of(axes.Count).As(type);
            Expr Distance(Dims o, Dims r) => source.ValueAt(axes.Index(o, r)) - source.ValueAt(axes.Index(o, [.. r.Select(_ => Dim.Zero)]));
            var mean = context.Reduce(type, axes.Result, axes.Reduced, Combiner.Sum, Distance, (_, sum) => sum / count);
            return context.Reduce(type, axes.Result, axes.Reduced, Combiner.Sum, (o, r) =>
            {
                var distance = Distance(o, r) - mean.At(o);
                return distance * distance;
            }, (_, sum) => sum / (count - correction.As(type)).Max(count.Zero));
        }
    }
}
