using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>What is chosen by its values, so that only the run knows how much it is.</summary>
internal static class Selection
{
    public static OperatorFamily Family { get; } = new("selection")
    {
        { "aten::nonzero(Tensor self) -> Tensor", NonZero },
        { "aten::argwhere(Tensor self) -> Tensor", NonZero },
        { "aten::nonzero_numpy(Tensor self) -> Tensor[]", call => Lowered.Of(Columns(call.Context, call.Tensor("self"))) },
        { "aten::where(Tensor condition) -> Tensor[]", call => Lowered.Of(Columns(call.Context, call.Tensor("condition"))) },
        { "aten::nonzero_static(Tensor self, *, SymInt size, int fill_value=-1) -> Tensor", NonZeroStatic },
        { "aten::masked_select(Tensor self, Tensor mask) -> Tensor", MaskedSelect },
        { "aten::_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", call => Unique(call, sort: true) },
        { "aten::_unique(Tensor self, bool sorted=True, bool return_inverse=False) -> (Tensor, Tensor)", call => Unique(call, sort: true) },
        { "aten::unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor, Tensor, Tensor)", call => Unique(call, sort: false) },
        { "aten::unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", call => UniqueSlices(call, sort: true) },
        { "aten::unique_dim_consecutive(Tensor self, int dim, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)", call => UniqueSlices(call, sort: false) },
        { "aten::bincount(Tensor self, Tensor? weights=None, SymInt minlength=0) -> Tensor", DTypeSet.Real, BinCount },
        { "torchvision::nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor", DTypeSet.Floats, NonMaximumSuppression },
    };

    /// <summary>The places at which a tensor is not zero.</summary>
    internal static Places PlacesOf(LoweringContext context, TensorBuffer self) => Places.Find(context, self.Dims, i => self.At(i).As(DType.Bool));

    /// <summary>A tensor of indices for each dim.</summary>
    internal static IEnumerable<TensorBuffer> Columns(LoweringContext context, TensorBuffer self)
    {
        var places = PlacesOf(context, self);
        return Enumerable.Range(0, Math.Max(self.Rank, 1)).Select(axis => context.Map(DType.Int64, [places.Count], i => Expr.Of(self.Rank == 0 ? Dim.Zero : places[i[0]][axis])));
    }

    private static Lowered NonZero(Call call)
    {
        var self = call.Tensor("self");
        var places = PlacesOf(call.Context, self);
        return Rows(call.Context, self.Rank, places.Count, (number, axis) => Expr.Of(places[number][axis]));
    }

    private static TensorBuffer Rows(LoweringContext context, int rank, Dim count, Func<Dim, int, Expr> index)
    {
        if (rank == 0)
        {
            return context.Fill(DType.Int64, [count, 0], Expr.Const(DType.Int64, 0L));
        }

        var result = context.Temporary(DType.Int64, [count, rank]);
        for (var axis = 0; axis < rank; axis++)
        {
            var column = axis;
            context.MapInto(result, [count], i => [i[0], column], i => index(i[0], column));
        }

        return result;
    }

    private static Lowered NonZeroStatic(Call call)
    {
        var (self, size) = (call.Tensor("self"), call.Int("size"));
        var places = PlacesOf(call.Context, self);
        return Rows(call.Context, self.Rank, size, (number, axis) =>
            Expr.Select(Expr.Of(number) < Expr.Of(places.Count), Expr.Of(places[Dim.Min(number, Dim.Max(places.Count - 1, 0))][axis]), Expr.Of(call.Int("fill_value"))));
    }

    private static Lowered MaskedSelect(Call call)
    {
        var (self, mask) = (call.Tensor("self"), call.Tensor("mask"));
        var dims = call.Context.Broadcast(self.Dims, mask.Dims);
        var places = Places.Find(call.Context, dims, i => mask.At(Broadcasting.IndexInto(mask.Dims, i)).As(DType.Bool));
        return call.Context.Map(self.Type, [places.Count], i => self.At(Broadcasting.IndexInto(self.Dims, places[i[0]])));
    }

