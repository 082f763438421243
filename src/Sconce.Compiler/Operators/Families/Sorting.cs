using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Sorting, and what is read off sorted elements.</summary>
internal static class Sorting
{
    public static OperatorFamily Family { get; } = new("sorting")
    {
        { "aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", call => Both(Sort(call, Axis(call), call.Flag("descending"))) },
        { "aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool descending=False) -> (Tensor values, Tensor indices)", call => Both(Sort(call, Axis(call), call.Flag("descending"))) },
        { "aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", call => Sort(call, Axis(call), call.Flag("descending")).Indices },
        { "aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor", call => Sort(call, Axis(call), call.Flag("descending")).Indices },
        { "aten::msort(Tensor self) -> Tensor", call => Sort(call, 0, descending: false).Values },
        { "aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)", call => Both(Sort(call, Axis(call), call.Flag("largest"), call.Int("k"))) },
        { "aten::kthvalue(Tensor self, SymInt k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", KthValue },
        { "aten::median(Tensor self) -> Tensor", call => Median(call, skipNan: false, whole: true) },
        { "aten::median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", call => Median(call, skipNan: false, whole: false) },
        { "aten::nanmedian(Tensor self) -> Tensor", call => Median(call, skipNan: true, whole: true) },
        { "aten::nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", call => Median(call, skipNan: true, whole: false) },
        { "aten::mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)", Mode },
        { "aten::quantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor", DTypeSet.Floats, call => Quantile(call, call.Tensor("q"), skipNan: false) },
        { "aten::quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor", DTypeSet.Floats, call => Quantile(call, call.Tensor("q"), skipNan: false) },
        { "aten::nanquantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor", DTypeSet.Floats, call => Quantile(call, call.Tensor("q"), skipNan: true) },
        { "aten::nanquantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor", DTypeSet.Floats, call => Quantile(call, call.Tensor("q"), skipNan: true) },
        { "aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", call => Search(call, call.Tensor("sorted_sequence"), call.Tensor("self")) },
        { "aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> Tensor", call => Search(call, call.Tensor("sorted_sequence"), call.Tensor("self")) },
        { "aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", call => Search(call, call.Tensor("boundaries"), call.Tensor("self")) },
        { "aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", call => Search(call, call.Tensor("boundaries"), call.Tensor("self")) },
        { "aten::repeat_interleave.self_Tensor(Tensor self, Tensor repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", RepeatInterleave },
        { "aten::repeat_interleave.Tensor(Tensor repeats, *, SymInt? output_size=None) -> Tensor", call => RepeatedPlaces(call, call.Tensor("repeats"), call.Context.BoundOf(0, 0)) },
    };

    private static Lowered Both((TensorBuffer Values, TensorBuffer Indices) sorted) => Lowered.Of(sorted.Values, sorted.Indices);

    private static int Axis(Call call) => call.Axis("dim", call.Tensor(0).Rank);

    private static (TensorBuffer Values, TensorBuffer Indices) Sort(Call call, int axis, bool descending, Dim? kept = null) =>
        Sort(call.Context, call.Tensor(0), axis, descending, kept);

    internal static (TensorBuffer Values, TensorBuffer Indices) Sort(LoweringContext context, TensorBuffer self, int axis, bool descending, Dim? kept = null)
    {
        if (self.Rank == 0)
        {
            return (self, context.Fill(DType.Int64, [], Expr.Const(DType.Int64, 0L)));
        }

        if (kept is not null)
        {
            context.Require(SizeCheck.LessOrEqual(kept, self.Dims[axis], $"topk takes {kept} of dim {axis}"));
        }

        // 16-bit floats are sorted as float32, bools as bytes.
        var type = self.Type == DType.Bool ? DType.UInt8 : self.Type.Compute();
        var dims = self.Dims.SetItem(axis, kept ?? self.Dims[axis]);
        var (values, indices) = (context.Temporary(type, dims), context.Temporary(DType.Int64, dims));
        var (axes, index) = context.Axes(self.Dims);
        var target = new Axis(dims[axis], "kept");
        var place = index.SetItem(axis, target);
        context.Add(new SortStep(
            new(values, place), new(indices, place), axes.RemoveAt(axis), axes[axis], target, self.At(index).As(type), descending));
        return (context.Convert(values, self.Type), indices);
    }

    private static Lowered KthValue(Call call)
    {
        var self = call.Tensor(0);
        var axis = Axis(call);
        var (values, indices) = Sort(call, axis, descending: false);
        if (self.Rank > 0)
        {
            call.Context.Require(SizeCheck.LessOrEqual(call.Int("k"), self.Dims[axis], $"kthvalue takes number {call.Int("k")} of dim {axis}"));
        }

        return self.Rank == 0 ? Lowered.Of(values, indices) : Pick(call, values, indices, axis, _ => call.Int("k") - 1);
    }

