using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Factors of complex matrices in LAPACK's steps, as loops over columns whose turns are a few maps and sums, in float64: the last two dims are the matrix, the others a batch.
/// What real kernels do with three or two diagonals is left to them.
/// </summary>
internal static partial class ComplexMatrices
{
    /// <summary>L and U in one matrix, the row exchanged with each (from 1), and where U's diagonal has its first zero (from 1, or 0).</summary>
    internal sealed record LuFactors(Lowered.Complex Packed, TensorBuffer Pivots, TensorBuffer Info);

    /// <summary>Reflections 1 - factor · v · v*: a vector and a factor for each, in the columns of one matrix and in a vector.</summary>
    internal sealed record Reflections(Lowered.Complex Vectors, Lowered.Complex Factors);

    public static ComplexExpr At(Lowered.Complex z, Dims index) => new(z.Real.ValueAt(index), z.Imaginary.ValueAt(index));

    public static Lowered.Complex Map(LoweringContext context, DType type, Dims dims, Func<Dims, ComplexExpr> element) =>
        new(context.Map(type, dims, i => element(i).Real), context.Map(type, dims, i => element(i).Imaginary));

    public static Lowered.Complex As(LoweringContext context, Lowered.Complex z, DType type) => new(context.Convert(z.Real, type), context.Convert(z.Imaginary, type));

    public static Lowered.Complex Adjoint(LoweringContext context, Lowered.Complex z) => Map(
        context, z.Real.Type, [.. z.Real.Dims[..^2], z.Real.Dims[^1], z.Real.Dims[^2]], i => Conjugate(At(z, [.. i[..^2], i[^1], i[^2]])));

    public static ComplexExpr Conjugate(ComplexExpr z) => new(z.Real, -z.Imaginary);

    /// <summary>A square matrix with ones on its diagonal, or the first columns of one.</summary>
    public static Lowered.Complex Identity(LoweringContext context, Dims batch, Dim rows, Dim columns) => Map(context, DType.Float64, [.. batch, rows, columns], i =>
        new ComplexExpr(Expr.Of(i[^2]).EqualTo(Expr.Of(i[^1])).As(DType.Float64), Expr.Const(DType.Float64, 0.0)));

    /// <summary>Row by row from the top; the pivot is the element whose parts are the largest together.</summary>
    public static LuFactors Lu(LoweringContext context, Lowered.Complex a)
    {
        var (batch, rows, columns) = (a.Real.Dims[..^2], a.Real.Dims[^2], a.Real.Dims[^1]);
        var least = context.Facts.Simplify(Dim.Min(rows, columns));
        var state = Wide(context, a);
        var pivots = context.Fill(DType.Int32, [.. batch, least], Expr.Const(DType.Int32, 0L));
        var info = context.Fill(DType.Int32, batch, Expr.Const(DType.Int32, 0L));
        context.Loop(least, turn =>
        {
            var place = context.Reduce(DType.Int64, batch, [rows], Combiner.ArgMax, (b, r) =>
                At(state, [.. b, r[0], turn]) is var z ? Expr.Select(Expr.Of(r[0]) < Expr.Of(turn), z.Real.Like(-1), Size(z)) : null!);
            var pivot = Map(context, DType.Float64, batch, b => At(state, [.. b, place.IndexAt(b, rows), turn]));
            context.MapInto(pivots, batch, b => [.. b, turn], b => place.At(b) + Expr.Const(DType.Int64, 1L));
            var found = context.Map(DType.Int32, batch, b => Expr.Select(
                info.At(b).EqualTo(info.At(b).Zero) & At(pivot, b).IsZero, Expr.Of(turn + 1).As(DType.Int32), info.At(b)));
            context.MapInto(info, batch, b => b, found.At);
            Set(context, state, i =>
            {
                Dims b = i[..^2];
                var (row, column, here) = (Expr.Of(i[^2]), Expr.Of(i[^1]), Expr.Of(turn));
                var other = Expr.Of(place.IndexAt(b, rows));
                var from = BufferLoads.AsIndex(Expr.Select(row.EqualTo(here), other, Expr.Select(row.EqualTo(other), here, row)), rows);
                var (own, divisor) = (At(state, [.. b, from, i[^1]]), At(pivot, b));
                var factor = At(state, [.. b, from, turn]) / divisor;
                var less = own - (factor * At(state, [.. b, place.IndexAt(b, rows), i[^1]]));
                var changed = ComplexExpr.Select(column.EqualTo(here), factor, ComplexExpr.Select(column > here, less, own));
                return ComplexExpr.Select((row > here) & !divisor.IsZero, changed, own);
            });
        });
        return new(state, pivots, info);
    }

