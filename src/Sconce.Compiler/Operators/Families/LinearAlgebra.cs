using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using static Sconce.Compiler.Operators.Families.Factorisation;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Systems of linear equations and what comes of them, by factors and triangles.</summary>
internal static class LinearAlgebra
{
    public static OperatorFamily Family { get; } = new("linear algebra", DTypeSet.Floats)
    {
        { "aten::linalg_inv(Tensor A) -> Tensor", call => Inverse(call, Errors.Raised).Inverse },
        { "aten::inverse(Tensor self) -> Tensor", call => Inverse(call, Errors.Raised).Inverse },
        { "aten::linalg_inv_ex(Tensor A, *, bool check_errors=False) -> (Tensor inverse, Tensor info)", call => Inverse(call, IfAsked(call)) is var (inverse, info) ? Lowered.Of(inverse, info) : null! },
        { "aten::linalg_solve(Tensor A, Tensor B, *, bool left=True) -> Tensor", call => Solve(call, Errors.Raised).Solution },
        { "aten::linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor info)", call => Solve(call, IfAsked(call)) is var (solution, info) ? Lowered.Of(solution, info) : null! },
        { "aten::_linalg_solve_ex(Tensor A, Tensor B, *, bool left=True, bool check_errors=False) -> (Tensor result, Tensor LU, Tensor pivots, Tensor info)", call =>
            Solve(call, IfAsked(call)) is var (solution, info) && FactorsOfTransposed(call) is var factors ? Lowered.Of(solution, factors.Packed, factors.Pivots, info) : null! },
        { "aten::linalg_lu_solve(Tensor LU, Tensor pivots, Tensor B, *, bool left=True, bool adjoint=False) -> Tensor", WithPivots, call =>
            LuSolve(call.Context, call.Tensor("LU"), call.Tensor("pivots"), call.Tensor("B"), call.Flag("left"), call.Flag("adjoint")) },
        { "aten::lu_solve(Tensor self, Tensor LU_data, Tensor LU_pivots) -> Tensor", WithPivots, call =>
            LuSolve(call.Context, call.Tensor("LU_data"), call.Tensor("LU_pivots"), call.Tensor("self"), left: true, adjoint: false) },
        { "aten::linalg_ldl_solve(Tensor LD, Tensor pivots, Tensor B, *, bool hermitian=False) -> Tensor", WithPivots, LdlSolve },
        { "aten::cholesky_solve(Tensor self, Tensor input2, bool upper=False) -> Tensor", call => CholeskySolve(call, call.Tensor(1), MatrixGiven.Of(call.Tensor(0)), Batch(call.Tensor(0))) },
        { "aten::_cholesky_solve_helper(Tensor self, Tensor A, bool upper) -> Tensor", call => CholeskySolve(call, call.Tensor(1), MatrixGiven.Of(call.Tensor(0)), Batch(call.Tensor(0))) },
        { "aten::cholesky_inverse(Tensor self, bool upper=False) -> Tensor", call =>
            CholeskySolve(call, call.Tensor(0), MatrixGiven.Identity(call.Tensor(0).Type.Compute(), call.Tensor(0).Dims[^1], call.Tensor(0).Dims[^1]), []) },
        { "aten::linalg_solve_triangular(Tensor self, Tensor B, *, bool upper, bool left=True, bool unitriangular=False) -> Tensor", SolveTriangular },
        { "aten::triangular_solve(Tensor self, Tensor A, bool upper=True, bool transpose=False, bool unitriangular=False) -> (Tensor solution, Tensor cloned_coefficient)", OldTriangularSolve },
        { "aten::linalg_tensorinv(Tensor self, int ind=2) -> Tensor", TensorInverse },
        { "aten::linalg_tensorsolve(Tensor self, Tensor other, int[]? dims=None) -> Tensor", TensorSolve },
        { "aten::linalg_det(Tensor A) -> Tensor", call => Determinant(call.Context, call.Tensor(0)) },
        { "aten::det(Tensor self) -> Tensor", call => Determinant(call.Context, call.Tensor(0)) },
        { "aten::_linalg_det(Tensor A) -> (Tensor result, Tensor LU, Tensor pivots)", call => FactorsOfTransposed(call) is var factors ? Lowered.Of(Determinant(call.Context, call.Tensor(0)), factors.Packed, factors.Pivots) : null! },
        { "aten::logdet(Tensor self) -> Tensor", LogDeterminant },
        { "aten::linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet)", call => SignAndLogarithm(call) is var (sign, logarithm) ? Lowered.Of(sign, logarithm) : null! },
        { "aten::slogdet(Tensor self) -> (Tensor sign, Tensor logabsdet)", call => SignAndLogarithm(call) is var (sign, logarithm) ? Lowered.Of(sign, logarithm) : null! },
        { "aten::_linalg_slogdet(Tensor A) -> (Tensor sign, Tensor logabsdet, Tensor LU, Tensor pivots)", call =>
            SignAndLogarithm(call) is var (sign, logarithm) && FactorsOfTransposed(call) is var factors ? Lowered.Of(sign, logarithm, factors.Packed, factors.Pivots) : null! },
        { "aten::linalg_matrix_power(Tensor self, int n) -> Tensor", call => Power(call, call.Tensor(0), call.Constant("n")) },
        { "aten::matrix_power(Tensor self, int n) -> Tensor", call => Power(call, call.Tensor(0), call.Constant("n")) },
        { "aten::matrix_exp(Tensor self) -> Tensor", Exponential },
        { "aten::linalg_matrix_exp(Tensor self) -> Tensor", Exponential },
        { "aten::linalg_vander(Tensor x, *, SymInt? N=None) -> Tensor", DTypeSet.Numbers, Vandermonde },
        { "aten::_linalg_check_errors(Tensor info, str api_name, *, bool is_matrix) -> ()", DTypeSet.Integers, call =>
        {
            CheckInfo(call, Errors.Raised, call.Tensor(0), $"{call.Text("api_name")} fails for a matrix, at {{value}}");
            return Lowered.Nothing;
        } },
    };

