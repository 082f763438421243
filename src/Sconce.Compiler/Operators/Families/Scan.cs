using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Running sums, products and extremes, and differences.</summary>
internal static class Scan
{
    public static OperatorFamily Family { get; } = new("scan")
    {
        { "aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", call => Running(call, Combiner.Sum) },
        { "aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", call => Running(call, Combiner.Product) },
        { "aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)", call => Extreme(call, Combiner.Max) },
        { "aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)", call => Extreme(call, Combiner.Min) },
        { "aten::logcumsumexp(Tensor self, int dim) -> Tensor", DTypeSet.Floats, LogSumExp },
        { "aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor", Difference },
        { "aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", CumulativeTrapezoid },
        { "aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", CumulativeTrapezoid },
        { "aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Trapezoid },
        { "aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Trapezoid },
    };

    private static Lowered Running(Call call, Combiner combiner)
    {
        var self = call.Tensor(0);
        var type = call.TypeOr(self.Type.ToSum());
        return self.Rank == 0
            ? call.Context.Convert(self, type)
            : call.Context.Scan([type], self.Dims, call.Axis("dim", self.Rank), i => [new(combiner, self.At(i).As(type).As(type.Compute()))], (_, x) => [x[0]])[0];
    }

    /// <summary>With the place of the last element that was no smaller (no larger) than all before.</summary>
    private static Lowered Extreme(Call call, Combiner combiner)
    {
        var self = call.Tensor(0);
        if (self.Rank == 0)
        {
            return Lowered.Of(self, call.Context.Fill(DType.Int64, [], Expr.Const(DType.Int64, 0L)));
        }

        var axis = call.Axis("dim", self.Rank);
        var values = call.Context.Scan([self.Type], self.Dims, axis, i => [new(combiner, self.ValueAt(i))], (_, x) => [x[0]])[0];
        var places = call.Context.Scan([DType.Int64], self.Dims, axis, i =>
        {
            var x = self.ValueAt(i);
            return [new(Combiner.Max, Expr.Select(x.IsNan() | x.EqualTo(values.ValueAt(i)), Expr.Of(i[axis]), Expr.Const(DType.Int64, 0L)))];
        }, (_, x) => [x[0]])[0];
        return Lowered.Of(values, places);
    }

    /// <summary>In float64, so that what lies far below the largest element is not lost.</summary>
    private static Lowered LogSumExp(Call call)
    {
        var self = call.Tensor(0);
        if (self.Rank == 0)
        {
            return self;
        }

        var axis = call.Axis("dim", self.Rank);
        var axes = new ReducedAxes(self, [axis], keep: true);
        var max = call.Context.Reduce(self, axes, Combiner.Max, DType.Float64, x => x.As(DType.Float64), x => Expr.Select(x.IsInfinite(), x.Zero, x));
        return call.Context.Scan(
            [self.Type], self.Dims, axis,
            i => [new(Combiner.Sum, (self.At(i).As(DType.Float64) - max.At(axes.ResultIndex(i))).Exp())],
            (i, sum) => [sum[0].Log() + max.At(axes.ResultIndex(i))])[0];
    }

    private static Lowered Difference(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        TensorBuffer[] parts = [.. new[] { call.OptionalTensor("prepend"), self, call.OptionalTensor("append") }.OfType<TensorBuffer>()];
        self = parts.Length == 1 ? self : call.Context.Concatenate(parts.Select(part => part.Type).Aggregate(TypePromotion.Promote), parts, axis);
        for (var n = call.Sane(call.Constant("n")); n > 0; n--)
        {
            var from = self;
            self = call.Context.Map(from.Type, from.Dims.SetItem(axis, Dim.Max(from.Dims[axis] - 1, 0)), i =>
            {
                var (next, here) = (from.ValueAt(i.SetItem(axis, i[axis] + 1)), from.ValueAt(i));
                return from.Type == DType.Bool ? next.NotEqualTo(here) : next - here;
            });
        }

        return self;
    }

    private static Lowered Trapezoid(Call call)
    {
        var y = call.Tensor("y");
        var axis = call.Axis("dim", y.Rank);
        return call.Context.Reduce(
            y.Type.ToFloat(), y.Dims.RemoveAt(axis), [Dim.Max(y.Dims[axis] - 1, 0)], Combiner.Sum, (o, r) => Strip(call, y, axis, o.Insert(axis, r[0])));
    }

    private static Lowered CumulativeTrapezoid(Call call)
    {
        var y = call.Tensor("y");
        var axis = call.Axis("dim", y.Rank);
        return call.Context.Scan(
            [y.Type.ToFloat()], y.Dims.SetItem(axis, Dim.Max(y.Dims[axis] - 1, 0)), axis, i => [new(Combiner.Sum, Strip(call, y, axis, i))], (_, sum) => [sum[0]])[0];
    }

    /// <summary>The area between one sample and the next.</summary>
    private static Expr Strip(Call call, TensorBuffer y, int axis, Dims index)
    {
        var compute = y.Type.ToFloat().Compute();
        var next = index.SetItem(axis, index[axis] + 1);
        var x = call.Operator.Schema.IndexOf("x") >= 0 ? call.Tensor("x") : null;
        Expr Place(Dims i) => x!.ValueAt(x.Rank == 1 ? [i[axis]] : Broadcasting.IndexInto(x.Dims, i)).As(compute);
        var width = x is null ? call.Operand("dx").At([], compute) : Place(next) - Place(index);
        return (y.At(index).As(compute) + y.At(next).As(compute)) * width / Expr.Const(compute, 2L);
    }
}
