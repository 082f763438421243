using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Reductions over parts of a dim that follow one another.</summary>
internal static class Segments
{
    public static OperatorFamily Family { get; } = new("segments", DTypeSet.Floats | DTypeSet.Integers)
    {
        { "aten::segment_reduce(Tensor data, str reduce, *, Tensor? lengths=None, Tensor? indices=None, Tensor? offsets=None, int axis=0, bool unsafe=False, Scalar? initial=None) -> Tensor", Reduce },
    };

    private static Lowered Reduce(Call call)
    {
        var (context, data, reduce) = (call.Context, call.Tensor("data"), call.Text("reduce"));
        var axis = call.Axis("axis", data.Rank);
        var (ends, count) = Ends(call, axis);
        var (type, compute, size) = (data.Type, data.Type.Compute(), data.Dims[axis]);
        var (combiner, neutral) = reduce switch
        {
            "sum" or "mean" => (Combiner.Sum, Expr.Const(compute, 0L)),
            "prod" => (Combiner.Product, Expr.Const(compute, 1L)),
            "max" => (Combiner.Max, compute.Lowest()),
            "min" => (Combiner.Min, compute.Highest()),
            _ => throw call.Expected("the reduction 'sum', 'prod', 'mean', 'max' or 'min'", $"'{reduce}'"),
        };
        var initial = call.Has("initial") ? call.Operand("initial").At([], compute) : null;
        return context.Reduce(type, data.Dims.SetItem(axis, count), [size], combiner, (o, r) =>
        {
            var (from, to, place) = (ends([.. o[..axis], o[axis]]), ends([.. o[..axis], o[axis] + 1]), Expr.Of(r[0]));
            return Expr.Select((place >= from) & (place < to), data.ValueAt(o.SetItem(axis, r[0])), neutral);
        }, (o, found) =>
        {
            found = initial is null ? found : combiner switch
            {
                Combiner.Sum => found + initial,
                Combiner.Product => found * initial,
                Combiner.Max => found.Max(initial),
                _ => found.Min(initial),
            };
            if (reduce != "mean")
            {
                return found;
            }

            // Of no elements: what it began with, or NaN.
            var length = (ends([.. o[..axis], o[axis] + 1]) - ends([.. o[..axis], o[axis]])).As(compute);
            return Expr.Select(length > length.Zero, found / length, initial ?? Expr.Const(compute, double.NaN));
        });
    }

    /// <summary>Where each part ends, after a 0 in front, and how many parts there are.</summary>
    private static (Func<Dims, Expr> Ends, Dim Count) Ends(Call call, int axis)
    {
        if (call.OptionalTensor("offsets") is { } offsets)
        {
            return (i => offsets.At(i).As(DType.Int64), offsets.Dims[axis] - 1);
        }

        var lengths = call.OptionalTensor("lengths") ?? throw call.Expected("'lengths' or 'offsets'", "neither");
        var sums = call.Context.Scan([DType.Int64], lengths.Dims, axis, i => [new(Combiner.Sum, lengths.At(i).As(DType.Int64))], (_, sum) => [sum[0]])[0];
        var ends = call.Context.Map(DType.Int64, lengths.Dims.SetItem(axis, lengths.Dims[axis] + 1), i =>
            BufferLoads.GuardUnlessKnown(Expr.Of(i[axis]) > Expr.Of(Dim.Zero), sums.At(i.SetItem(axis, i[axis] - 1)), Expr.Const(DType.Int64, 0L)));
        return (ends.At, lengths.Dims[axis]);
    }
}
