using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>How many elements, or how much weight, falls between edges: along one line, or in the boxes of several.</summary>
internal static class Histogram
{
    public static OperatorFamily Family { get; } = new("histogram", DTypeSet.Floats)
    {
        { "aten::histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)", OfLine },
        { "aten::histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)", OfLine },
        { "aten::histogramdd(Tensor self, int[] bins, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)", OfSpace },
        { "aten::histogramdd.int_bins(Tensor self, int bins, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)", OfSpace },
        { "aten::histogramdd.TensorList_bins(Tensor self, Tensor[] bins, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor[] bin_edges)", OfSpace },
        { "aten::_histogramdd_bin_edges(Tensor self, int[] bins, *, float[]? range=None, Tensor? weight=None, bool density=False) -> Tensor[]", call => Lowered.Of(Edges(call, Points(call.Context, call.Tensor("self")))) },
        { "aten::_histogramdd_from_bin_cts(Tensor self, int[] bins, *, float[]? range=None, Tensor? weight=None, bool density=False) -> Tensor", call => InSpace(call).Counts },
        { "aten::_histogramdd_from_bin_tensors(Tensor self, Tensor[] bins, *, Tensor? weight=None, bool density=False) -> Tensor", call => InSpace(call).Counts },
        { "aten::histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor", DTypeSet.Real, OfEqualBins },
    };

    private static Lowered OfLine(Call call)
    {
        var self = call.Tensor("self");
        var points = call.Context.Reshape(self, [Dim.Product(self.Dims), 1]);
        ImmutableArray<TensorBuffer> edges = call.Operator.Schema.IndexOf("range") >= 0 ? Edges(call, points) : [call.Tensor("bins")];
        return Lowered.Of(Count(call, points, edges), edges[0]);
    }

    private static Lowered OfSpace(Call call)
    {
        var (counts, edges) = InSpace(call);
        return Lowered.Of([counts, .. edges]);
    }

    private static (TensorBuffer Counts, ImmutableArray<TensorBuffer> Edges) InSpace(Call call)
    {
        var points = Points(call.Context, call.Tensor("self"));
        var edges = call["bins"] is Lowered.List { Items: [Lowered.Tensor, ..] } ? call.Tensors("bins") : Edges(call, points);
        return (Count(call, points, edges), edges);
    }

    /// <summary>The last dim holds the coordinates of a point.</summary>
    private static TensorBuffer Points(LoweringContext context, TensorBuffer self) => context.Reshape(self, [Dim.Product(self.Dims[..^1]), self.Dims[^1]]);

    /// <summary>Edges at equal distances for each coordinate: over the range that is given, or that of the points.</summary>
    private static ImmutableArray<TensorBuffer> Edges(Call call, TensorBuffer points)
    {
        var (context, type) = (call.Context, points.Type);
        var width = points.Dims[1].IsConstant ? call.Sane(points.Dims[1].Value) : throw call.Unsupported("points whose number of coordinates only the run can tell");
        var bins = call.Ints("bins", width);
        var range = call.Has("range") && call["range"] is Lowered.List list ? call.Numbers(list) : [];
        var (compute, empty) = (type.Compute(), Expr.Of(points.Dims[0]).EqualTo(Expr.Const(DType.Int64, 0L)));
        return [.. bins.Select((count, axis) =>
        {
            Func<Expr> low = () => Expr.Const(compute, range[2 * axis]), high = () => Expr.Const(compute, range[(2 * axis) + 1]);
            if (range.IsEmpty)
            {
                var least = context.Reduce(compute, [], [points.Dims[0]], Combiner.Min, (_, r) => points.ValueAt([r[0], axis]), (_, x) => Expr.Select(empty, x.Zero, x));
                var most = context.Reduce(compute, [], [points.Dims[0]], Combiner.Max, (_, r) => points.ValueAt([r[0], axis]), (_, x) => Expr.Select(empty, x.One, x));
                (low, high) = (() => least.At([]), () => most.At([]));
            }

            return context.Map(type, [count + 1], i =>
            {
                // Where all points are one, half a step to both sides.
                var (first, last, half) = (low(), high(), Expr.Const(compute, 0.5));
                var same = first.EqualTo(last);
                (first, last) = (Expr.Select(same, first - half, first), Expr.Select(same, last + half, last));
                var step = (last - first) / Expr.Of(count).As(compute);
                return Expr.Select(
                    Expr.Of(i[0]) < Expr.Of((count + 1).FloorDiv(2)), first + (step * Expr.Of(i[0]).As(compute)), last - (step * Expr.Of(count - i[0]).As(compute)));
            });
        })];
    }

