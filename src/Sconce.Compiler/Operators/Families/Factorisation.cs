using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Matrices as products of simpler ones.</summary>
internal static class Factorisation
{
    public static OperatorFamily Family { get; } = new("factorisations", DTypeSet.Floats)
    {
        { "aten::linalg_lu_factor(Tensor A, *, bool pivot=True) -> (Tensor LU, Tensor pivots)", call => LuFactor(call, Errors.Raised, info: false) },
        { "aten::linalg_lu_factor_ex(Tensor A, *, bool pivot=True, bool check_errors=False) -> (Tensor LU, Tensor pivots, Tensor info)", call => LuFactor(call, IfAsked(call), info: true) },
        { "aten::_lu_with_info(Tensor self, bool pivot=True, bool check_errors=True) -> (Tensor LU, Tensor pivots, Tensor info)", call => LuFactor(call, IfAsked(call), info: true) },
        { "aten::linalg_lu(Tensor A, *, bool pivot=True) -> (Tensor P, Tensor L, Tensor U)", call => Unpack(call, Lu(call, call.Tensor(0)), data: true, pivots: true) },
        { "aten::lu_unpack(Tensor LU_data, Tensor LU_pivots, bool unpack_data=True, bool unpack_pivots=True) -> (Tensor P, Tensor L, Tensor U)", WithPivots, call =>
            Unpack(call, new(call.Tensor(0), call.Tensor(1), call.Tensor(1)), call.Flag("unpack_data"), call.Flag("unpack_pivots")) },
        { "aten::linalg_cholesky(Tensor self, *, bool upper=False) -> Tensor", call => Cholesky(call, Errors.Raised).Factor },
        { "aten::linalg_cholesky_ex(Tensor self, *, bool upper=False, bool check_errors=False) -> (Tensor L, Tensor info)", call => Cholesky(call, IfAsked(call)) is var (factor, info) ? Lowered.Of(factor, info) : null! },
        { "aten::cholesky(Tensor self, bool upper=False) -> Tensor", call => Cholesky(call, Errors.Raised).Factor },
        { "aten::linalg_ldl_factor(Tensor self, *, bool hermitian=False) -> (Tensor LD, Tensor pivots)", call => LdlFactor(call, Errors.Raised, info: false) },
        { "aten::linalg_ldl_factor_ex(Tensor self, *, bool hermitian=False, bool check_errors=False) -> (Tensor LD, Tensor pivots, Tensor info)", call => LdlFactor(call, IfAsked(call), info: true) },
        { "aten::linalg_qr(Tensor A, str mode=\"reduced\") -> (Tensor Q, Tensor R)", call => Qr(call, call.Text("mode")) },
        { "aten::qr(Tensor self, bool some=True) -> (Tensor Q, Tensor R)", call => Qr(call, call.Flag("some") ? "reduced" : "complete") },
        { "aten::geqrf(Tensor self) -> (Tensor a, Tensor tau)", call => Householder(call.Context, call.Tensor(0)) is var (packed, factors) ? Lowered.Of(packed, factors) : null! },
        { "aten::linalg_householder_product(Tensor input, Tensor tau) -> Tensor", HouseholderProduct },
        { "aten::orgqr(Tensor self, Tensor input2) -> Tensor", HouseholderProduct },
        { "aten::ormqr(Tensor self, Tensor input2, Tensor input3, bool left=True, bool transpose=False) -> Tensor", MultiplyByReflections },
        { "aten::linalg_eigh(Tensor self, str UPLO=\"L\") -> (Tensor eigenvalues, Tensor eigenvectors)", call =>
            SymmetricEigen(call, call.Tensor(0)) is var (values, vectors) ? Lowered.Of(values, vectors) : null! },
        { "aten::_linalg_eigh(Tensor A, str UPLO=\"L\", bool compute_v=True) -> (Tensor eigenvalues, Tensor eigenvectors)", call => SymmetricEigen(call, call.Tensor(0)) is var (values, vectors)
            ? Lowered.Of(values, call.Flag("compute_v") ? vectors : Nothing(call, values.Type)) : null! },
        { "aten::linalg_eigvalsh(Tensor self, str UPLO=\"L\") -> Tensor", call => SymmetricEigen(call, call.Tensor(0)).Values },
        { "aten::linalg_eig(Tensor self) -> (Tensor eigenvalues, Tensor eigenvectors)", call => Eigen(call) is var (values, vectors) ? new Lowered.List([values, vectors]) : null! },
        { "aten::linalg_eigvals(Tensor self) -> Tensor", call => Eigen(call).Values },
        { "aten::_linalg_eigvals(Tensor self) -> Tensor", call => Eigen(call).Values },
        { "aten::linalg_svd(Tensor A, bool full_matrices=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)", call => Svd(call, call.Flag("full_matrices")) },
        { "aten::_linalg_svd(Tensor A, bool full_matrices=False, bool compute_uv=True, *, str? driver=None) -> (Tensor U, Tensor S, Tensor Vh)", call => call.Flag("compute_uv")
            ? Svd(call, call.Flag("full_matrices"))
            : Lowered.Of(Nothing(call, call.Tensor(0).Type), Singular(call.Context, call.Tensor(0)).Values, Nothing(call, call.Tensor(0).Type)) },
        { "aten::svd(Tensor self, bool some=True, bool compute_uv=True) -> (Tensor U, Tensor S, Tensor V)", OldSvd },
        { "aten::linalg_svdvals(Tensor A, *, str? driver=None) -> Tensor", call => Singular(call.Context, call.Tensor(0)).Values },
    };

