using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using static Sconce.Compiler.Operators.Families.Factorisation;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>What is read off singular values and eigenvalues.</summary>
internal static class Spectral
{
    public static OperatorFamily Family { get; } = new("spectra", DTypeSet.Floats)
    {
        { "aten::linalg_pinv(Tensor self, float rcond, bool hermitian=False) -> Tensor", call => PseudoInverse(call, null, call.Tensor("rcond")) },
        { "aten::linalg_pinv.rcond_tensor(Tensor self, Tensor rcond, bool hermitian=False) -> Tensor", call => PseudoInverse(call, null, call.Tensor("rcond")) },
        { "aten::linalg_pinv.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor", call => PseudoInverse(call, call.OptionalTensor("atol"), call.OptionalTensor("rtol")) },
        { "aten::linalg_pinv.atol_rtol_tensor(Tensor self, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor", call => PseudoInverse(call, call.OptionalTensor("atol"), call.OptionalTensor("rtol")) },
        { "aten::pinverse(Tensor self, float rcond=1.0000000000000001e-15) -> Tensor", call => PseudoInverse(call, null, call.Tensor("rcond")) },
        { "aten::linalg_matrix_rank(Tensor self, float tol, bool hermitian=False) -> Tensor", call => Rank(call, call.Tensor("tol"), null, zero: true) },
        { "aten::linalg_matrix_rank.tol_tensor(Tensor input, Tensor tol, bool hermitian=False) -> Tensor", call => Rank(call, call.Tensor("tol"), null, zero: true) },
        { "aten::linalg_matrix_rank.atol_rtol_float(Tensor self, *, float? atol=None, float? rtol=None, bool hermitian=False) -> Tensor", call => Rank(call, call.OptionalTensor("atol"), call.OptionalTensor("rtol")) },
        { "aten::linalg_matrix_rank.atol_rtol_tensor(Tensor input, *, Tensor? atol=None, Tensor? rtol=None, bool hermitian=False) -> Tensor", call => Rank(call, call.OptionalTensor("atol"), call.OptionalTensor("rtol")) },
        { "aten::linalg_cond(Tensor self, Scalar? p=None) -> Tensor", Condition },
        { "aten::linalg_cond.p_str(Tensor self, str p) -> Tensor", Condition },
        { "aten::linalg_lstsq(Tensor self, Tensor b, float? rcond=None, *, str? driver=None) -> (Tensor solution, Tensor residuals, Tensor rank, Tensor singular_values)", LeastSquares },
        { "aten::linalg_polar(Tensor A) -> (Tensor U, Tensor H)", Polar },
        { "aten::linalg_matrix_sqrth(Tensor self) -> Tensor", SquareRoot },
        { "aten::nuclear_norm(Tensor self, bool keepdim=False) -> Tensor", call => Norm(call.Context, call.Tensor(0), [0, 1], call.Flag("keepdim"), null) },
        { "aten::nuclear_norm.dim(Tensor self, int[2] dim, bool keepdim=False) -> Tensor", call => Norm(call.Context, call.Tensor(0), call.Axes("dim", call.Tensor(0).Rank), call.Flag("keepdim"), null) },
    };

    /// <summary>The sum of the singular values of matrices over two dims; with an order the largest (or, where it is negative, the smallest).</summary>
    internal static TensorBuffer Norm(LoweringContext context, TensorBuffer self, ImmutableArray<int> axes, bool keep, double? order)
    {
        ImmutableArray<int> others = [.. Enumerable.Range(0, self.Rank).Except(axes)];
        var values = Singular(context, context.Permute(self, [.. others, .. axes])).Values;
        var combiner = order is null ? Combiner.Sum : order > 0 ? Combiner.Max : Combiner.Min;

        // Of no values the largest is 0.
        var norm = context.Reduce(values, new(values, [values.Rank - 1], keep: false), combiner, self.Type, x => x, x => order > 0 ? x.Max(x.Zero) : x);
        return keep ? axes.Order().Aggregate(norm, (kept, axis) => context.Unsqueeze(kept, axis)) : norm;
    }

    private static double Epsilon(DType type) => type == DType.Float64 ? Math.ScaleB(1, -52) : Math.ScaleB(1, -23);