    /// <summary>PyTorch factors the transpose where it needs any factors: it stores columns one after the other.</summary>
    private static LuFactors FactorsOfTransposed(Call call) => Lu(call.Context, call.Context.MatrixTranspose(call.Tensor("A")));

    /// <summary>What solves A · X = B, or Aᵀ · X = B, by the factors of A.</summary>
    private static TensorBuffer SolveByFactors(LoweringContext context, DType type, LuFactors factors, MatrixGiven right, Dims batch, bool transposed = false)
    {
        var packed = MatrixGiven.Of(factors.Packed);
        var size = context.Same(packed.Rows, packed.Columns, "a system of equations that is solved has as many as unknowns");
        context.Same(size, right.Rows, "a system of equations has as many right sides as rows");
        var places = Permutation(context, factors.Pivots, size);
        Dims Own(Dims i) => Broadcasting.IndexInto(Batch(factors.Packed), i);
        if (!transposed)
        {
            var exchanged = right with { At = (i, row, column) => right.At(i, places.IndexAt([.. Own(i), row], size), column) };
            var lower = context.SolveTriangle(DType.Float64, batch, packed, exchanged, upper: false, unit: true);
            return context.SolveTriangle(type, batch, packed, MatrixGiven.Of(lower), upper: true, unit: false);
        }

        var first = context.SolveTriangle(DType.Float64, batch, packed.Transposed, right, upper: false, unit: false);
        var second = context.SolveTriangle(type, batch, packed.Transposed, MatrixGiven.Of(first), upper: true, unit: true);

        // Where each row has gone.
        var back = context.Reduce(DType.Int64, [.. Batch(factors.Packed), size], [size], Combiner.Sum, (o, r) =>
            Expr.Select(places.At([.. o[..^1], r[0]]).EqualTo(Expr.Of(o[^1])), Expr.Of(r[0]), Expr.Const(DType.Int64, 0L)));
        return context.View(second, second.Dims, i => [.. i[..^2], back.IndexAt([.. Own(i[..^2]), i[^2]], size), i[^1]]);
    }

    private static (TensorBuffer Inverse, TensorBuffer Info) Inverse(Call call, Errors errors) => Inverse(call, call.Tensor(0), errors);

    internal static (TensorBuffer Inverse, TensorBuffer Info) Inverse(Call call, TensorBuffer a, Errors errors)
    {
        var (context, size) = (call.Context, Square(call.Context, a));
        var factors = Lu(context, a, DType.Float64);
        CheckInfo(call, errors, factors.Info, Singularity);
        return (SolveByFactors(context, a.Type, factors, MatrixGiven.Identity(a.Type.Compute(), size, size), Batch(a)), factors.Info);
    }

    private static (TensorBuffer Solution, TensorBuffer Info) Solve(Call call, Errors errors)
    {
        var (context, a, b) = (call.Context, call.Tensor("A"), call.Tensor("B"));
        var factors = Lu(context, a, DType.Float64);
        CheckInfo(call, errors, factors.Info, Singularity);
        return (Solve(context, factors, a, b, call.Flag("left")), factors.Info);
    }