    /// <summary>The first of each run of equal elements; all elements in order, where the operator asks for those that are equal wherever they are.</summary>
    private static Lowered Unique(Call call, bool sort)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        if (call.Operator.Schema.IndexOf("dim") >= 0 && call.Has("dim"))
        {
            return UniqueSlices(call, sort);
        }

        var total = Dim.Product(self.Dims);
        var flat = context.Reshape(self, [total]);
        var (values, from) = sort ? Sorting.Sort(context, flat, 0, descending: false) : (flat, null);
        var places = FirstOfEach(context, total, i => values.ValueAt([i]).NotEqualTo(values.ValueAt([Dim.Max(i - 1, 0)])));
        var unique = context.Map(self.Type, [places.Count], i => values.At(places[i[0]]));
        var empty = new Lazy<TensorBuffer>(() => context.Fill(DType.Int64, [0], Expr.Const(DType.Int64, 0L)));
        var inverse = Asks(call, "return_inverse") ? context.Reshape(Inverse(context, places, from), self.Dims) : empty.Value;
        return call.Operator.Schema.Returns.Length > 2 ? Lowered.Of(unique, inverse, Asks(call, "return_counts") ? Counts(context, places) : empty.Value) : Lowered.Of(unique, inverse);
    }

    /// <summary>The same of whole slices along a dim, in the order of their elements.</summary>
    private static Lowered UniqueSlices(Call call, bool sort)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        var axis = call.Axis("dim", self.Rank);
        if (self.Rank == 0)
        {
            throw call.Unsupported("equal slices of a tensor without dims");
        }

        var (count, others) = (self.Dims[axis], self.Dims.RemoveAt(axis));
        var width = Dim.Product(others);
        var slices = context.Reshape(context.View(self, [count, .. others], i => i.RemoveAt(0).Insert(axis, i[0])), [count, width]);
        TensorBuffer? from = null;
        if (sort)
        {
            // By the last element first: sorting keeps the order of what is equal.
            var order = from = context.Map(DType.Int64, [count], i => Expr.Of(i[0]));
            context.Loop(width, turn =>
            {
                var keys = context.Map(self.Type, [count], i => slices.At([order.IndexAt([i[0]], count), width - turn - 1]));
                var sorted = Sorting.Sort(context, keys, 0, descending: false).Indices;
                var next = context.Map(DType.Int64, [count], i => order.At([sorted.IndexAt([i[0]], count)]));
                context.MapInto(order, [count], i => i, next.At);
            });
        }

        var rows = from is null ? slices : context.View(slices, [count, width], i => [from.IndexAt([i[0]], count), i[1]]);
        var differs = context.Reduce(DType.Bool, [count], [width], Combiner.Or, (i, r) => rows.ValueAt([i[0], r[0]]).NotEqualTo(rows.ValueAt([Dim.Max(i[0] - 1, 0), r[0]])));
        var places = FirstOfEach(context, count, i => differs.At([i]));
        var picked = context.Reshape(context.View(rows, [places.Count, width], i => [places[i[0]][0], i[1]]), [places.Count, .. others]);
        var unique = context.View(picked, self.Dims.SetItem(axis, places.Count), i => i.RemoveAt(axis).Insert(0, i[axis]));

        // These are computed whether they are asked for or not.
        return Lowered.Of(unique, Inverse(context, places, from), Counts(context, places));
    }

    /// <summary>The places of which the one before is another, the first among them.</summary>
    private static Places FirstOfEach(LoweringContext context, Dim total, Func<Dim, Expr> differs) => Places.Find(
        context, [total], i => BufferLoads.GuardUnlessKnown(Expr.Of(i[0]) > Expr.Of(Dim.Zero), differs(i[0]), Expr.Const(DType.Bool, 1L)));

    /// <summary>For each element, which of the different ones it is equal to.</summary>
    private static TensorBuffer Inverse(LoweringContext context, Places places, TensorBuffer? from)
    {
        var total = places.Until.Dims[0];
        Expr Number(ImmutableArray<Dim> i) => places.Until.At(i) - places.Until.At(i).One;
        if (from is null)
        {
            return context.Map(DType.Int64, [total], Number);
        }

        var result = context.Fill(DType.Int64, [total], Expr.Const(DType.Int64, 0L));
        context.Scatter(result, [total], i => [BufferLoads.Clamped(from.At(i), total)], Number, ScatterMode.Set);
        return result;
    }

    /// <summary>How many are equal to each of the different ones.</summary>
    private static TensorBuffer Counts(LoweringContext context, Places places) => context.Map(DType.Int64, [places.Count], i =>
    {
        var next = i[0] + 1;
        var last = Expr.Of(next) >= Expr.Of(places.Count);
        return Expr.Select(last, Expr.Of(places.Until.Dims[0]), places.Numbers.At([Dim.Min(next, Dim.Max(places.Count - 1, 0))])) - places.Numbers.At(i);
    });

    private static bool Asks(Call call, string name) => call.Operator.Schema.IndexOf(name) >= 0 && call.Flag(name);

    private static Lowered BinCount(Call call)
    {
        var (context, self, weights) = (call.Context, call.Tensor("self"), call.OptionalTensor("weights"));
        call.Context.Check(self.Dims, i => self.At(i).As(DType.Int64) < Expr.Const(DType.Int64, 0L), self.At, 0, "bincount counts numbers that are not negative, and one is {value}");
        var most = context.Reduce(DType.Int64, [], self.Dims, Combiner.Max, (_, i) => self.At(i).As(DType.Int64), (_, max) => max.Max(Expr.Const(DType.Int64, -1L)) + max.One);
        var size = context.FindWithin(most.At([]).Max(Expr.Of(call.Int("minlength")).As(DType.Int64)), context.BoundOf(0, 0), "the number of bins");
        var type = weights is null ? DType.Int64 : weights.Type == DType.Float32 ? DType.Float32 : DType.Float64;
        var result = context.Fill(type, [size], Expr.Const(type, 0L));
        context.Scatter(result, self.Dims, i => [BufferLoads.Clamped(self.At(i).As(DType.Int64), size)], i => weights is null ? Expr.Const(type, 1L) : weights.ValueAt(i).As(type), ScatterMode.Add);
        return result;
    }

    /// <summary>Boxes in the order of their scores, but for those that a box before them, itself not left out, overlaps by more than so much.</summary>
    private static Lowered NonMaximumSuppression(Call call)
    {
        var (context, boxes, scores) = (call.Context, call.Tensor("dets"), call.Tensor("scores"));
        var threshold = Expr.Const(DType.Float64, call.Number("iou_threshold"));
        var count = context.Same(boxes.Dims[0], scores.Dims[0], "each box has a score");
        var order = Sorting.Sort(context, scores, 0, descending: true).Indices;
        var type = boxes.Type.Compute();
        var sorted = context.Map(type, [count, 4], i => boxes.ValueAt([order.IndexAt([i[0]], count), i[1]]));
        var kept = context.Fill(DType.Bool, [count], Expr.Const(DType.Bool, 1L));
        context.Loop(count, turn =>
        {
            var next = context.Map(DType.Bool, [count], i => kept.At(i) & !((Expr.Of(i[0]) > Expr.Of(turn)) & kept.At([turn]) & Overlap(turn, i[0])));
            context.MapInto(kept, [count], i => i, next.At);
        });
        var places = Places.Find(context, [count], kept.At);
        return context.Map(DType.Int64, [places.Count], i => order.At(places[i[0]]));

        Expr Overlap(Dim a, Dim b)
        {
            Expr Side(Dim box, int side) => sorted.At([box, side]);
            Expr Area(Dim box) => (Side(box, 2) - Side(box, 0)) * (Side(box, 3) - Side(box, 1));
            var zero = Expr.Const(type, 0L);
            Expr Length(int side) => (Side(a, side + 2).Min(Side(b, side + 2)) - Side(a, side).Max(Side(b, side))).Max(zero);
            var common = Length(0) * Length(1);
            return (common / (Area(a) + Area(b) - common)).As(DType.Float64) > threshold;
        }
    }
}