    /// <summary>Values and indices at one place along the sorted dim.</summary>
    private static Lowered Pick(
        Call call, TensorBuffer values, TensorBuffer indices, int axis, Func<System.Collections.Immutable.ImmutableArray<Dim>, Dim> place)
    {
        var keep = call.Operator.Schema.IndexOf("keepdim") >= 0 && call.Flag("keepdim");
        var dims = keep ? values.Dims.SetItem(axis, 1) : values.Dims.RemoveAt(axis);
        TensorBuffer At(TensorBuffer sorted) => call.Context.View(sorted, dims, i =>
        {
            var outer = keep ? i.RemoveAt(axis) : i;
            return outer.Insert(axis, place(outer));
        });
        return Lowered.Of(At(values), At(indices));
    }

    /// <summary>The lower of the two middle elements; NaN, which sorts last, where there is one and it is not skipped.</summary>
    private static Lowered Median(Call call, bool skipNan, bool whole)
    {
        var context = call.Context;
        var self = whole ? context.Reshape(call.Tensor(0), [Dim.Product(call.Tensor(0).Dims)]) : call.Tensor(0);
        if (self.Rank == 0)
        {
            return Both(Sort(context, self, 0, descending: false));
        }

        var axis = whole ? 0 : Axis(call);
        var (values, indices) = Sort(context, self, axis, descending: false);
        var size = self.Dims[axis];
        var numbers = context.Reduce(self, new(self, [axis], keep: false), Combiner.Sum, DType.Int64, x => (!x.IsNan()).As(DType.Int64));
        if (!whole)
        {
            return Pick(call, values, indices, axis, Middle);
        }

        // The median of no elements at all is NaN, of integers the lowest.
        var type = self.Type.Compute();
        var none = type.IsFloat() ? Expr.Const(type, double.NaN) : type.Lowest();
        return context.Map(self.Type, [], _ => BufferLoads.GuardUnlessKnown(Expr.Of(size) > Expr.Of(Dim.Zero), values.ValueAt([Middle([])]), none));

        Dim Middle(System.Collections.Immutable.ImmutableArray<Dim> outer)
        {
            var count = numbers.At(outer);
            var two = Expr.Const(DType.Int64, 2L);
            var middle = skipNan
                ? (count - count.One).Max(count.Zero) / two
                : Expr.Select(count < Expr.Of(size), count, Expr.Of((size - 1).FloorDiv(2)));
            return BufferLoads.Clamped(middle, size);
        }
    }

    private static Lowered Quantile(Call call, TensorBuffer q, bool skipNan)
    {
        var context = call.Context;
        var whole = !call.Has("dim") || call.Tensor(0).Rank == 0;
        var self = whole ? context.Reshape(call.Tensor(0), [Dim.Product(call.Tensor(0).Dims)]) : call.Tensor(0);
        var axis = whole ? 0 : Axis(call);
        var sorted = Sort(context, self, axis, descending: false).Values;
        var size = self.Dims[axis];
        var numbers = context.Reduce(self, new(self, [axis], keep: false), Combiner.Sum, DType.Int64, x => (!x.IsNan()).As(DType.Int64));
        var compute = self.Type.Compute();
        var mode = call.Text("interpolation");
        var outer = self.Dims.RemoveAt(axis);
        var result = context.Map(self.Type, [.. q.Dims, .. outer], i =>
        {
            var at = i[q.Rank..];
            var count = skipNan ? numbers.At(at) : Expr.Of(size);
            var place = q.ValueAt(i[..q.Rank]).As(compute) * (count - count.One).As(compute);
            place = mode == "nearest" ? place.Apply(UnaryOp.Round) : place;
            var (below, above) = (place.Floor(), place.Apply(UnaryOp.Ceil));
            Expr Value(Expr where) => sorted.ValueAt(at.Insert(axis, BufferLoads.Clamped(where.As(DType.Int64), size)));
            var (low, high) = (Value(below), Value(above));
            var weight = mode switch { "lower" => place.Zero, "higher" => place.One, "midpoint" => place.Like(0.5), _ => place - below };
            var value = Expr.Select(weight < weight.Like(0.5), low + (weight * (high - low)), high - ((high - low) * (weight.One - weight)));
            var nan = skipNan ? count.EqualTo(count.Zero) : numbers.At(at) < Expr.Of(size);
            return Expr.Select(nan, value.Like(double.NaN), value);
        });
        if (!call.Flag("keepdim"))
        {
            return result;
        }

        return whole
            ? context.Reshape(result, [.. q.Dims, .. call.Tensor(0).Dims.Select(_ => Dim.One)])
            : context.Unsqueeze(result, q.Rank + axis);
    }

    private static Lowered Search(Call call, TensorBuffer sorted, TensorBuffer values)
    {
        var schema = call.Operator.Schema;
        var right = call.Flag("right") || (schema.IndexOf("side") >= 0 && call.Has("side") && call.Text("side") == "right");
        if (schema.IndexOf("sorter") >= 0 && call.Has("sorter"))
        {
            call.CheckIndices(call.Tensor("sorter"), sorted.Dims[^1], "the places of 'sorted_sequence'");
            sorted = Indexing.Gather(call.Context, sorted, sorted.Rank - 1, call.Tensor("sorter"));
        }

        var places = Search(call.Context, sorted, values, right);
        return call.Context.Convert(places, call.Flag("out_int32") ? DType.Int32 : DType.Int64);
    }

