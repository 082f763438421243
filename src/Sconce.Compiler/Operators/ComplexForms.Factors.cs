using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Linear algebra that gives factors of complex matrices, or is read off them.</summary>
internal static partial class ComplexForms
{
    private static Factorisation.Errors ErrorsOf(Call call) =>
        call.Operator.Schema.IndexOf("check_errors") >= 0 ? Factorisation.IfAsked(call) : Factorisation.Errors.Raised;

    private static ComplexMatrices.LuFactors Lu(Call call, Lowered.Complex z)
    {
        Factorisation.RequirePivots(call);
        var factors = ComplexMatrices.Lu(call.Context, z);
        return factors with { Packed = ComplexMatrices.As(call.Context, factors.Packed, z.Real.Type) };
    }

    private static Lowered.Complex Transposed(LoweringContext context, Lowered.Complex z) => Each(z, context.MatrixTranspose);

    private static Lowered LuFactor(Call call)
    {
        var factors = Lu(call, call.Complex(0));
        Factorisation.CheckInfo(call, ErrorsOf(call), factors.Info, Factorisation.Singularity);
        return call.Operator.Schema.Returns.Length == 3 ? new Lowered.List([factors.Packed, factors.Pivots, factors.Info]) : new Lowered.List([factors.Packed, factors.Pivots]);
    }

    private static Lowered LuUnpack(Call call)
    {
        var given = call.Operator.Schema.IndexOf("LU_pivots") >= 0;
        var factors = given ? new(call.Complex(0), call.Tensor(1), call.Tensor(1)) : Lu(call, call.Complex(0));
        var (data, pivots) = (!given || call.Flag("unpack_data"), !given || call.Flag("unpack_pivots"));
        var (type, packed) = (factors.Packed.Real.Type.ToComplex(), factors.Packed);
        var none = Complex.Of(call.Context, call.Context.Fill(packed.Real.Type, [0], Expr.Const(packed.Real.Type, 0L)), type);
        var (lower, upper) = data ? Triangles(call.Context, packed) : (none, none);
        return new Lowered.List([pivots ? Complex.Of(call.Context, Exchanges(call.Context, factors), type) : none, lower, upper]);
    }

    /// <summary>What L · U is multiplied by from the left.</summary>
    private static TensorBuffer Exchanges(LoweringContext context, ComplexMatrices.LuFactors factors)
    {
        var (part, rows) = (factors.Packed.Real, factors.Packed.Real.Dims[^2]);
        var places = Factorisation.Permutation(context, factors.Pivots, rows);
        return context.Map(part.Type, [.. part.Dims[..^2], rows, rows], i => places.At([.. i[..^2], i[^1]]).EqualTo(Expr.Of(i[^2])));
    }

    /// <summary>L, which has ones on its diagonal, and U.</summary>
    private static (Lowered.Complex Lower, Lowered.Complex Upper) Triangles(LoweringContext context, Lowered.Complex packed)
    {
        var (dims, type) = (packed.Real.Dims, packed.Real.Type);
        var least = context.Facts.Simplify(Dim.Min(dims[^2], dims[^1]));
        return (Triangle(dims[^2], least, (row, column) => row > column, unit: true), Triangle(least, dims[^1], (row, column) => row <= column, unit: false));

        Lowered.Complex Triangle(Dim rows, Dim columns, Func<Expr, Expr, Expr> inside, bool unit) => ComplexMatrices.Map(context, type, [.. dims[..^2], rows, columns], i =>
        {
            var (row, column, element) = (Expr.Of(i[^2]), Expr.Of(i[^1]), ComplexMatrices.At(packed, i));
            var kept = ComplexExpr.Select(inside(row, column), element, ComplexExpr.Of(element.Real.Zero, 0));
            return unit ? ComplexExpr.Select(row.EqualTo(column), element.One, kept) : kept;
        });
    }