    internal static TensorBuffer Solve(LoweringContext context, LuFactors factors, TensorBuffer a, TensorBuffer b, bool left)
    {
        // One vector for each matrix, where b has a dim less.
        var vector = b.Rank == 1 || (b.Rank == a.Rank - 1 && b.Dims.SequenceEqual(a.Dims[..^1]));
        if (vector)
        {
            var solution = SolveByFactors(context, b.Type, factors, MatrixGiven.OfVector(b), context.Broadcast(Batch(a), b.Dims[..^1]), transposed: !left);
            return context.Select(solution, solution.Rank - 1, 0);
        }

        var batch = context.Broadcast(Batch(a), Batch(b));
        return left
            ? SolveByFactors(context, b.Type, factors, MatrixGiven.Of(b), batch)
            : context.MatrixTranspose(SolveByFactors(context, b.Type, factors, MatrixGiven.Of(b).Transposed, batch, transposed: true));
    }

    private static TensorBuffer LuSolve(LoweringContext context, TensorBuffer packed, TensorBuffer pivots, TensorBuffer b, bool left, bool adjoint)
    {
        var (factors, batch) = (new LuFactors(packed, pivots, pivots), context.Broadcast(Batch(packed), Batch(b)));
        return left
            ? SolveByFactors(context, b.Type, factors, MatrixGiven.Of(b), batch, adjoint)
            : context.MatrixTranspose(SolveByFactors(context, b.Type, factors, MatrixGiven.Of(b).Transposed, batch, !adjoint));
    }

    private static Lowered LdlSolve(Call call)
    {
        var (context, packed, pivots, b) = (call.Context, call.Tensor("LD"), call.Tensor("pivots"), call.Tensor("B"));
        var size = context.Same(Square(context, packed), b.Dims[^2], "a system of equations has as many right sides as rows");
        return context.Matrices(
            MatrixWork.LdlSolve, context.Broadcast(Batch(packed), Batch(b)), [MatrixGiven.Of(packed), MatrixGiven.OfVector(pivots), MatrixGiven.Of(b)],
            [MatrixMade.Matrix(b.Type, size, b.Dims[^1])])[0];
    }

    /// <summary>A = L · Lᵀ, or Uᵀ · U, is solved by one triangle and then the other.</summary>
    private static TensorBuffer CholeskySolve(Call call, TensorBuffer factor, MatrixGiven right, Dims rightBatch)
    {
        var (context, lower) = (call.Context, MatrixGiven.Of(factor).LowerOf(call.Flag("upper")));
        var batch = context.Broadcast(Batch(factor), rightBatch);
        var half = context.SolveTriangle(DType.Float64, batch, lower, right, upper: false, unit: false);
        return context.SolveTriangle(factor.Type, batch, lower.Transposed, MatrixGiven.Of(half), upper: true, unit: false);
    }

    private static Lowered SolveTriangular(Call call)
    {
        var (context, a, b) = (call.Context, call.Tensor("self"), call.Tensor("B"));
        var (upper, unit, batch) = (call.Flag("upper"), call.Flag("unitriangular"), call.Context.Broadcast(Batch(a), Batch(b)));
        return call.Flag("left")
            ? context.SolveTriangle(b.Type, batch, MatrixGiven.Of(a), MatrixGiven.Of(b), upper, unit)
            : context.MatrixTranspose(context.SolveTriangle(b.Type, batch, MatrixGiven.Of(a).Transposed, MatrixGiven.Of(b).Transposed, !upper, unit));
    }

    private static Lowered OldTriangularSolve(Call call)
    {
        var (context, b, a) = (call.Context, call.Tensor("self"), call.Tensor("A"));
        var (upper, transposed) = (call.Flag("upper"), call.Flag("transpose"));
        var batch = context.Broadcast(Batch(a), Batch(b));
        var triangle = MatrixGiven.Of(a);
        var solution = context.SolveTriangle(b.Type, batch, transposed ? triangle.Transposed : triangle, MatrixGiven.Of(b), upper != transposed, call.Flag("unitriangular"));
        return Lowered.Of(solution, context.Expand(a, [.. batch, .. a.Dims[^2..]]));
    }