    /// <summary>
    /// What counts as zero, given the largest value of each matrix: an absolute bound and a part of the largest. Without either it is a rounding for each row or column.
    /// </summary>
    private static Func<Dims, Expr, Expr> Tolerance(TensorBuffer a, TensorBuffer? absolute, TensorBuffer? relative, bool zero = false) => (batch, largest) =>
    {
        var type = a.Type.Compute();
        Expr At(TensorBuffer bound) => bound.At(Broadcasting.IndexInto(bound.Dims, batch)).As(type);
        var rounding = Expr.Of(Dim.Max(a.Dims[^2], a.Dims[^1])).As(type) * Expr.Const(type, Epsilon(type));
        var least = absolute is null ? rounding.Zero : At(absolute);
        var part = relative is not null ? At(relative) : zero ? rounding.Zero : absolute is null ? rounding : Expr.Select(least > least.Zero, least.Zero, rounding);
        return least.Max(part * largest);
    };

    /// <summary>By singular values, or (of a symmetric matrix) by eigenvalues: vectors on both sides, values, and the largest's magnitude.</summary>
    private static (MatrixGiven Left, TensorBuffer Values, MatrixGiven Right, TensorBuffer Largest) Spectrum(Call call, TensorBuffer a, bool symmetric)
    {
        var context = call.Context;
        if (symmetric)
        {
            var (values, vectors) = SymmetricEigen(context, a);
            return (MatrixGiven.Of(vectors), values, MatrixGiven.Of(vectors).Transposed, Largest(values));
        }

        var (u, singular, v) = Singular(context, a);
        return (MatrixGiven.Of(u), singular, MatrixGiven.Of(v), Largest(singular));

        // Of no values it is nothing.
        TensorBuffer Largest(TensorBuffer values) => context.Reduce(
            values.Type, values.Dims[..^1], [values.Dims[^1]], Combiner.Max, (o, r) => values.ValueAt([.. o, r[0]]).Abs(), (_, largest) => largest.Max(largest.Zero));
    }

    /// <summary>left · diagonal of a function of the values · right.</summary>
    private static TensorBuffer Product(LoweringContext context, DType type, MatrixGiven left, TensorBuffer values, MatrixGiven right, Func<Dims, Expr, Expr> function) => context.Contract(
        type, values.Dims[..^1], left.Rows, right.Columns, values.Dims[^1],
        (i, row, k) => left.At(i, row, k) * function(i, values.ValueAt([.. i, k])), (i, column, k) => right.At(i, k, column));