    private static Lowered LuSolve(Call call)
    {
        var older = call.Operator.Schema.IndexOf("LU_data") >= 0;
        var (packed, right) = older ? (call.Complex(1), call.Complex(0)) : (call.Complex(0), call.Complex(2));
        var factors = new ComplexMatrices.LuFactors(ComplexMatrices.As(call.Context, packed, DType.Float64), call.Tensor(older ? 2 : 1), call.Tensor(older ? 2 : 1));
        var (lower, upper) = Triangles(call.Context, factors.Packed);
        var exchanges = Exchanges(call.Context, factors);
        var matrix = Each(MatrixProduct(call.Context, lower, upper), part => Matrix.Multiply(call.Context, exchanges, part));
        return SolveInBlocks(call, !older && call.Flag("adjoint") ? Adjoint(call.Context, matrix) : matrix, right, older || call.Flag("left"));
    }

    private static Lowered LdlFactor(Call call)
    {
        var z = call.Complex(0);
        Order(call, z);
        var factors = ComplexMatrices.Ldl(call.Context, z, call.Flag("hermitian"));
        Factorisation.CheckInfo(call, ErrorsOf(call), factors.Info, Factorisation.NoPivot);
        var packed = ComplexMatrices.As(call.Context, factors.Packed, z.Real.Type);
        return call.Operator.Schema.Returns.Length == 3 ? new Lowered.List([packed, factors.Pivots, factors.Info]) : new Lowered.List([packed, factors.Pivots]);
    }

    private static Lowered LdlSolve(Call call) => ComplexMatrices.As(
        call.Context, ComplexMatrices.LdlSolve(call.Context, call.Complex(0), call.Tensor("pivots"), call.Complex(2), call.Flag("hermitian")), call.Complex(2).Real.Type);

    private static Dim Order(Call call, Lowered.Complex z) => Factorisation.Square(call.Context, z.Real);

    private static Lowered Determinant(Call call)
    {
        var (z, context) = (call.Complex(0), call.Context);
        var (size, factors) = (Order(call, z), ComplexMatrices.Lu(context, z));
        var product = ComplexMatrices.Product(context, z.Real.Dims[..^2], size, (b, place) => ComplexMatrices.Pivot(factors, b, place));
        return WithFactors(call, ComplexMatrices.As(context, product, z.Real.Type));
    }

    /// <summary>With the factors of the transpose, where they are asked for: PyTorch stores columns one after the other.</summary>
    private static Lowered WithFactors(Call call, params Lowered[] results)
    {
        if (call.Operator.Schema.Returns.Length == results.Length)
        {
            return results.Length == 1 ? results[0] : new Lowered.List([.. results]);
        }

        var z = call.Complex(0);
        var factors = ComplexMatrices.Lu(call.Context, Transposed(call.Context, z));
        return new Lowered.List([.. results, ComplexMatrices.As(call.Context, factors.Packed, z.Real.Type), factors.Pivots]);
    }

    private static (Lowered.Complex Sign, TensorBuffer Logarithm) SignAndLogarithm(Call call)
    {
        var (z, context) = (call.Complex(0), call.Context);
        var (size, factors) = (Order(call, z), ComplexMatrices.Lu(context, z));
        var batch = z.Real.Dims[..^2];
        var sign = ComplexMatrices.Product(context, batch, size, (b, place) => ComplexMatrices.Pivot(factors, b, place).Sgn());
        return (
            ComplexMatrices.As(context, sign, z.Real.Type),
            context.Reduce(z.Real.Type, batch, [size], Combiner.Sum, (b, r) => ComplexMatrices.Pivot(factors, b, r[0]).Magnitude.Log(), (_, sum) => sum));
    }

    private static Lowered SignedLogDeterminant(Call call)
    {
        var (sign, logarithm) = SignAndLogarithm(call);
        return WithFactors(call, sign, logarithm);
    }

    private static Lowered LogDeterminant(Call call)
    {
        var (sign, logarithm) = SignAndLogarithm(call);
        return ComplexMatrices.Map(call.Context, logarithm.Type, logarithm.Dims, b =>
        {
            var log = ComplexMatrices.At(sign, b).Wide.Log();
            return new ComplexExpr(log.Real + logarithm.At(b).As(DType.Float64), log.Imaginary).As(logarithm.Type.Compute());
        });
    }