    /// <summary>An element of U's diagonal, with the sign of an exchange of its row.</summary>
    public static ComplexExpr Pivot(LuFactors factors, Dims batch, Dim place)
    {
        var element = At(factors.Packed, [.. batch, place, place]);
        return ComplexExpr.Select(factors.Pivots.At([.. batch, place]).EqualTo(Expr.Of(place + 1).As(DType.Int32)), element, -element);
    }

    /// <summary>The product of numbers that stand at places below a count.</summary>
    public static Lowered.Complex Product(LoweringContext context, Dims batch, Dim count, Func<Dims, Dim, ComplexExpr> factor)
    {
        var product = Map(context, DType.Float64, batch, _ => ComplexExpr.Of(Expr.Const(DType.Float64, 1L), 0));
        context.Loop(count, turn => Set(context, product, b => At(product, b) * factor(b, turn)));
        return product;
    }

    /// <summary>R above Householder's vectors, and their factors.</summary>
    public static (Lowered.Complex Packed, Lowered.Complex Factors) Householder(LoweringContext context, Lowered.Complex a)
    {
        var (batch, rows, columns) = (a.Real.Dims[..^2], a.Real.Dims[^2], a.Real.Dims[^1]);
        var least = context.Facts.Simplify(Dim.Min(rows, columns));
        var (state, factors) = (Wide(context, a), Zeros(context, [.. batch, least]));
        context.Loop(least, turn =>
        {
            var (vector, factor, first) = Reflector(context, batch, rows, turn, (b, row) => At(state, [.. b, row, turn]));
            Put(context, factors, batch, b => [.. b, turn], b => At(factor, b));
            var sums = Sums(context, [.. batch, columns], rows, (o, row) => Conjugate(At(vector, [.. o[..^1], row])) * At(state, [.. o[..^1], row, o[^1]]));
            Set(context, state, i =>
            {
                Dims b = i[..^2];
                var (row, column, here) = (Expr.Of(i[^2]), Expr.Of(i[^1]), Expr.Of(turn));
                var (own, v) = (At(state, i), At(vector, [.. b, i[^2]]));
                var less = own - (Conjugate(At(factor, b)) * v * At(sums, [.. b, i[^1]]));
                var kept = ComplexExpr.Select(row.EqualTo(here), ComplexExpr.Of(first.At(b), 0), ComplexExpr.Select(row > here, v, own));
                return ComplexExpr.Select(column.EqualTo(here), kept, ComplexExpr.Select(column > here, less, own));
            });
        });
        return (state, factors);
    }

    /// <summary>The reflections that <see cref="Householder"/> packs below the diagonal.</summary>
    public static Reflections Unpacked(LoweringContext context, Lowered.Complex packed, Lowered.Complex factors)
    {
        var count = context.Facts.Simplify(Dim.Min(packed.Real.Dims[^1], factors.Real.Dims[^1]));
        var vectors = Map(context, DType.Float64, [.. packed.Real.Dims[..^1], count], i =>
        {
            var (row, column, own) = (Expr.Of(i[^2]), Expr.Of(i[^1]), At(packed, i).Wide);
            return ComplexExpr.Select(row.EqualTo(column), own.One, ComplexExpr.Select(row > column, own, ComplexExpr.Of(own.Real.Zero, 0)));
        });
        return new(vectors, As(context, factors, DType.Float64));
    }

    /// <summary>Q · C, or Q* · C, for the product Q of the reflections.</summary>
    public static Lowered.Complex Reflect(LoweringContext context, Reflections reflections, Lowered.Complex c, bool back = false)
    {
        var (vectors, batch, rows, columns) = (reflections.Vectors, c.Real.Dims[..^2], c.Real.Dims[^2], c.Real.Dims[^1]);
        var count = vectors.Real.Dims[^1];
        var state = Wide(context, c);
        context.Loop(count, turn =>
        {
            var which = back ? turn : count - 1 - turn;
            var sums = Sums(context, [.. batch, columns], rows, (o, row) => Conjugate(At(vectors, [.. o[..^1], row, which])) * At(state, [.. o[..^1], row, o[^1]]));
            Set(context, state, i =>
            {
                var factor = At(reflections.Factors, [.. i[..^2], which]);
                return At(state, i) - ((back ? Conjugate(factor) : factor) * At(vectors, [.. i[..^1], which]) * At(sums, [.. i[..^2], i[^1]]));
            });
        });
        return state;
    }

