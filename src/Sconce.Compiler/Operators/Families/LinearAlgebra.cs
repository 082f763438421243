using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Systems of linear equations and what comes of them: a loop over the columns, all rows at once, for batches of small matrices.</summary>
internal static class LinearAlgebra
{
    public static OperatorFamily Family { get; } = new("linear algebra", DTypeSet.Floats)
    {
        { "aten::linalg_inv(Tensor A) -> Tensor", call => Inverse(call.Context, call.Tensor(0)) },
        { "aten::inverse(Tensor self) -> Tensor", call => Inverse(call.Context, call.Tensor(0)) },
        { "aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", Solve },
        { "aten::linalg_det(Tensor A) -> Tensor", call => Determinant(call.Context, call.Tensor(0)) },
        { "aten::det(Tensor self) -> Tensor", call => Determinant(call.Context, call.Tensor(0)) },
        { "aten::logdet(Tensor self) -> Tensor", call => call.Context.Pointwise(Determinant(call.Context, call.Tensor(0)), x => x.Log()) },
        { "aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", SignAndLogarithm },
        { "aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", SignAndLogarithm },
        { "aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", Cholesky },
        { "aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor", SolveTriangular },
        { "aten::linalg_matrix_power(Tensor self, int n) -> Tensor", call => Power(call.Context, call.Tensor(0), call.Constant("n")) },
        { "aten::matrix_power(Tensor self, int n) -> Tensor", call => Power(call.Context, call.Tensor(0), call.Constant("n")) },
    };

    private static Dims Batch(TensorBuffer matrix) => matrix.Dims[..^2];

    /// <summary>
    /// Gauss and Jordan's elimination of [a | b], with the largest element of each column as pivot: b becomes the solution of a · x = b. With the determinant of a.
    /// </summary>
    private static (TensorBuffer Solution, TensorBuffer Determinant) Eliminate(LoweringContext context, TensorBuffer a, TensorBuffer b, bool pivoting = true)
    {
        var (compute, size, right) = (a.Type.Compute(), a.Dims[^1], b.Dims[^1]);
        var batch = context.Broadcast(Batch(a), Batch(b));
        Dims dims = [.. batch, size, size + right];
        var rows = context.Map(compute, dims, i => Expr.Guard(
            Expr.Of(i[^1]) < Expr.Of(size),
            a.ValueAt(Broadcasting.IndexInto(a.Dims, i)),
            b.ValueAt([.. Broadcasting.IndexInto(Batch(b), i[..^2]), i[^2], i[^1] - size])));
        var determinant = context.Fill(compute, batch, Expr.Const(compute, 1L));
        context.Loop(size, k =>
        {
            Func<Dims, Dim> pivot = _ => k;
            if (pivoting)
            {
                var places = context.Reduce(DType.Int64, batch, [size], Combiner.ArgMax, (o, r) =>
                    Expr.Select(Expr.Of(r[0]) < Expr.Of(k), Expr.Const(compute, -1L), rows.At([.. o, r[0], k]).Abs()));
                pivot = o => places.IndexAt(o, size);
            }

            // The pivot's row takes the place of row k, and is divided by the pivot; row k takes the pivot's; both at once, into another buffer.
            Expr Swapped(Dims i)
            {
                var from = pivot(i[..^2]);
                var takesK = Expr.Of(i[^2]).EqualTo(Expr.Of(from));
                var takesPivot = Expr.Of(i[^2]).EqualTo(Expr.Of(k));
                return Expr.Select(takesPivot, rows.At(i.SetItem(i.Length - 2, from)), Expr.Select(takesK, rows.At(i.SetItem(i.Length - 2, k)), rows.At(i)));
            }

            var swapped = context.Map(compute, dims, Swapped);
            context.MapInto(determinant, batch, i => i, i =>
            {
                var factor = swapped.At([.. i, k, k]);
                return determinant.At(i) * Expr.Select(Expr.Of(pivot(i)).EqualTo(Expr.Of(k)), factor, -factor);
            });
            context.MapInto(rows, dims, i => i, i =>
            {
                var pivotRow = swapped.At(i.SetItem(i.Length - 2, k)) / swapped.At([.. i[..^2], k, k]);
                return Expr.Select(
                    Expr.Of(i[^2]).EqualTo(Expr.Of(k)), pivotRow, swapped.At(i) - (swapped.At(i.SetItem(i.Length - 1, k)) * pivotRow));
            });
        });
        return (context.Map(a.Type, [.. batch, size, right], i => rows.At(i.SetItem(i.Length - 1, i[^1] + size))), context.Convert(determinant, a.Type));
    }