    /// <summary>A point lies in the box whose lower edges it has reached; the last edge belongs to the last box.</summary>
    private static TensorBuffer Count(Call call, TensorBuffer points, ImmutableArray<TensorBuffer> edges)
    {
        var (context, type, compute, weight) = (call.Context, points.Type, points.Type.Compute(), call.OptionalTensor("weight"));
        weight = weight is null ? null : context.Reshape(weight, [points.Dims[0]]);
        var coordinates = edges.Select((edge, axis) => (Edge: edge, Value: context.Select(points, 1, axis))).ToArray();
        var places = coordinates.Select(at => Sorting.Search(context, at.Edge, at.Value, right: true)).ToArray();
        ImmutableArray<Dim> dims = [.. edges.Select(edge => edge.Dims[0] - 1)];
        var counts = context.Fill(type, dims, Expr.Const(type, 0L));
        context.Scatter(
            counts, [points.Dims[0]], i => [.. places.Select((place, axis) => BufferLoads.Clamped(place.At(i) - Expr.Const(DType.Int64, 1L), dims[axis]))],
            i => weight is null ? Expr.Const(compute, 1L) : weight.ValueAt(i), ScatterMode.Add,
            i => coordinates.Select(at => (at.Value.At(i) >= at.Edge.At([0])) & (at.Value.At(i) <= at.Edge.At([at.Edge.Dims[0] - 1]))).Aggregate((a, b) => a & b));
        if (!call.Flag("density"))
        {
            return counts;
        }

        var total = context.Sum(counts, new(counts, [.. Enumerable.Range(0, counts.Rank)], keep: false), compute);
        return context.Map(type, dims, i => edges
            .Select((edge, axis) => edge.ValueAt([i[axis] + 1]) - edge.ValueAt([i[axis]]))
            .Aggregate(counts.ValueAt(i) / total.At([]), (density, width) => density / width));
    }

    /// <summary>A number of bins of one width; the last one holds the upper end too.</summary>
    private static Lowered OfEqualBins(Call call)
    {
        var self = call.Tensor("self");
        // PyTorch rounds 16-bit floats after each operation here.
        var (bins, compute) = (call.Int("bins"), self.Type.IsFloat() ? self.Type : DType.Float64);
        Expr low = Expr.Const(compute, call.Number("min")), high = Expr.Const(compute, call.Number("max"));
        if (call.Number("min") == call.Number("max"))
        {
            // No range is given: that of the elements, made wider where they are all the same.
            var axes = new ReducedAxes(self, [.. Enumerable.Range(0, self.Rank)], keep: false);
            Expr least = call.Context.Reduce(self, axes, Combiner.Min, compute, x => x.As(compute)).At([]);
            Expr most = call.Context.Reduce(self, axes, Combiner.Max, compute, x => x.As(compute)).At([]);
            var same = least.EqualTo(most);
            (low, high) = (Expr.Select(same, least - least.One, least), Expr.Select(same, most + most.One, most));
        }

        var result = call.Context.Fill(self.Type, [bins], Expr.Const(self.Type, 0L));
        call.Context.Scatter(
            result, self.Dims,
            i => [BufferLoads.Clamped(((self.At(i).As(compute) - low) * Expr.Of(bins).As(compute) / (high - low)).As(DType.Int64), bins)],
            _ => Expr.Const(self.Type, 1L), ScatterMode.Add,
            i => (self.At(i).As(compute) >= low) & (self.At(i).As(compute) <= high));
        return result;
    }
}