    private static Lowered HouseholderFactors(Call call)
    {
        var z = call.Complex(0);
        var (packed, factors) = ComplexMatrices.Householder(call.Context, z);
        return new Lowered.List([ComplexMatrices.As(call.Context, packed, z.Real.Type), ComplexMatrices.As(call.Context, factors, z.Real.Type)]);
    }

    private static Lowered Qr(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var mode = call.Operator.Schema.IndexOf("mode") >= 0 ? call.Text("mode") : call.Flag("some") ? "reduced" : "complete";
        var (dims, type) = (z.Real.Dims, z.Real.Type);
        var (packed, factors) = ComplexMatrices.Householder(context, z);
        var height = mode == "complete" ? dims[^2] : context.Facts.Simplify(Dim.Min(dims[^2], dims[^1]));
        var r = ComplexMatrices.Map(context, type, [.. dims[..^2], height, dims[^1]], i =>
            ComplexMatrices.At(packed, i) is var element ? ComplexExpr.Select(Expr.Of(i[^1]) >= Expr.Of(i[^2]), element, ComplexExpr.Of(element.Real.Zero, 0)) : default);
        var q = mode == "r"
            ? Complex.Of(context, context.Fill(type, [0], Expr.Const(type, 0L)), type.ToComplex())
            : ComplexMatrices.As(context, ComplexMatrices.Reflect(
                context, ComplexMatrices.Unpacked(context, packed, factors), ComplexMatrices.Identity(context, dims[..^2], dims[^2], height)), type);
        return new Lowered.List([q, r]);
    }

    private static Lowered HouseholderProduct(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var whole = ComplexMatrices.Identity(context, z.Real.Dims[..^2], z.Real.Dims[^2], z.Real.Dims[^1]);
        return ComplexMatrices.As(context, ComplexMatrices.Reflect(context, ComplexMatrices.Unpacked(context, z, call.Complex(1)), whole), z.Real.Type);
    }

    /// <summary>From the right, C · Q is the adjoint of Q* · C*.</summary>
    private static Lowered MultiplyByReflections(Call call)
    {
        var (context, c, back) = (call.Context, call.Complex(2), call.Flag("transpose"));
        var reflections = ComplexMatrices.Unpacked(context, call.Complex(0), call.Complex(1));
        var product = call.Flag("left")
            ? ComplexMatrices.Reflect(context, reflections, c, back)
            : ComplexMatrices.Adjoint(context, ComplexMatrices.Reflect(context, reflections, ComplexMatrices.Adjoint(context, c), !back));
        return ComplexMatrices.As(context, product, c.Real.Type);
    }

    /// <summary>By a real matrix of three diagonals, whose vectors are reflected. An upper half is a lower one backwards.</summary>
    private static Lowered HermitianEigen(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var (size, type, upper) = (Order(call, z), z.Real.Type, call.Text("UPLO").StartsWith('U'));
        Dim Place(Dim i) => upper ? size - 1 - i : i;
        TensorBuffer Turned(TensorBuffer part, bool columns) =>
            upper ? context.View(part, part.Dims, i => [.. i[..^2], Place(i[^2]), columns ? Place(i[^1]) : i[^1]]) : part;
        var whole = ComplexMatrices.Map(context, DType.Float64, z.Real.Dims, i =>
        {
            var (row, column) = (Expr.Of(i[^2]), Expr.Of(i[^1]));
            var below = ComplexMatrices.At(z, [.. i[..^2], Place(i[^2]), Place(i[^1])]).Wide;
            var above = ComplexMatrices.Conjugate(ComplexMatrices.At(z, [.. i[..^2], Place(i[^1]), Place(i[^2])]).Wide);
            return ComplexExpr.Select(row.EqualTo(column), ComplexExpr.Of(below.Real, 0), ComplexExpr.Select(row > column, below, above));
        });
        var (t, q) = ComplexMatrices.Tridiagonal(context, whole);
        // In the dtype of the numbers, by whose roundings LAPACK ends: that settles signs.
        var (values, vectors) = Factorisation.SymmetricEigen(context, context.Convert(Turned(t, columns: true), type));
        var reflected = ComplexMatrices.Reflect(context, q, Complex.Of(context, Turned(vectors, columns: false), type.ToComplex()));
        return new Lowered.List([values, ComplexMatrices.As(context, Each(reflected, part => Turned(part, columns: false)), type)]);
    }