    /// <summary>As a matrix whose rows are the first dims, as many as said.</summary>
    private static Lowered TensorInverse(Call call)
    {
        var (context, self, count) = (call.Context, call.Tensor(0), call.Constant("ind"));
        if (count <= 0 || count > self.Rank)
        {
            throw call.Expected($"an 'ind' from 1 to {self.Rank}", $"{count}");
        }

        var inverse = Inverse(call, context.Reshape(self, [Dim.Product(self.Dims[..count]), Dim.Product(self.Dims[count..])]), Errors.Raised).Inverse;
        return context.Reshape(inverse, [.. self.Dims[count..], .. self.Dims[..count]]);
    }

    /// <summary>The dims of the right side first; what is left are the dims of the solution.</summary>
    private static Lowered TensorSolve(Call call)
    {
        var (context, self, other) = (call.Context, call.Tensor(0), call.Tensor("other"));
        if (call.Has("dims"))
        {
            ImmutableArray<int> last = [.. call.Constants("dims").Select(axis => call.NormaliseAxis(axis, self.Rank))];
            self = context.Permute(self, [.. Enumerable.Range(0, self.Rank).Except(last), .. last]);
        }

        var solution = self.Dims[other.Rank..];
        var (rows, columns) = (Dim.Product(other.Dims), Dim.Product(solution));
        var matrix = context.Reshape(self, [rows, columns]);
        var factors = Lu(context, matrix, DType.Float64);
        CheckInfo(call, Errors.Raised, factors.Info, Singularity);
        return context.Reshape(Solve(context, factors, matrix, context.Reshape(other, [rows]), left: true), solution);
    }

    /// <summary>An element of U's diagonal, with the sign of an exchange of its row.</summary>
    private static Expr Pivot(LuFactors factors, Dims batch, Dim place)
    {
        var element = factors.Packed.ValueAt([.. batch, place, place]);
        return Expr.Select(factors.Pivots.At([.. batch, place]).EqualTo(Expr.Of(place + 1).As(factors.Pivots.Type)), element, -element);
    }

    private static TensorBuffer Determinant(LoweringContext context, TensorBuffer a)
    {
        var (size, factors) = (Square(context, a), Lu(context, a, DType.Float64));
        return context.Reduce(a.Type, Batch(a), [size], Combiner.Product, (o, r) => Pivot(factors, o, r[0]));
    }

    private static (TensorBuffer Sign, TensorBuffer Logarithm) SignAndLogarithm(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (size, factors) = (Square(context, a), Lu(context, a, DType.Float64));
        return (
            context.Reduce(a.Type, Batch(a), [size], Combiner.Product, (o, r) => Pivot(factors, o, r[0]).Sign()),
            context.Reduce(a.Type, Batch(a), [size], Combiner.Sum, (o, r) => Pivot(factors, o, r[0]).Abs().Log()));
    }

    private static Lowered LogDeterminant(Call call)
    {
        var (sign, logarithm) = SignAndLogarithm(call);
        return call.Context.Map(logarithm.Type, logarithm.Dims, i =>
            Expr.Select(sign.ValueAt(i) < sign.ValueAt(i).Zero, logarithm.ValueAt(i).Like(double.NaN), logarithm.ValueAt(i)));
    }

    private static Lowered Exponential(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var size = Square(context, a);
        return context.Convert(context.Matrices(
            MatrixWork.Exponential, Batch(a), [MatrixGiven.Of(a)], [MatrixMade.Matrix(a.Type.Compute(), size, size)])[0], a.Type);
    }

    private static Lowered Vandermonde(Call call)
    {
        var x = call.Tensor("x");
        x = x.Rank == 0 ? call.Context.Unsqueeze(x, 0) : x;
        var type = x.Type.ToSum();
        return call.Context.Map(type, [.. x.Dims, call.Has("N") ? call.Int("N") : x.Dims[^1]], i =>
            x.At(i[..^1]).As(type).As(type.Compute()).Apply(BinaryOp.Pow, Expr.Of(i[^1]).As(type.Compute())));
    }

    private static TensorBuffer Power(Call call, TensorBuffer a, int exponent)
    {
        var context = call.Context;
        if (exponent < 0)
        {
            return Power(call, Inverse(call, a, Errors.Raised).Inverse, -exponent);
        }

        TensorBuffer? result = null;
        for (var square = a; exponent > 0; exponent /= 2)
        {
            result = exponent % 2 == 0 ? result : result is null ? square : Matrix.Multiply(context, result, square);
            square = exponent > 1 ? Matrix.Multiply(context, square, square) : square;
        }

        return result ?? context.Map(a.Type, a.Dims, i => Expr.Of(i[^2]).EqualTo(Expr.Of(i[^1])));
    }
}