    /// <summary>Floats, and the integers that tell of exchanged rows.</summary>
    internal const DTypeSet WithPivots = DTypeSet.Floats | DTypeSet.Integers;

    /// <summary>What happens where a matrix has no such factors.</summary>
    internal enum Errors
    {
        Told,
        Raised,
    }

    internal static Dims Batch(TensorBuffer matrix) => matrix.Dims[..^2];

    internal static Errors IfAsked(Call call) => call.Flag("check_errors") ? Errors.Raised : Errors.Told;

    internal static Dim Square(LoweringContext context, TensorBuffer a) => context.Same(a.Dims[^2], a.Dims[^1], "this is done to square matrices");

    internal static Dim Least(TensorBuffer a) => Dim.Min(a.Dims[^2], a.Dims[^1]);

    private static TensorBuffer Nothing(Call call, DType type) => call.Context.Fill(type, [0], Expr.Const(type, 0L));

    /// <summary>Ends the run where a factorisation tells of a place at which there is none.</summary>
    internal static void CheckInfo(Call call, Errors errors, TensorBuffer info, string why)
    {
        if (errors == Errors.Raised)
        {
            call.Context.Check(info.Dims, i => info.At(i).NotEqualTo(Expr.Const(info.Type, 0L)), info.At, 0, why);
        }
    }

    internal const string Singularity = "a matrix is singular: element {value} of its factors' diagonal is zero";

    internal const string NoPivot = "a matrix has no factors L · D · Lᵀ: element {value} of D is zero";

    /// <summary>L and U in one matrix, the exchanges of rows (from 1), and the place of the first zero on the diagonal (or 0).</summary>
    internal sealed record LuFactors(TensorBuffer Packed, TensorBuffer Pivots, TensorBuffer Info);

    internal static LuFactors Lu(Call call, TensorBuffer a, DType? type = null)
    {
        RequirePivots(call);
        return Lu(call.Context, a, type);
    }

    internal static void RequirePivots(Call call)
    {
        if (call.Operator.Schema.IndexOf("pivot") >= 0 && !call.Flag("pivot"))
        {
            throw call.Unsupported("factors without exchanged rows");
        }
    }

    internal static LuFactors Lu(LoweringContext context, TensorBuffer a, DType? type = null)
    {
        var made = context.Matrices(MatrixWork.Lu, Batch(a), [MatrixGiven.Of(a)], [
            MatrixMade.Matrix(type ?? a.Type.Compute(), a.Dims[^2], a.Dims[^1]), MatrixMade.Vector(DType.Int32, Least(a)), MatrixMade.Number(DType.Int32)]);
        return new(context.Convert(made[0], type ?? a.Type), made[1], made[2]);
    }

    /// <summary>For each row of L · U where it was before.</summary>
    internal static TensorBuffer Permutation(LoweringContext context, TensorBuffer pivots, Dim rows) => context.Matrices(
        MatrixWork.Permutation, pivots.Dims[..^1], [MatrixGiven.OfVector(pivots)], [MatrixMade.Vector(DType.Int64, rows)])[0];

    private static Lowered LuFactor(Call call, Errors errors, bool info)
    {
        var factors = Lu(call, call.Tensor(0));
        CheckInfo(call, errors, factors.Info, Singularity);
        return info ? Lowered.Of(factors.Packed, factors.Pivots, factors.Info) : Lowered.Of(factors.Packed, factors.Pivots);
    }