    private static TensorBuffer Identity(LoweringContext context, TensorBuffer like) =>
        context.Map(like.Type, like.Dims, i => Expr.Of(i[^2]).EqualTo(Expr.Of(i[^1])));

    private static TensorBuffer Inverse(LoweringContext context, TensorBuffer a) => Eliminate(context, a, Identity(context, a)).Solution;

    private static TensorBuffer Determinant(LoweringContext context, TensorBuffer a) =>
        Eliminate(context, a, context.Fill(a.Type, [.. a.Dims[..^1], 0], Expr.Const(a.Type, 0L))).Determinant;

    private static Lowered SignAndLogarithm(Call call)
    {
        var determinant = Determinant(call.Context, call.Tensor(0));
        return Lowered.Of(call.Context.Pointwise(determinant, x => x.Sign()), call.Context.Pointwise(determinant, x => x.Abs().Log()));
    }

    private static Lowered Solve(Call call)
    {
        var (context, a, b) = (call.Context, call.Tensor("A"), call.Tensor("B"));
        if (!call.Flag("left"))
        {
            return context.MatrixTranspose(Eliminate(context, context.MatrixTranspose(a), context.MatrixTranspose(b)).Solution);
        }

        // One vector for each matrix, where b has a dim less.
        var vector = b.Rank == 1 || (b.Rank == a.Rank - 1 && b.Dims.SequenceEqual(a.Dims[..^1]));
        var solution = Eliminate(context, a, vector ? context.Unsqueeze(b, b.Rank) : b).Solution;
        return vector ? context.Select(solution, solution.Rank - 1, 0) : solution;
    }

    private static Lowered SolveTriangular(Call call)
    {
        var (context, a, b) = (call.Context, call.Tensor("self"), call.Tensor("B"));
        var (upper, unit) = (call.Flag("upper"), call.Flag("unitriangular"));

        // What lies on the other side of the diagonal is not looked at.
        var triangle = context.Map(a.Type, a.Dims, i =>
        {
            var (row, column) = (Expr.Of(i[^2]), Expr.Of(i[^1]));
            var element = Expr.Select(upper ? column >= row : column <= row, a.At(i), Expr.Const(a.Type, 0L));
            return unit ? Expr.Select(row.EqualTo(column), Expr.Const(a.Type, 1L), element) : element;
        });
        return call.Flag("left")
            ? Eliminate(context, triangle, b, pivoting: false).Solution
            : context.MatrixTranspose(Eliminate(context, context.MatrixTranspose(triangle), context.MatrixTranspose(b), pivoting: false).Solution);
    }

    /// <summary>Column by column: its elements are divided by the root of the diagonal's, and their products taken off what is left.</summary>
    private static Lowered Cholesky(Call call)
    {
        var (context, a) = (call.Context, call.Tensor("self"));
        var (compute, size) = (a.Type.Compute(), a.Dims[^1]);
        var rest = context.Map(compute, a.Dims, a.ValueAt);
        var result = context.Fill(compute, a.Dims, Expr.Const(compute, 0L));
        context.Loop(size, k =>
        {
            var column = context.Map(compute, a.Dims[..^1], i => Expr.Select(
                Expr.Of(i[^1]) >= Expr.Of(k), rest.At([.. i, k]) / rest.At([.. i[..^1], k, k]).Sqrt(), Expr.Const(compute, 0L)));
            context.MapInto(result, column.Dims, i => [.. i, k], column.At);
            context.MapInto(rest, a.Dims, i => i, i => rest.At(i) - (column.At(i[..^1]) * column.At([.. i[..^2], i[^1]])));
        });
        var lower = context.Convert(result, a.Type);
        return call.Flag("upper") ? context.MatrixTranspose(lower) : lower;
    }

    private static TensorBuffer Power(LoweringContext context, TensorBuffer a, int exponent)
    {
        if (exponent < 0)
        {
            return Power(context, Inverse(context, a), -exponent);
        }

        TensorBuffer? result = null;
        for (var square = a; exponent > 0; exponent /= 2)
        {
            result = exponent % 2 == 0 ? result : result is null ? square : Matrix.Multiply(context, result, square);
            square = exponent > 1 ? Matrix.Multiply(context, square, square) : square;
        }

        return result ?? Identity(context, a);
    }
}
