using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Distances and similarities of vectors, and products across three dims.</summary>
internal static class Distance
{
    public static OperatorFamily Family { get; } = new("distance", DTypeSet.Floats)
    {
        { "aten::cdist(Tensor x1, Tensor x2, float p=2., int? compute_mode=None) -> Tensor", call => Pairs(call, call.Number("p")) },
        { "aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) -> Tensor", call => Pairs(call, call.Number("p")) },
        { "aten::_euclidean_dist(Tensor x1, Tensor x2) -> Tensor", call => Pairs(call, 2) },
        { "aten::dist(Tensor self, Tensor other, Scalar p=2) -> Tensor", Whole },
        { "aten::pdist(Tensor self, float p=2.) -> Tensor", PairsOfRows },
        { "aten::_pdist_forward(Tensor self, float p=2.) -> Tensor", PairsOfRows },
        { "aten::pairwise_distance(Tensor x1, Tensor x2, float p=2., float eps=9.9999999999999995e-07, bool keepdim=False) -> Tensor", DTypeSet.Real, PairwiseDistance },
        { "aten::cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor", CosineSimilarity },
        { "aten::cross(Tensor self, Tensor other, int? dim=None) -> Tensor", DTypeSet.Numbers, Cross },
        { "aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", DTypeSet.Numbers, Cross },
    };

    /// <summary>With more rows than this on one side, PyTorch computes Euclidean distances by a product, unless it is told not to.</summary>
    private const int MostRowsByDifference = 25;

    /// <summary>The values of <c>compute_mode</c> in ATen's <c>cdist</c>.</summary>
    private const long ProductWhereManyRows = 0, AlwaysProduct = 1;

    /// <summary>The p-norm of the differences of all pairs of rows.</summary>
    private static Lowered Pairs(Call call, double p)
    {
        var (a, b) = (call.Tensor("x1"), call.Tensor("x2"));
        call.Context.Same(a.Dims[^1], b.Dims[^1], "the rows whose distances are asked for are of one length");
        var mode = call.Has("compute_mode") ? call.Constant("compute_mode") : ProductWhereManyRows;
        var manyRows = a.Dims[^2].Bounds.Min > MostRowsByDifference || b.Dims[^2].Bounds.Min > MostRowsByDifference;
        if (p == 2 && (mode == AlwaysProduct || (mode == ProductWhereManyRows && manyRows)))
        {
            return Euclidean(call, a, b);
        }

        var batch = call.Context.Broadcast(a.Dims[..^2], b.Dims[..^2]);
        return Distances(
            call.Context, a.Type, [.. batch, a.Dims[^2], b.Dims[^2]], a.Dims[^1], p,
            (o, k) => a.ValueAt([.. Broadcasting.IndexInto(a.Dims[..^2], o[..^2]), o[^2], k]),
            (o, k) => b.ValueAt([.. Broadcasting.IndexInto(b.Dims[..^2], o[..^2]), o[^1], k]));
    }

    /// <summary>The p-norm of the differences of two vectors for each index.</summary>
    private static TensorBuffer Distances(
        LoweringContext context, DType type, Dims dims, Dim length, double p, Func<Dims, Dim, Expr> first, Func<Dims, Dim, Expr> second) => context.Reduce(
        type, dims, [length], double.IsPositiveInfinity(p) ? Combiner.Max : Combiner.Sum, (o, r) =>
        {
            var distance = (first(o, r[0]) - second(o, r[0])).Abs();
            return p switch
            {
                double.PositiveInfinity => distance,
                0 => distance.Apply(UnaryOp.Ceil).Min(distance.One),
                _ => distance.Power(p),
            };
        }, (_, sum) => double.IsPositiveInfinity(p) || p == 0 ? sum : sum.Power(1 / p));

    /// <summary>Of all pairs of rows of one matrix, each once: the first row with all after it, the second with all after it, …</summary>
    private static Lowered PairsOfRows(Call call)
    {
        var self = call.Tensor("self");
        var rows = self.Dims[0];
        var pairs = (rows * Dim.Max(rows - 1, 0)).FloorDiv(2);

        // Before row r lie r (2n - r - 1) / 2 pairs: which row it is, the root of that tells, but for rounding.
        var first = call.Context.Map(DType.Int64, [pairs], i =>
        {
            var (count, one) = (Expr.Of(rows), Expr.Const(DType.Int64, 1L));
            var half = count.As(DType.Float64) - Expr.Const(DType.Float64, 0.5);
            var guess = (half - ((half * half) - Expr.Of(2 * i[0]).As(DType.Float64)).Sqrt()).Floor().As(DType.Int64);
            Expr Before(Expr row) => row * (count + count - row - one) / Expr.Const(DType.Int64, 2L);
            var lower = Expr.Select(Before(guess) > Expr.Of(i[0]), guess - one, guess);
            return Expr.Select(Before(lower + one) <= Expr.Of(i[0]), lower + one, lower);
        });
        var second = call.Context.Map(DType.Int64, [pairs], i =>
        {
            var (row, count, one) = (first.At(i), Expr.Of(rows), Expr.Const(DType.Int64, 1L));
            return Expr.Of(i[0]) - (row * (count + count - row - one) / Expr.Const(DType.Int64, 2L)) + row + one;
        });
        return Distances(
            call.Context, self.Type, [pairs], self.Dims[1], call.Number("p"),
            (o, k) => self.ValueAt([BufferLoads.Clamped(first.At(o), rows), k]), (o, k) => self.ValueAt([BufferLoads.Clamped(second.At(o), rows), k]));
    }

