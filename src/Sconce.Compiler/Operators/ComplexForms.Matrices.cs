using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Complex matrices as real ones of twice the size: each number a + bi a block of a, -b, b and a. Sums, products and inverses of such blocks are those of the numbers, triangles stay
/// triangles where the diagonal is real, and eigenvalues and singular values come twice. So the real kernels answer for most of linear algebra.
/// </summary>
internal static partial class ComplexForms
{
    /// <summary>The real lowering with blocks for numbers: what it makes is taken out of blocks again, and places on a diagonal are counted in numbers.</summary>
    private static Lowered Embedded(Call call) => FromBlocks(call.Context, call.Operator.Lower(call.Map((_, value) => value is Lowered.Complex z ? Blocks(call, z) : value)));

    /// <summary>Real results, each of which comes twice: every second one.</summary>
    private static Lowered EverySecond(Call call)
    {
        var twice = ((Lowered.Tensor)call.Operator.Lower(call.With(0, Blocks(call, call.Complex(0))))).Buffer;
        return call.Context.View(twice, [.. twice.Dims[..^1], twice.Dims[^1].FloorDiv(2)], i => [.. i[..^1], i[^1] * 2]);
    }

    /// <summary>A number of what comes twice.</summary>
    private static Lowered Halved(Call call)
    {
        var twice = ((Lowered.Tensor)call.Operator.Lower(call.With(0, Blocks(call, call.Complex(0))))).Buffer;
        return call.Context.Pointwise(twice, x => x / x.Like(2));
    }

    /// <summary>Right sides may be vectors, as the columns, or rows, of matrices.</summary>
    private static Lowered SolvedInBlocks(Call call)
    {
        var (context, a, b, left) = (call.Context, call.Complex(0), call.Complex(1), call.Flag("left"));
        var isVector = b.Real.Rank == 1 || (b.Real.Rank == a.Real.Rank - 1 && b.Real.Dims.SequenceEqual(a.Real.Dims[..^1]));
        if (!isVector)
        {
            return Embedded(call);
        }

        var dim = left ? b.Real.Rank : b.Real.Rank - 1;
        var solved = Embedded(call.With(1, new Lowered.Complex(context.Unsqueeze(b.Real, dim), context.Unsqueeze(b.Imaginary, dim))));
        return solved is Lowered.List list ? new Lowered.List([Vector(list.Items[0]), .. list.Items[1..]]) : Vector(solved);

        Lowered Vector(Lowered value) => value is Lowered.Complex z
            ? new Lowered.Complex(context.Select(z.Real, left ? z.Real.Rank - 1 : z.Real.Rank - 2, 0), context.Select(z.Imaginary, left ? z.Real.Rank - 1 : z.Real.Rank - 2, 0))
            : value;
    }

    /// <summary>The elements of one triangle, with zeros in the other, and ones on the diagonal where that is said.</summary>
    private static Lowered.Complex Triangle(LoweringContext context, Lowered.Complex a, bool upper, bool unit)
    {
        TensorBuffer Part(TensorBuffer part, double diagonal) => context.Map(part.Type, part.Dims, i =>
        {
            var (row, column, element) = (Expr.Of(i[^2]), Expr.Of(i[^1]), part.ValueAt(i));
            var inside = Expr.Select(upper ? column >= row : column <= row, element, element.Zero);
            return unit ? Expr.Select(row.EqualTo(column), element.Like(diagonal), inside) : inside;
        });
        return new(Part(a.Real, 1), Part(a.Imaginary, 0));
    }

    private static Lowered.Complex SolveInBlocks(Call call, Lowered.Complex a, Lowered.Complex b, bool left = true)
    {
        var blocks = Blocks(call, a);
        return OfBlocks(call.Context, LinearAlgebra.Solve(call.Context, Factorisation.Lu(call.Context, blocks, DType.Float64), blocks, Blocks(call, b), left));
    }

    private static Lowered.Complex Adjoint(LoweringContext context, Lowered.Complex z) =>
        Complex.Conjugate(context, new(context.MatrixTranspose(z.Real), context.MatrixTranspose(z.Imaginary)));

    private static Lowered SolveTriangular(Call call) => SolveInBlocks(
        call, Triangle(call.Context, call.Complex(0), call.Flag("upper"), call.Flag("unitriangular")), call.Complex(1), call.Flag("left"));