    private static Lowered Unpack(Call call, LuFactors factors, bool data, bool pivots)
    {
        var (context, packed) = (call.Context, factors.Packed);
        var (type, rows, columns, least) = (packed.Type, packed.Dims[^2], packed.Dims[^1], context.Facts.Simplify(Least(packed)));
        TensorBuffer Empty() => Nothing(call, type);
        TensorBuffer Triangle(Dim height, Dim width, Func<Expr, Expr, Expr> inside, bool unit) => context.Map(type, [.. Batch(packed), height, width], i =>
        {
            var (row, column) = (Expr.Of(i[^2]), Expr.Of(i[^1]));
            var element = Expr.Select(inside(row, column), packed.ValueAt(i), Expr.Const(type.Compute(), 0L));
            return unit ? Expr.Select(row.EqualTo(column), Expr.Const(type.Compute(), 1L), element) : element;
        });
        TensorBuffer Exchanges()
        {
            var places = Permutation(context, factors.Pivots, rows);
            return context.Map(type, [.. Batch(packed), rows, rows], i => places.At([.. i[..^2], i[^1]]).EqualTo(Expr.Of(i[^2])));
        }

        return Lowered.Of(
            pivots ? Exchanges() : Empty(),
            data ? Triangle(rows, least, (row, column) => column < row, unit: true) : Empty(),
            data ? Triangle(least, columns, (row, column) => column >= row, unit: false) : Empty());
    }

    private static (TensorBuffer Factor, TensorBuffer Info) Cholesky(Call call, Errors errors)
    {
        var (context, a) = (call.Context, call.Tensor("self"));
        var size = Square(context, a);
        var upper = call.Flag("upper");
        var type = a.Type.Compute();
        var made = context.Matrices(MatrixWork.Cholesky, Batch(a), [MatrixGiven.Of(a).LowerOf(upper)], [
            upper ? MatrixMade.Transposed(type, size, size) : MatrixMade.Matrix(type, size, size), MatrixMade.Number(DType.Int32)]);
        CheckInfo(call, errors, made[1], "a matrix is not positive definite: its leading minor of order {value} is not");
        return (context.Convert(made[0], a.Type), made[1]);
    }