    private static Lowered Whole(Call call)
    {
        Operand a = call.Tensor("self"), b = call.Tensor("other");
        var type = TypePromotion.Result(a, b).ToFloat();
        var difference = call.Context.Pointwise(type, type, [a, b], x => x[0] - x[1]);
        return Reduction.Norm(call.Context, difference, new(difference, [.. Enumerable.Range(0, difference.Rank)], keep: false), type, call.Number("p"));
    }

    /// <summary>By a product, as ATen's <c>_euclidean_dist</c> does it: |x - y|² is |x|² + |y|² - 2xy.</summary>
    private static Lowered Euclidean(Call call, TensorBuffer a, TensorBuffer b)
    {
        var batch = call.Context.Broadcast(a.Dims[..^2], b.Dims[..^2]);
        var (squaresA, squaresB) = (Squares(a), Squares(b));
        return call.Context.Contract(
            a.Type, batch, a.Dims[^2], b.Dims[^2], a.Dims[^1],
            (p, i, k) => a.ValueAt([.. Broadcasting.IndexInto(a.Dims[..^2], p), i, k]),
            (p, j, k) => b.ValueAt([.. Broadcasting.IndexInto(b.Dims[..^2], p), j, k]),
            (index, product) =>
            {
                var (x, y) = (squaresA.ValueAt([.. Broadcasting.IndexInto(a.Dims[..^2], index[..^2]), index[^2]]), squaresB.ValueAt([.. Broadcasting.IndexInto(b.Dims[..^2], index[..^2]), index[^1]]));
                return (x + y - (product * product.Like(2))).Max(product.Zero).Sqrt();
            });

        TensorBuffer Squares(TensorBuffer rows) => call.Context.Reduce(
            rows.Type, rows.Dims[..^1], [rows.Dims[^1]], Combiner.Sum, (o, r) => rows.ValueAt([.. o, r[0]]) * rows.ValueAt([.. o, r[0]]), (_, sum) => sum);
    }

    private static Lowered PairwiseDistance(Call call) => Pairwise(
        call.Context, call.Tensor("x1"), call.Tensor("x2"), call.Number("p"), call.Number("eps"), call.Flag("keepdim"));

    /// <summary>The p-norm of the differences of two tensors' last dims.</summary>
    internal static TensorBuffer Pairwise(LoweringContext context, TensorBuffer a, TensorBuffer b, double p, double epsilon, bool keep)
    {
        // Integers are subtracted as such: what has no sign wraps around.
        var type = TypePromotion.Promote(a.Type, b.Type);
        var difference = context.Pointwise(type.ToFloat(), type, [a, b], x => (x[0] - x[1]).As(type.ToFloat().Compute()) is var distance ? distance + distance.Like(epsilon) : null!);
        return Reduction.Norm(context, difference, new(difference, [difference.Rank - 1], keep), difference.Type, p);
    }

    private static Lowered CosineSimilarity(Call call)
    {
        var (a, b) = (call.Tensor("x1"), call.Tensor("x2"));
        var dims = call.Context.Broadcast(a.Dims, b.Dims);
        var type = TypePromotion.Promote(a.Type, b.Type);
        var (x, y) = (call.Context.Expand(call.Context.Convert(a, type), dims), call.Context.Expand(call.Context.Convert(b, type), dims));
        if (dims.IsEmpty)
        {
            (x, y) = (call.Context.Reshape(x, [1]), call.Context.Reshape(y, [1]));
        }

        // Each is divided by its length first, as PyTorch does: no product of large numbers overflows, and 16-bit floats are rounded where PyTorch rounds them.
        var axes = new ReducedAxes(x, [call.Axis("dim", dims.Length)], keep: false);
        var epsilon = call.Number("eps");
        var (p, q) = (Direction(x), Direction(y));
        return call.Context.Reduce([x.Type], axes.Result, axes.Reduced, (o, r) =>
            [new(Combiner.Sum, Quantised.Rounded(p(axes.Index(o, r)) * q(axes.Index(o, r)), x.Type))], (_, sums) => [sums[0]])[0];

        Func<Dims, Expr> Direction(TensorBuffer vectors)
        {
            var lengths = Reduction.Norm(call.Context, vectors, axes, vectors.Type, 2);
            return index => vectors.ValueAt(index) is var value && lengths.ValueAt(axes.ResultIndex(index)) is var length
                ? Quantised.Rounded(value / length.Max(length.Like(epsilon)), vectors.Type) : null!;
        }
    }

    private static Lowered Cross(Call call)
    {
        TensorBuffer a = call.Tensor("self"), b = call.Tensor("other");
        var dims = call.Context.Broadcast(a.Dims, b.Dims);
        var axis = call.Has("dim") ? call.Axis("dim", dims.Length) : dims.IndexOf(3);
        return call.Context.Map(TypePromotion.Promote(a.Type, b.Type), dims, i =>
        {
            Expr At(TensorBuffer x, int shift) => x.ValueAt(Broadcasting.IndexInto(x.Dims, i.SetItem(axis, (i[axis] + shift).Mod(3))));
            return (At(a, 1) * At(b, 2)) - (At(a, 2) * At(b, 1));
        });
    }
}