    /// <summary>Of a Hermitian matrix: A = Q · T · Q* with a real T of three diagonals, a whole matrix here.</summary>
    public static (TensorBuffer T, Reflections Q) Tridiagonal(LoweringContext context, Lowered.Complex a)
    {
        var (batch, size) = (a.Real.Dims[..^2], a.Real.Dims[^1]);
        var count = context.Facts.Simplify(Dim.Max(size - 1, 0));
        var (state, vectors, factors) = (Wide(context, a), Zeros(context, [.. batch, size, count]), Zeros(context, [.. batch, count]));
        var beside = context.Fill(DType.Float64, [.. batch, count], Expr.Const(DType.Float64, 0L));
        context.Loop(count, turn =>
        {
            var (vector, factor, first) = Reflector(context, batch, size, turn + 1, (b, row) => At(state, [.. b, row, turn]));
            Keep(context, vectors, factors, turn, vector, factor);
            context.MapInto(beside, batch, b => [.. b, turn], first.At);
            FromLeft(context, state, vector, factor);
            FromRight(context, state, vector, factor);
        });
        var t = context.Map(DType.Float64, [.. batch, size, size], i =>
        {
            var (row, column) = (Expr.Of(i[^2]), Expr.Of(i[^1]));
            var one = Expr.Const(DType.Int64, 1L);
            var off = BufferLoads.GuardUnlessKnown(IndexConditions.InRange(Dim.Min(i[^2], i[^1]), Dim.Zero, count), beside.At([.. i[..^2], Dim.Min(i[^2], i[^1])]), Expr.Const(DType.Float64, 0L));
            return Expr.Select(row.EqualTo(column), state.Real.At(i), Expr.Select((row - column).Abs().EqualTo(one), off, off.Zero));
        });
        return (t, new(vectors, factors));
    }

    /// <summary>Of a matrix with as many rows as columns, or more: A = Q · B · P* with a real B of two diagonals, the upper square here as a whole matrix.</summary>
    public static (TensorBuffer B, Reflections Q, Reflections P) Bidiagonal(LoweringContext context, Lowered.Complex a)
    {
        var (batch, rows, size) = (a.Real.Dims[..^2], a.Real.Dims[^2], a.Real.Dims[^1]);
        var state = Wide(context, a);
        var (left, leftFactors) = (Zeros(context, [.. batch, rows, size]), Zeros(context, [.. batch, size]));
        var (right, rightFactors) = (Zeros(context, [.. batch, size, size]), Zeros(context, [.. batch, size]));
        var (diagonal, beside) = (context.Fill(DType.Float64, [.. batch, size], Expr.Const(DType.Float64, 0L)), context.Fill(DType.Float64, [.. batch, size], Expr.Const(DType.Float64, 0L)));
        context.Loop(size, turn =>
        {
            var (vector, factor, first) = Reflector(context, batch, rows, turn, (b, row) => At(state, [.. b, row, turn]));
            Keep(context, left, leftFactors, turn, vector, factor);
            context.MapInto(diagonal, batch, b => [.. b, turn], first.At);
            FromLeft(context, state, vector, factor);

            // The rest of the row; of the last one there is none, and nothing is reflected.
            var (other, turned, second) = Reflector(context, batch, size, turn + 1, (b, column) => Conjugate(At(state, [.. b, turn, column])));
            Keep(context, right, rightFactors, turn, other, turned);
            context.MapInto(beside, batch, b => [.. b, turn], second.At);
            FromRight(context, state, other, turned);
        });
        var b = context.Map(DType.Float64, [.. batch, size, size], i =>
        {
            var (row, column) = (Expr.Of(i[^2]), Expr.Of(i[^1]));
            var zero = Expr.Const(DType.Float64, 0L);
            return Expr.Select(row.EqualTo(column), diagonal.At([.. i[..^2], i[^2]]), Expr.Select((row + Expr.Const(DType.Int64, 1L)).EqualTo(column), beside.At([.. i[..^2], i[^2]]), zero));
        });
        return (b, new(left, leftFactors), new(right, rightFactors));
    }

    private static Lowered.Complex Wide(LoweringContext context, Lowered.Complex a) => Map(context, DType.Float64, a.Real.Dims, i => At(a, i).Wide);

    private static Lowered.Complex Zeros(LoweringContext context, Dims dims) => Map(context, DType.Float64, dims, _ => ComplexExpr.Of(Expr.Const(DType.Float64, 0L), 0));

    /// <summary>Every element anew, of what all are before.</summary>
    private static void Set(LoweringContext context, Lowered.Complex state, Func<Dims, ComplexExpr> element)
    {
        var next = Map(context, DType.Float64, state.Real.Dims, element);
        Put(context, state, state.Real.Dims, i => i, i => At(next, i));
    }

    private static void Put(LoweringContext context, Lowered.Complex target, Dims dims, Func<Dims, Dims> place, Func<Dims, ComplexExpr> element)
    {
        context.MapInto(target.Real, dims, place, i => element(i).Real);
        context.MapInto(target.Imaginary, dims, place, i => element(i).Imaginary);
    }