    private static Lowered OldTriangularSolve(Call call)
    {
        var (context, b, a) = (call.Context, call.Complex(0), call.Complex(1));
        var triangle = Triangle(context, a, call.Flag("upper"), call.Flag("unitriangular"));
        var turned = call.Flag("transpose") ? new(context.MatrixTranspose(triangle.Real), context.MatrixTranspose(triangle.Imaginary)) : triangle;
        Dims dims = [.. context.Broadcast(a.Real.Dims[..^2], b.Real.Dims[..^2]), .. a.Real.Dims[^2..]];
        return new Lowered.List([SolveInBlocks(call, turned, b), new Lowered.Complex(context.Expand(a.Real, dims), context.Expand(a.Imaginary, dims))]);
    }

    /// <summary>By one triangle and then the other.</summary>
    private static Lowered CholeskySolve(Call call) => BothTriangles(call, call.Complex(1), call.Complex(0));

    private static Lowered CholeskyInverse(Call call)
    {
        var (context, factor) = (call.Context, call.Complex(0));
        var one = context.Map(factor.Real.Type, factor.Real.Dims, i => Expr.Of(i[^1]).EqualTo(Expr.Of(i[^2])));
        return BothTriangles(call, factor, Complex.Of(context, one, one.Type.ToComplex()));
    }

    private static Lowered.Complex BothTriangles(Call call, Lowered.Complex factor, Lowered.Complex right)
    {
        var upper = call.Flag("upper");
        var triangle = Triangle(call.Context, factor, upper, unit: false);
        var (lower, above) = upper ? (Adjoint(call.Context, triangle), triangle) : (triangle, Adjoint(call.Context, triangle));
        return SolveInBlocks(call, above, SolveInBlocks(call, lower, right));
    }

    private static Lowered Condition(Call call)
    {
        var isSingular = call[1] is Lowered.None || (call[1] is Lowered.Int or Lowered.Float && Math.Abs(call.Number("p")) == 2);
        return isSingular
            ? call.Operator.Lower(call.With(0, Blocks(call, call.Complex(0))))
            : throw call.Unsupported("the condition of a complex matrix by other norms than those of its largest and smallest singular values");
    }

    /// <summary>Norms by singular values, of matrices in the last two dims.</summary>
    private static TensorBuffer OfSingularValues(Call call, string name)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var twice = ((Lowered.Tensor)call.Operator.Lower(call.With(0, Blocks(call, z)))).Buffer;
        return call[name] is Lowered.Text ? context.Pointwise(twice, x => x / x.Like(2)) : twice;
    }

    private static TensorBuffer Blocks(Call call, Lowered.Complex z)
    {
        // Where one triangle stands for the whole matrix, its diagonal is real, whatever is stored there.
        var isHermitian = call.Operator.Schema.Name is "aten::linalg_eigvalsh" or "aten::linalg_cholesky" or "aten::linalg_cholesky_ex" or "aten::cholesky" or "aten::linalg_matrix_sqrth"
            || (call.Operator.Schema.IndexOf("hermitian") >= 0 && call.Flag("hermitian"));
        var dims = z.Real.Dims;
        return call.Context.Map(z.Real.Type, [.. dims[..^2], dims[^2] * 2, dims[^1] * 2], i =>
        {
            Dims number = [.. i[..^2], i[^2].FloorDiv(2), i[^1].FloorDiv(2)];
            Expr row = Expr.Of(i[^2].Mod(2)), column = Expr.Of(i[^1].Mod(2));
            var imaginary = z.Imaginary.At(number);
            imaginary = isHermitian ? Expr.Select(Expr.Of(number[^2]).EqualTo(Expr.Of(number[^1])), imaginary.Zero, imaginary) : imaginary;
            return Expr.Select(row.EqualTo(column), z.Real.At(number), Expr.Select(row < column, -imaginary, imaginary));
        });
    }

    private static Lowered.Complex OfBlocks(LoweringContext context, TensorBuffer matrix)
    {
        TensorBuffer Part(int row) => context.View(
            matrix, [.. matrix.Dims[..^2], matrix.Dims[^2].FloorDiv(2), matrix.Dims[^1].FloorDiv(2)], i => [.. i[..^2], (i[^2] * 2) + row, i[^1] * 2]);
        return new(Part(0), Part(1));
    }

    private static Lowered FromBlocks(LoweringContext context, Lowered made) => made switch
    {
        Lowered.List list => new Lowered.List([.. list.Items.Select(item => FromBlocks(context, item))]),
        Lowered.Tensor { Buffer: { Type: DType.Int32 } place } => context.Pointwise(place, x => (x + x.One) / x.Like(2)),
        Lowered.Tensor { Buffer: var matrix } => OfBlocks(context, matrix),
        _ => made,
    };
}