    private static TensorBuffer PseudoInverse(Call call, TensorBuffer? absolute, TensorBuffer? relative)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (left, values, right, largest) = Spectrum(call, a, call.Operator.Schema.IndexOf("hermitian") >= 0 && call.Flag("hermitian"));
        var tolerance = Tolerance(a, absolute, relative);
        var inverses = context.Map(values.Type, values.Dims, i => values.ValueAt(i) is var value
            ? Expr.Select(value.Abs() > tolerance(i[..^1], largest.ValueAt(i[..^1])), value.One / value, value.Zero) : null!);
        return Product(context, a.Type, right.Transposed, inverses, left.Transposed, (_, value) => value);
    }

    private static Lowered Rank(Call call, TensorBuffer? absolute, TensorBuffer? relative, bool zero = false)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (_, values, _, largest) = Spectrum(call, a, call.Flag("hermitian"));
        var tolerance = Tolerance(a, absolute, relative, zero);

        // Several bounds for one matrix give several ranks.
        var batch = context.Broadcast([values.Dims[..^1], absolute?.Dims ?? [], relative?.Dims ?? []]);
        return context.Reduce(DType.Int64, batch, [values.Dims[^1]], Combiner.Sum, (o, r) =>
        {
            var own = Broadcasting.IndexInto(values.Dims[..^1], o);
            return (values.ValueAt([.. own, r[0]]).Abs() > tolerance(o, largest.ValueAt(own))).As(DType.Int64);
        });
    }

    private static Lowered Condition(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        ImmutableArray<int> axes = [a.Rank - 2, a.Rank - 1];
        var name = call["p"] is Lowered.Text { Value: var text } ? text : null;
        var order = name is not null ? 0 : call.Has("p") ? call.Number("p") : 2;
        if (a.Dims[^1].Equals(Dim.Zero) || a.Dims[^2].Equals(Dim.Zero))
        {
            return context.Fill(a.Type, Batch(a), Expr.Const(a.Type, 0L));
        }

        if (name is null && Math.Abs(order) == 2)
        {
            var values = Singular(context, a).Values;
            var last = values.Dims[^1] - 1;
            return context.Map(a.Type, Batch(a), i =>
            {
                var (first, least) = (values.ValueAt([.. i, 0]), values.ValueAt([.. i, last]));
                return order > 0 ? first / least : least / first;
            });
        }

        var inverse = LinearAlgebra.Inverse(call, a, Errors.Told).Inverse;
        var product = context.Pointwise(a.Type, a.Type, [Of(a), Of(inverse)], x => x[0] * x[1]);

        // What has no inverse is as badly conditioned as can be.
        return context.Pointwise(product, x => Expr.Select(x.IsNan(), x.Like(double.PositiveInfinity), x));

        TensorBuffer Of(TensorBuffer matrix) => Reduction.MatrixNorm(call, matrix, axes, a.Type, keep: false, name, order);
    }

    /// <summary>
    /// The shortest of all solutions that come closest, by the pseudo-inverse: other drivers differ in roundings alone, and in how small a singular value must be to
    /// count as zero.
    /// </summary>
    private static Lowered LeastSquares(Call call)
    {
        var (context, a, b) = (call.Context, call.Tensor(0), call.Tensor(1));
        var driver = call.Has("driver") ? call.Text("driver") : "gelsy";
        var vector = a.Rank - 1 == b.Rank && b.Dims.SequenceEqual(a.Dims[..^1]);
        var right = vector ? context.Unsqueeze(b, b.Rank) : b;
        var (left, values, v, largest) = Spectrum(call, a, symmetric: false);
        var tolerance = Tolerance(a, null, call.OptionalTensor("rcond"));
        Expr Counts(Dims i, Expr value) => value > tolerance(i, largest.ValueAt(i));
        var inverses = context.Map(values.Type, values.Dims, i => values.ValueAt(i) is var value ? Expr.Select(Counts(i[..^1], value), value.One / value, value.Zero) : null!);
        var inverse = Product(context, a.Type, v.Transposed, inverses, left.Transposed, (_, value) => value);
        var solution = Matrix.Multiply(context, inverse, right);
        TensorBuffer None(DType type) => context.Fill(type, [0], Expr.Const(type, 0L));
        var rank = driver == "gels" ? None(DType.Int64) : context.Reduce(
            DType.Int64, Batch(a), [values.Dims[^1]], Combiner.Sum, (o, r) => Counts(o, values.ValueAt([.. o, r[0]])).As(DType.Int64));
        var residuals = None(a.Type);
        if (driver != "gelsy" && context.Facts.Less(a.Dims[^1], a.Dims[^2]) == true)
        {
            var fitted = Matrix.Multiply(context, a, solution);
            var missed = context.Pointwise(a.Type.Compute(), a.Type, [right, fitted], x => (x[0] - x[1]) * (x[0] - x[1]));
            residuals = context.Sum(missed, new(missed, [missed.Rank - 2], keep: false), a.Type);
        }

        return Lowered.Of(
            vector ? context.Select(solution, solution.Rank - 1, 0) : solution, residuals, rank, driver is "gelsd" or "gelss" ? values : None(a.Type));
    }

    /// <summary>A = U · H: a rotation (as far as it is square) and a symmetric matrix.</summary>
    private static Lowered Polar(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (left, values, right, _) = Spectrum(call, a, symmetric: false);
        return Lowered.Of(
            Product(context, a.Type, left, values, right, (_, value) => value.One),
            Product(context, a.Type, right.Transposed, values, right, (_, value) => value));
    }

    private static Lowered SquareRoot(Call call)
    {
        var (left, values, right, _) = Spectrum(call, call.Tensor(0), symmetric: true);
        return Product(call.Context, call.Tensor(0).Type, left, values, right, (_, value) => value.Max(value.Zero).Sqrt());
    }
}