    private static Lowered.Complex Sums(LoweringContext context, Dims outer, Dim count, Func<Dims, Dim, ComplexExpr> element)
    {
        var sums = context.Reduce([DType.Float64, DType.Float64], outer, [count], (o, r) =>
        {
            var z = element(o, r[0]);
            return [new(Combiner.Sum, z.Real), new(Combiner.Sum, z.Imaginary)];
        }, (_, parts) => parts);
        return new(sums[0], sums[1]);
    }

    private static void Keep(LoweringContext context, Lowered.Complex vectors, Lowered.Complex factors, Dim turn, Lowered.Complex vector, Lowered.Complex factor)
    {
        Put(context, vectors, vector.Real.Dims, i => [.. i, turn], i => At(vector, i));
        Put(context, factors, factor.Real.Dims, b => [.. b, turn], b => At(factor, b));
    }

    /// <summary>
    /// What makes a vector, from a place on, into one real number and zeros: the reflection's vector, which is 0 before that place and 1 there, its factor, and that number. Where
    /// the place is behind the end, and where there is nothing to do, the factor is 0.
    /// </summary>
    private static (Lowered.Complex Vector, Lowered.Complex Factor, TensorBuffer First) Reflector(LoweringContext context, Dims batch, Dim count, Dim from, Func<Dims, Dim, ComplexExpr> element)
    {
        var zero = Expr.Const(DType.Float64, 0L);
        var inside = IndexConditions.InRange(from, Dim.Zero, count);
        var head = Map(context, DType.Float64, batch, b => element(b, Dim.Min(from, count - 1)) is var z
            ? new ComplexExpr(Expr.Select(inside, z.Real, zero), Expr.Select(inside, z.Imaginary, zero)) : default);
        var rest = context.Reduce(DType.Float64, batch, [count], Combiner.Sum, (b, r) =>
            element(b, r[0]) is var z ? Expr.Select(Expr.Of(r[0]) > Expr.Of(from), (z.Real * z.Real) + (z.Imaginary * z.Imaginary), zero) : zero);
        Expr Nothing(Dims b) => rest.At(b).EqualTo(zero) & head.Imaginary.At(b).EqualTo(zero);
        var first = context.Map(DType.Float64, batch, b =>
        {
            var (x, y) = (head.Real.At(b), head.Imaginary.At(b));
            var length = ((x * x) + (y * y) + rest.At(b)).Sqrt();
            return Expr.Select(Nothing(b), x, Expr.Select(x.SignBit(), length, -length));
        });
        var factor = Map(context, DType.Float64, batch, b => ComplexExpr.Select(
            Nothing(b), ComplexExpr.Of(zero, 0), new((first.At(b) - head.Real.At(b)) / first.At(b), -head.Imaginary.At(b) / first.At(b))));
        var vector = Map(context, DType.Float64, [.. batch, count], i =>
        {
            Dims b = i[..^1];
            var (place, start) = (Expr.Of(i[^1]), Expr.Of(from));
            var scaled = element(b, i[^1]) / new ComplexExpr(head.Real.At(b) - first.At(b), head.Imaginary.At(b));
            var tail = ComplexExpr.Select((place > start) & !Nothing(b), scaled, ComplexExpr.Of(zero, 0));
            return ComplexExpr.Select(place.EqualTo(start), ComplexExpr.Of(zero.One, 0), tail);
        });
        return (vector, factor, first);
    }

    /// <summary>Takes the reflection's adjoint to the columns.</summary>
    private static void FromLeft(LoweringContext context, Lowered.Complex state, Lowered.Complex vector, Lowered.Complex factor)
    {
        var dims = state.Real.Dims;
        var sums = Sums(context, [.. dims[..^2], dims[^1]], dims[^2], (o, row) => Conjugate(At(vector, [.. o[..^1], row])) * At(state, [.. o[..^1], row, o[^1]]));
        Set(context, state, i => At(state, i) - (Conjugate(At(factor, i[..^2])) * At(vector, i[..^1]) * At(sums, [.. i[..^2], i[^1]])));
    }

    /// <summary>Takes the rows to the reflection.</summary>
    private static void FromRight(LoweringContext context, Lowered.Complex state, Lowered.Complex vector, Lowered.Complex factor)
    {
        var dims = state.Real.Dims;
        var sums = Sums(context, dims[..^1], dims[^1], (o, column) => At(state, [.. o, column]) * At(vector, [.. o[..^1], column]));
        Set(context, state, i => At(state, i) - (At(factor, i[..^2]) * At(sums, i[..^1]) * Conjugate(At(vector, [.. i[..^2], i[^1]]))));
    }
}