    private static Lowered Svd(Call call)
    {
        var full = call.Operator.Schema.IndexOf("some") >= 0 ? !call.Flag("some") : call.Flag("full_matrices");
        var (context, z) = (call.Context, call.Complex(0));
        var (older, type) = (call.Operator.Schema.IndexOf("some") >= 0, z.Real.Type);
        var (u, values, v) = Singular(call, z, full);
        if (call.Operator.Schema.IndexOf("compute_uv") >= 0 && !call.Flag("compute_uv"))
        {
            Lowered.Complex Zeros(Dims dims) => Complex.Of(context, context.Fill(type, dims, Expr.Const(type, 0L)), type.ToComplex());
            Dims Square(Dim size) => older ? [.. z.Real.Dims[..^2], size, size] : [0];
            return new Lowered.List([Zeros(Square(z.Real.Dims[^2])), values, Zeros(Square(z.Real.Dims[^1]))]);
        }

        return new Lowered.List([u, values, older ? v : Adjoint(context, v)]);
    }

    /// <summary>U, the singular values, and V: by a real matrix of two diagonals, in LAPACK's ways for these sizes, for they settle the vectors' directions.</summary>
    private static (Lowered.Complex U, TensorBuffer Values, Lowered.Complex V) Singular(Call call, Lowered.Complex a, bool full)
    {
        var (context, type) = (call.Context, a.Real.Type);
        if (a.Real.Dims[^2] is not { IsConstant: true, Value: var rows } || a.Real.Dims[^1] is not { IsConstant: true, Value: var columns })
        {
            throw call.Unsupported("singular vectors of complex matrices of a size that only the run can tell");
        }

        var (flat, high, low) = (rows < columns, Math.Max(rows, columns), Math.Min(rows, columns));
        var batch = a.Real.Dims[..^2];
        var tall = flat ? Adjoint(context, a) : a;
        var width = full ? high : low;
        if (low > 0 && high > low && high >= low * 17 / 9)
        {
            var (packed, factors) = ComplexMatrices.Householder(context, tall);
            var triangle = Triangles(context, packed).Upper;
            var (left, inner, right) = OfTwoDiagonals(context, type, ComplexMatrices.Bidiagonal(context, flat ? Adjoint(context, triangle) : triangle), lower: false, low, low);
            var wide = ComplexMatrices.Reflect(context, ComplexMatrices.Unpacked(context, packed, factors), Beneath(context, batch, high, width, low, flat ? right : left));
            return (Narrow(flat ? left : wide), inner, Narrow(flat ? wide : right));
        }

        var (u, values, v) = OfTwoDiagonals(context, type, ComplexMatrices.Bidiagonal(context, tall), lower: flat, high, width);
        return (Narrow(flat ? v : u), values, Narrow(flat ? u : v));

        Lowered.Complex Narrow(Lowered.Complex z) => ComplexMatrices.As(context, z, type);
    }