    /// <summary>How many elements of the last dim stand before each value: the bits of the number from the highest to the lowest, a map for each.</summary>
    internal static TensorBuffer Search(LoweringContext context, TensorBuffer sorted, TensorBuffer values, bool right)
    {
        var size = sorted.Dims[^1];
        var type = TypePromotion.Promote(sorted.Type, values.Type).Compute();
        var largest = size.Bounds.Max == long.MaxValue ? 1L << 30 : size.Bounds.Max;
        var places = context.Fill(DType.Int64, values.Dims, Expr.Const(DType.Int64, 0L));
        for (var bit = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)Math.Max(largest, 1)); bit > 0; bit /= 2)
        {
            var before = places;
            var step = ConstExpr.Of(DType.Int64, bit);
            places = context.Map(DType.Int64, values.Dims, i =>
            {
                var next = before.At(i) + step;
                var boundary = sorted.At([.. sorted.Rank == 1 ? [] : i[..^1], BufferLoads.Clamped(next - next.One, size)]).As(type);
                var value = values.At(i).As(type);
                // NaN stands behind all numbers.
                var behind = right ? !(boundary > value) | value.IsNan() : !(boundary >= value) & !boundary.IsNan();
                var found = Expr.Select((next <= Expr.Of(size)) & behind, next, before.At(i));

                // That it is no more than the size is said here for whoever asks: an index that was looked up needs no check.
                return step.Bits == 1 ? found.Min(Expr.Of(size)) : found;
            });
        }

        return places;
    }

    private static Lowered RepeatInterleave(Call call)
    {
        var (self, repeats) = (call.Tensor("self"), call.Tensor("repeats"));
        if (!call.Has("dim"))
        {
            self = call.Context.Reshape(self, [Dim.Product(self.Dims)]);
        }

        var axis = call.Has("dim") ? call.Axis("dim", self.Rank) : 0;
        repeats = call.Context.Expand(repeats, [self.Dims[axis]]);
        var places = RepeatedPlaces(call, repeats, call.Context.BoundOf(0, axis));
        return call.Context.View(self, self.Dims.SetItem(axis, places.Dims[0]), i => i.SetItem(axis, places.IndexAt([i[axis]], self.Dims[axis])));
    }

    /// <summary>Each place as many times as it is to be repeated.</summary>
    private static TensorBuffer RepeatedPlaces(Call call, TensorBuffer repeats, Dim? bound)
    {
        var ends = call.Context.Scan([DType.Int64], repeats.Dims, 0, i => [new(Combiner.Sum, repeats.At(i).As(DType.Int64))], (_, sum) => [sum[0]])[0];
        call.Context.Check(
            repeats.Dims, i => repeats.At(i).As(DType.Int64) < Expr.Const(DType.Int64, 0L), repeats.At, 0, "a number of repeats is {value}");
        var total = ends.At([Dim.Max(ends.Dims[0] - 1, 0)]);
        var none = Expr.Const(DType.Int64, 0L);
        var size = call.Has("output_size") ? call.Int("output_size")
            : call.Context.FindWithin(BufferLoads.GuardUnlessKnown(Expr.Of(ends.Dims[0]) > none, total, none), bound, "the number of all repeats");
        if (call.Has("output_size"))
        {
            call.Context.Check(
                [Dim.Min(ends.Dims[0], 1)], _ => total.NotEqualTo(Expr.Of(size)), _ => total, size, "the repeats are {value} in all, 'output_size' is {limit}");
        }

        var outputs = call.Context.Map(DType.Int64, [size], i => Expr.Of(i[0]));
        return Search(call.Context, ends, outputs, right: true);
    }

    /// <summary>The element that occurs most often (of several the smallest), and its last place.</summary>
    private static Lowered Mode(Call call)
    {
        var (context, self) = (call.Context, call.Tensor(0));
        var axis = Axis(call);
        var (values, indices) = Sort(call, axis, descending: false);
        if (self.Rank == 0)
        {
            return Lowered.Of(values, indices);
        }

        // How many equal ones lie before each in order; the last of the longest run has the most.
        var starts = context.Scan([DType.Int64], self.Dims, axis, i =>
        {
            var before = Expr.Of(i[axis]).EqualTo(Expr.Const(DType.Int64, 0L));
            var same = values.ValueAt(i).EqualTo(values.ValueAt(i.SetItem(axis, Dim.Max(i[axis] - 1, 0))));
            return [new(Combiner.Max, Expr.Select(same | before, Expr.Const(DType.Int64, 0L), Expr.Of(i[axis])))];
        }, (i, start) => [Expr.Of(i[axis]) - start[0]])[0];
        var most = context.Reduce(starts, new(starts, [axis], keep: false), Combiner.ArgMax, DType.Int64, x => x);
        return Pick(call, values, indices, axis, outer => BufferLoads.Clamped(most.At(outer), self.Dims[axis]));
    }
}