    private static Lowered LdlFactor(Call call, Errors errors, bool info)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var size = Square(context, a);
        var half = MatrixGiven.Of(a);
        half = half with { At = (i, row, column) => Expr.Select(Expr.Of(column) <= Expr.Of(row), MatrixGiven.Of(a).At(i, row, column), Expr.Const(a.Type.Compute(), 0L)) };
        var made = context.Matrices(MatrixWork.Ldl, Batch(a), [half], [
            MatrixMade.Matrix(a.Type.Compute(), size, size), MatrixMade.Vector(DType.Int32, size), MatrixMade.Number(DType.Int32)]);
        CheckInfo(call, errors, made[2], NoPivot);
        var packed = context.Convert(made[0], a.Type);
        return info ? Lowered.Of(packed, made[1], made[2]) : Lowered.Of(packed, made[1]);
    }

    private static (TensorBuffer Packed, TensorBuffer Factors) Householder(LoweringContext context, TensorBuffer a)
    {
        var type = a.Type.Compute();
        var made = context.Matrices(MatrixWork.Householder, Batch(a), [MatrixGiven.Of(a)], [
            MatrixMade.Matrix(type, a.Dims[^2], a.Dims[^1]), MatrixMade.Vector(type, Least(a))]);
        return (context.Convert(made[0], a.Type), context.Convert(made[1], a.Type));
    }

    /// <summary>Reflections from the left: Q · C, or Qᵀ · C.</summary>
    private static TensorBuffer Reflect(LoweringContext context, TensorBuffer vectors, TensorBuffer factors, MatrixGiven c, bool back, Func<DType, Dim, Dim, MatrixMade>? form = null)
    {
        var count = context.Facts.Simplify(Dim.Min(vectors.Dims[^1], factors.Dims[^1]));
        var made = context.Matrices(
            back ? MatrixWork.ReflectBack : MatrixWork.Reflect, Batch(vectors),
            [MatrixGiven.Of(vectors) with { Columns = count }, MatrixGiven.OfVector(factors) with { Rows = count }, c with { Rows = vectors.Dims[^2] }],
            [(form ?? MatrixMade.Matrix)(vectors.Type.Compute(), vectors.Dims[^2], c.Columns)]);
        return context.Convert(made[0], vectors.Type);
    }

    private static Lowered Qr(Call call, string mode)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (packed, factors) = Householder(context, a);
        var (rows, columns, least) = (a.Dims[^2], a.Dims[^1], context.Facts.Simplify(Least(a)));
        var height = mode == "complete" ? rows : least;
        var r = context.Map(a.Type, [.. Batch(a), height, columns], i =>
            Expr.Select(Expr.Of(i[^1]) >= Expr.Of(i[^2]), packed.ValueAt(i), Expr.Const(a.Type.Compute(), 0L)));
        return mode == "r"
            ? Lowered.Of(Nothing(call, a.Type), r)
            : Lowered.Of(Reflect(context, packed, factors, MatrixGiven.Identity(a.Type.Compute(), rows, height), back: false), r);
    }

    private static Lowered HouseholderProduct(Call call)
    {
        var (vectors, factors) = (call.Tensor(0), call.Tensor(1));
        return Reflect(call.Context, vectors, factors, MatrixGiven.Identity(vectors.Type.Compute(), vectors.Dims[^2], vectors.Dims[^1]), back: false);
    }

    private static Lowered MultiplyByReflections(Call call)
    {
        var (vectors, factors, c) = (call.Tensor(0), call.Tensor(1), MatrixGiven.Of(call.Tensor(2)));
        var back = call.Flag("transpose");

        // C · Q is the transpose of Qᵀ · Cᵀ.
        return call.Flag("left")
            ? Reflect(call.Context, vectors, factors, c, back)
            : Reflect(call.Context, vectors, factors, c.Transposed, !back, MatrixMade.Transposed);
    }

    internal static (TensorBuffer Values, TensorBuffer Vectors) SymmetricEigen(Call call, TensorBuffer a) =>
        SymmetricEigen(call.Context, a, call.Operator.Schema.IndexOf("UPLO") >= 0 && call.Text("UPLO").StartsWith('U'));

    internal static (TensorBuffer Values, TensorBuffer Vectors) SymmetricEigen(LoweringContext context, TensorBuffer a, bool upper = false)
    {
        var (type, size) = (a.Type.Compute(), Square(context, a));
        var made = context.Matrices(upper ? MatrixWork.SymmetricEigenUpper : MatrixWork.SymmetricEigen, Batch(a), [MatrixGiven.Of(a)], [
            MatrixMade.Vector(type, size), MatrixMade.Matrix(type, size, size)]);
        return (context.Convert(made[0], a.Type), context.Convert(made[1], a.Type));
    }

    /// <summary>Of matrices that need not be symmetric: complex, where a matrix turns more than it stretches.</summary>
    private static (Lowered.Complex Values, Lowered.Complex Vectors) Eigen(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (type, size) = (a.Type.Compute(), Square(context, a));
        MatrixMade vector = MatrixMade.Vector(type, size), matrix = MatrixMade.Matrix(type, size, size);
        var made = context.Matrices(MatrixWork.GeneralEigen, Batch(a), [MatrixGiven.Of(a)], [vector, vector, matrix, matrix]);
        return (new(made[0], made[1]), new(made[2], made[3]));
    }

    /// <summary>U, S and Vᵀ; full ones are square.</summary>
    internal static (TensorBuffer U, TensorBuffer Values, TensorBuffer V) Singular(LoweringContext context, TensorBuffer a, bool full = false)
    {
        var (type, rows, columns, least) = (a.Type.Compute(), a.Dims[^2], a.Dims[^1], context.Facts.Simplify(Least(a)));
        var made = context.Matrices(MatrixWork.Singular, Batch(a), [MatrixGiven.Of(a)], [
            MatrixMade.Vector(type, least), MatrixMade.Matrix(type, rows, full ? rows : least), MatrixMade.Transposed(type, columns, full ? columns : least)]);
        return (context.Convert(made[1], a.Type), context.Convert(made[0], a.Type), context.Convert(made[2], a.Type));
    }

    private static Lowered Svd(Call call, bool full)
    {
        var (u, values, v) = Singular(call.Context, call.Tensor(0), full);
        return Lowered.Of(u, values, v);
    }

    /// <summary>As <c>torch.svd</c>: V, not its transpose; zeros for both where they are not asked for.</summary>
    private static Lowered OldSvd(Call call)
    {
        var (context, a) = (call.Context, call.Tensor(0));
        var (u, values, v) = Singular(context, a, !call.Flag("some"));
        if (call.Flag("compute_uv"))
        {
            return Lowered.Of(u, values, context.MatrixTranspose(v));
        }

        TensorBuffer Zeros(Dim size) => context.Fill(a.Type, [.. Batch(a), size, size], Expr.Const(a.Type, 0L));
        return Lowered.Of(Zeros(a.Dims[^2]), values, Zeros(a.Dims[^1]));
    }
}