    /// <summary>The vectors on the higher side, so many of them, the values, and the vectors on the lower side. Where it says lower, the matrix that is looked at is the adjoint.</summary>
    private static (Lowered.Complex High, TensorBuffer Values, Lowered.Complex Low) OfTwoDiagonals(
        LoweringContext context, DType type, (TensorBuffer B, ComplexMatrices.Reflections Q, ComplexMatrices.Reflections P) form, bool lower, long high, long width)
    {
        var (q, p) = (form.Q, form.P);

        // In the dtype of the numbers, by whose roundings LAPACK ends: that settles signs.
        var b = context.Convert(form.B, type);
        Dims batch = b.Dims[..^2];
        var low = b.Dims[^1];

        // A lower one comes with a column of zeros: of flat matrices the real kernel takes it as lower.
        var given = !lower ? b : context.Map(b.Type, [.. batch, low, low + 1], i =>
            BufferLoads.GuardUnlessKnown(IndexConditions.InRange(i[^1], Dim.Zero, low), b.At([.. i[..^2], i[^1], i[^2]]), Expr.Const(b.Type, 0L)));
        var (left, values, right) = Factorisation.Singular(context, given);
        var vectors = context.MatrixTranspose(right);
        TensorBuffer Square(TensorBuffer part) => context.View(part, [.. batch, low, low], i => i);
        var (onHigh, onLow) = lower ? (Square(vectors), left) : (left, vectors);
        return (
            ComplexMatrices.Reflect(context, q, Beneath(context, batch, high, width, low, Complex.Of(context, onHigh, type.ToComplex()))), values,
            ComplexMatrices.Reflect(context, p, Complex.Of(context, onLow, type.ToComplex())));
    }

    /// <summary>A square matrix with zeros below it, and right of it, where there is more room, ones on the diagonal.</summary>
    private static Lowered.Complex Beneath(LoweringContext context, Dims batch, Dim rows, Dim columns, Dim size, Lowered.Complex square)
    {
        TensorBuffer Part(TensorBuffer part, double diagonal) => context.Map(DType.Float64, [.. batch, rows, columns], i =>
        {
            var inside = BufferLoads.And(IndexConditions.InRange(i[^2], Dim.Zero, size), IndexConditions.InRange(i[^1], Dim.Zero, size));
            var outside = Expr.Select(Expr.Of(i[^2]).EqualTo(Expr.Of(i[^1])), Expr.Const(DType.Float64, diagonal), Expr.Const(DType.Float64, 0L));
            return BufferLoads.GuardUnlessKnown(inside, part.At(i).As(DType.Float64), outside);
        });
        return new(Part(square.Real, 1), Part(square.Imaginary, 0));
    }

    /// <summary>As a matrix whose rows are the first dims.</summary>
    private static Lowered TensorInverse(Call call)
    {
        var (context, z, count) = (call.Context, call.Complex(0), call.Constant("ind"));
        if (count <= 0 || count > z.Real.Rank)
        {
            throw call.Expected($"an 'ind' from 1 to {z.Real.Rank}", $"{count}");
        }

        Dims rows = z.Real.Dims[..count], columns = z.Real.Dims[count..];
        var matrix = Each(z, part => context.Reshape(part, [Dim.Product(rows), Dim.Product(columns)]));
        var inverse = OfBlocks(context, LinearAlgebra.Inverse(call, Blocks(call, matrix), Factorisation.Errors.Raised).Inverse);
        return Each(inverse, part => context.Reshape(part, [.. columns, .. rows]));
    }

    /// <summary>The dims of the right side first; what is left are the dims of the solution.</summary>
    private static Lowered TensorSolve(Call call)
    {
        var (context, a, b) = (call.Context, call.Complex(0), call.Complex(1));
        if (call.Has("dims"))
        {
            int[] last = [.. call.Constants("dims").Select(axis => call.NormaliseAxis(axis, a.Real.Rank))];
            a = Each(a, part => context.Permute(part, [.. Enumerable.Range(0, part.Rank).Except(last), .. last]));
        }

        var (solution, rows) = (a.Real.Dims[b.Real.Rank..], Dim.Product(b.Real.Dims));
        var solved = SolveInBlocks(
            call, Each(a, part => context.Reshape(part, [rows, Dim.Product(solution)])), Each(b, part => context.Reshape(part, [rows, 1])));
        return Each(solved, part => context.Reshape(part, solution));
    }
}
