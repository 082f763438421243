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
        { "aten::_logcumsumexp(Tensor self, int dim) -> Tensor", DTypeSet.Floats, LogSumExp },
        { "aten::diff(Tensor self, int n=1, int dim=-1, Tensor? prepend=None, Tensor? append=None) -> Tensor", Difference },
        { "aten::cumulative_trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", CumulativeTrapezoid },
        { "aten::cumulative_trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", CumulativeTrapezoid },
        { "aten::trapezoid.dx(Tensor y, *, Scalar dx=1, int dim=-1) -> Tensor", Trapezoid },
        { "aten::trapezoid.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Trapezoid },
        { "aten::trapz.dx(Tensor y, *, float dx=1., int dim=-1) -> Tensor", Trapezoid },
        { "aten::trapz.x(Tensor y, Tensor x, *, int dim=-1) -> Tensor", Trapezoid },
        { "aten::gradient.scalarint(Tensor self, *, Scalar? spacing=None, int? dim=None, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.scalararray(Tensor self, *, Scalar spacing, int[] dim, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.array(Tensor self, *, int[] dim, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.scalarrayint(Tensor self, *, Scalar[] spacing, int? dim=None, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.scalarrayarray(Tensor self, *, Scalar[] spacing, int[] dim, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.tensorarrayint(Tensor self, *, Tensor[] spacing, int? dim=None, int edge_order=1) -> Tensor[]", Gradient },
        { "aten::gradient.tensorarray(Tensor self, *, Tensor[] spacing, int[] dim, int edge_order=1) -> Tensor[]", Gradient },
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
        if (call.Constant("n") == 0)
        {
            return self;
        }

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
        var (y, axis, type) = Strips(call);
        if (!HasPlaces(call))
        {
            return Evenly(call, y, axis);
        }

        return call.Context.Reduce(
            type.ToFloat(), y.Dims.RemoveAt(axis), [Dim.Max(y.Dims[axis] - 1, 0)], Combiner.Sum,
            (o, r) => Strip(call, y, axis, type, o.Insert(axis, r[0])), (_, sum) => Half(sum, type));
    }

    /// <summary>At one distance: the sum less half of its ends, each operation in the dtype of what it is done to.</summary>
    private static Lowered Evenly(Call call, TensorBuffer y, int axis)
    {
        var (size, type, dx) = (y.Dims[axis], y.Type.ToFloat(), call.Operand("dx"));
        return call.Context.Reduce(type, y.Dims.RemoveAt(axis), [size], Combiner.Sum, (o, r) => y.At(o.Insert(axis, r[0])).As(y.Type.ToSum().Compute()), (o, sum) =>
        {
            Expr End(Dim place) => BufferLoads.GuardUnlessKnown(Expr.Of(size) > Expr.Of(Dim.Zero), y.At(o.Insert(axis, place)), Expr.Const(y.Type, 0L));
            var ends = (End(Dim.Zero) + End(Dim.Max(size - 1, 0))).As(type);
            return (sum.As(type) - (ends * ends.Like(0.5))) * dx.At([], type).As(type);
        });
    }

    private static Lowered CumulativeTrapezoid(Call call)
    {
        var (y, axis, type) = Strips(call);
        return call.Context.Scan(
            [type.ToFloat()], y.Dims.SetItem(axis, Dim.Max(y.Dims[axis] - 1, 0)), axis,
            i => [new(Combiner.Sum, Strip(call, y, axis, type, i))], (_, sum) => [Half(sum[0], type)])[0];
    }

    /// <summary>What lies under a curve, along which dim, and the dtype that a strip's width and heights have together.</summary>
    private static (TensorBuffer Y, int Axis, DType Type) Strips(Call call)
    {
        var y = call.Tensor("y");
        return (y, call.Axis("dim", y.Rank), TypePromotion.Result(call.Operand("y"), call.Operand(HasPlaces(call) ? "x" : "dx")));
    }

    private static bool HasPlaces(Call call) => call.Operator.Schema.IndexOf("x") >= 0;

    /// <summary>Twice the area between one sample and the next, each operation in the dtype of what it is done to: integers wrap.</summary>
    private static Expr Strip(Call call, TensorBuffer y, int axis, DType type, Dims index)
    {
        var next = index.SetItem(axis, index[axis] + 1);
        var x = HasPlaces(call) ? call.Tensor("x") : null;
        Expr Place(Dims i) => x!.At(x.Rank == 1 ? [i[axis]] : Broadcasting.IndexInto(x.Dims, i));
        var width = x is null ? call.Operand("dx").At([], type).As(type) : (Place(next) - Place(index)).As(type);
        return ((y.At(index) + y.At(next)).As(type) * width).As(type.ToSum().Compute());
    }

    /// <summary>Half of a sum, which has its own dtype before.</summary>
    private static Expr Half(Expr sum, DType type)
    {
        var halved = (type.IsHalf() ? sum.As(type) : sum).As(type.ToFloat().Compute());
        return halved / halved.Like(2);
    }

    /// <summary>Derivatives along dims, of the parabola through each element and its two neighbours; at the ends of the first or last ones.</summary>
    private static Lowered Gradient(Call call)
    {
        var self = call.Tensor("self");
        var spacing = !call.Has("spacing") ? [Lowered.Of(1.0)]
            : call["spacing"] is Lowered.List list ? list.Items : [call["spacing"]];
        var second = call.Constant("edge_order") switch
        {
            1 => false,
            2 => true,
            var other => throw call.Expected("an 'edge_order' of 1 or 2", $"{other}"),
        };
        return Lowered.Of(call.Axes("dim", self.Rank).Select((axis, i) => Derivative(call, self, axis, spacing[Math.Min(i, spacing.Length - 1)], second)).ToArray());
    }

    /// <param name="call">The call.</param>
    /// <param name="self">What is derived.</param>
    /// <param name="axis">Along which dim.</param>
    /// <param name="spacing">The distance of neighbours, or a vector of places.</param>
    /// <param name="second">Whether a parabola goes through the ends too, or a line.</param>
    private static TensorBuffer Derivative(Call call, TensorBuffer self, int axis, Lowered spacing, bool second)
    {
        var places = (spacing as Lowered.Tensor)?.Buffer;
        var type = (places is null ? self.Type : TypePromotion.Promote(self.Type, places.Type)).ToFloat();
        var (compute, size) = (type.Compute(), self.Dims[axis]);
        call.Context.Require(SizeCheck.LessOrEqual(second ? 3 : 2, size, "a gradient takes a neighbour for each order of its edges"));
        var width = places is null ? call.AsOperand(spacing, "spacing").At([], compute) : null;
        return call.Context.Map(type, self.Dims, i =>
        {
            var (place, last, zero) = (i[axis], size - 1, Expr.Const(DType.Int64, 0L));
            Expr first = Expr.Of(place).EqualTo(zero), end = Expr.Of(place).EqualTo(Expr.Of(last));

            // The three elements around this one that there are; in a tensor of two, its only two.
            var middle = Dim.Max(Dim.Min(place, size - 2), 1);
            Expr At(Dim where) => self.At(i.SetItem(axis, where)).As(compute);
            Expr Place(Dim where) => places!.ValueAt([where]).As(compute);
            var after = Dim.Min(middle + 1, last);
            Expr before = At(middle - 1), here = At(middle), next = At(after);
            var left = width ?? Place(middle) - Place(middle - 1);
            var right = width ?? Place(after) - Place(middle);
            var (down, up) = ((here - before) / left, (next - here) / right);
            var (lower, upper) = (down, up);
            if (second)
            {
                // As far off the slope at the middle as one neighbour's distance makes it.
                var bend = (up - down) / (left + right);
                (lower, upper) = (down - (bend * left), up + (bend * right));
            }
            else
            {
                upper = Expr.Select(Expr.Of(size).EqualTo(Expr.Const(DType.Int64, 2L)), down, up);
            }

            var inner = width is null ? ((down * right) + (up * left)) / (left + right) : (next - before) / (width * width.Like(2));
            return Expr.Select(first, lower, Expr.Select(end, upper, inner));
        });
    }
}
