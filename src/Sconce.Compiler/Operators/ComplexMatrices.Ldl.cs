using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

// L · D · Lᵀ, or L · D · L*, by Bunch and Kaufman's pivots: an element of the diagonal, or two with the one between them.
internal static partial class ComplexMatrices
{
    /// <summary>L and D in one matrix, the pivots (two that are alike and negative stand for a pair), and where D has its first zero (from 1, or 0).</summary>
    internal sealed record LdlFactors(Lowered.Complex Packed, TensorBuffer Pivots, TensorBuffer Info);

    public static LdlFactors Ldl(LoweringContext context, Lowered.Complex a, bool hermitian)
    {
        var alpha = (1 + Math.Sqrt(17)) / 8;
        var (batch, size) = (a.Real.Dims[..^2], a.Real.Dims[^1]);
        ComplexExpr Turned(ComplexExpr z) => hermitian ? Conjugate(z) : z;
        var state = Map(context, DType.Float64, a.Real.Dims, i =>
        {
            var (row, column, own) = (Expr.Of(i[^2]), Expr.Of(i[^1]), At(a, i).Wide);
            var other = Turned(At(a, [.. i[..^2], i[^1], i[^2]]).Wide);
            return ComplexExpr.Select(row < column, other, hermitian ? ComplexExpr.Select(row.EqualTo(column), ComplexExpr.Of(own.Real, 0), own) : own);
        });
        var pivots = context.Fill(DType.Int32, [.. batch, size], Expr.Const(DType.Int32, 0L));
        var info = context.Fill(DType.Int32, batch, Expr.Const(DType.Int32, 0L));
        var second = context.Fill(DType.Bool, batch, Expr.Const(DType.Bool, 0L));
        context.Loop(size, turn =>
        {
            var (here, after) = (Expr.Of(turn), Dim.Min(turn + 1, size - 1));
            var zero = Expr.Const(DType.Float64, 0L);
            var below = context.Reduce(DType.Int64, batch, [size], Combiner.ArgMax, (b, r) =>
                Expr.Select(Expr.Of(r[0]) > here, Size(At(state, [.. b, r[0], turn])), zero.Like(-1)));
            var largest = context.Reduce(DType.Float64, batch, [size], Combiner.Max, (b, r) =>
                Expr.Select(Expr.Of(r[0]) > here, Size(At(state, [.. b, r[0], turn])), zero));
            var beside = context.Reduce(DType.Float64, batch, [size], Combiner.Max, (b, r) =>
                Expr.Select((Expr.Of(r[0]) >= here) & Expr.Of(r[0]).NotEqualTo(below.At(b)), Size(At(state, [.. b, below.IndexAt(b, size), r[0]])), zero));
            Expr Diagonal(Dims b, Dim place) => Size(At(state, [.. b, place, place]));
            Expr Stays(Dims b)
            {
                var own = Diagonal(b, turn);
                return (own >= largest.At(b) * zero.Like(alpha)) | (own >= largest.At(b) * zero.Like(alpha) * (largest.At(b) / beside.At(b)));
            }

            var dead = context.Map(DType.Bool, batch, b => Diagonal(b, turn).IsNan() | Diagonal(b, turn).Max(largest.At(b)).EqualTo(zero));
            var place = context.Map(DType.Int64, batch, b => Expr.Select(dead.At(b) | Stays(b), here, below.At(b)));
            var two = context.Map(DType.Bool, batch, b =>
                !second.At(b) & !dead.At(b) & !Stays(b) & (Diagonal(b, below.IndexAt(b, size)) < beside.At(b) * zero.Like(alpha)));
            var active = context.Map(DType.Bool, batch, b => !second.At(b) & !dead.At(b));
            var told = context.Map(DType.Int32, [.. batch, size], i =>
            {
                Dims b = i[..^1];
                var (number, pair) = (place.At(b) + Count(1), Expr.Of(i[^1]).EqualTo(here + Count(1)) & two.At(b));
                var first = Expr.Of(i[^1]).EqualTo(here) & !second.At(b);
                return Expr.Select(first | pair, Expr.Select(two.At(b), Count(0) - number, number), pivots.At(i).As(DType.Int64)).As(DType.Int32);
            });
            context.MapInto(pivots, told.Dims, i => i, told.At);
            var found = context.Map(DType.Int32, batch, b => Expr.Select(
                dead.At(b) & !second.At(b) & info.At(b).EqualTo(info.At(b).Zero), (here + Count(1)).As(DType.Int32), info.At(b)));
            context.MapInto(info, batch, b => b, found.At);

            // Rows and columns of what is left change places.
            var moved = Map(context, DType.Float64, state.Real.Dims, i =>
            {
                Dims b = i[..^2];
                var to = here + two.At(b).As(DType.Int64);
                Dim From(Dim at) => BufferLoads.AsIndex(
                    Expr.Select(active.At(b) & Expr.Of(at).EqualTo(to), place.At(b), Expr.Select(active.At(b) & Expr.Of(at).EqualTo(place.At(b)), to, Expr.Of(at))), size);
                return ComplexExpr.Select((Expr.Of(i[^2]) >= here) & (Expr.Of(i[^1]) >= here), At(state, [.. b, From(i[^2]), From(i[^1])]), At(state, i));
            });
            Set(context, state, i =>
            {
                Dims b = i[..^2];
                var (row, column, own) = (Expr.Of(i[^2]), Expr.Of(i[^1]), At(moved, i));
                var (x, y, z) = (At(moved, [.. b, turn, turn]), At(moved, [.. b, after, turn]), At(moved, [.. b, after, after]));
                var (u, v) = (At(moved, [.. b, i[^2], turn]), At(moved, [.. b, i[^2], after]));
                var determinant = (x * z) - (y * Turned(y));
                var one = ComplexExpr.Select(two.At(b), ((u * z) - (v * y)) / determinant, u / x);
                var other = ((v * x) - (u * Turned(y))) / determinant;
                var less = own - (one * At(moved, [.. b, turn, i[^1]]));
                var rest = ComplexExpr.Select(two.At(b), less - (other * At(moved, [.. b, after, i[^1]])), less);
                var first = here + two.At(b).As(DType.Int64);
                var changed = ComplexExpr.Select(column.EqualTo(here), one, ComplexExpr.Select(column > first, rest, ComplexExpr.Select(column > here, other, own)));
                return ComplexExpr.Select(active.At(b) & (row > first), changed, own);
            });
            var next = context.Map(DType.Bool, batch, b => two.At(b));
            context.MapInto(second, batch, b => b, next.At);
        });
        var packed = Map(context, DType.Float64, a.Real.Dims, i =>
            At(state, i) is var element ? ComplexExpr.Select(Expr.Of(i[^1]) > Expr.Of(i[^2]), ComplexExpr.Of(element.Real.Zero, 0), element) : default);
        return new(packed, pivots, info);
    }

    /// <summary>What solves A · X = B by such factors.</summary>
    public static Lowered.Complex LdlSolve(LoweringContext context, Lowered.Complex packed, TensorBuffer pivots, Lowered.Complex right, bool hermitian)
    {
        var (batch, size) = (context.Broadcast(packed.Real.Dims[..^2], right.Real.Dims[..^2]), packed.Real.Dims[^1]);
        ComplexExpr Turned(ComplexExpr z) => hermitian ? Conjugate(z) : z;
        ComplexExpr A(Dims b, Dim row, Dim column) => At(packed, [.. Broadcasting.IndexInto(packed.Real.Dims[..^2], b), row, column]).Wide;
        Expr Pivot(Dims b, Dim place) => pivots.At([.. Broadcasting.IndexInto(pivots.Dims[..^1], b), place]).As(DType.Int64);
        Expr Place(Dims b, Dim place) => Pivot(b, place) is var pivot ? Expr.Select(pivot < Count(0), Count(0) - pivot, pivot) - Count(1) : null!;
        var state = Map(context, DType.Float64, [.. batch, .. right.Real.Dims[^2..]], i => At(right, [.. Broadcasting.IndexInto(right.Real.Dims[..^2], i[..^2]), .. i[^2..]]).Wide);
        var second = context.Fill(DType.Bool, batch, Expr.Const(DType.Bool, 0L));
        context.Loop(size, turn =>
        {
            var (here, after) = (Expr.Of(turn), Dim.Min(turn + 1, size - 1));
            var two = context.Map(DType.Bool, batch, b => !second.At(b) & (Pivot(b, turn) < Count(0)) & Expr.Of(turn + 1 - size).NotEqualTo(Count(0)));
            var moved = Exchanged(turn, b => here + two.At(b).As(DType.Int64), b => !second.At(b));
            Set(context, state, i =>
            {
                Dims b = i[..^2];
                var (row, own) = (Expr.Of(i[^2]), At(moved, i));
                var (p, q) = (At(moved, [.. b, turn, i[^1]]), At(moved, [.. b, after, i[^1]]));
                var (x, y, z) = (A(b, turn, turn), A(b, after, turn), A(b, after, after));
                var determinant = (x * z) - (y * Turned(y));
                var less = own - (A(b, i[^2], turn) * p);
                var rest = ComplexExpr.Select(two.At(b), less - (A(b, i[^2], after) * q), less);
                var one = ComplexExpr.Select(two.At(b), ((z * p) - (Turned(y) * q)) / determinant, p / x);
                var other = ((x * q) - (y * p)) / determinant;
                var first = here + two.At(b).As(DType.Int64);
                var changed = ComplexExpr.Select(row.EqualTo(here), one, ComplexExpr.Select(row > first, rest, ComplexExpr.Select(row > here, other, own)));
                return ComplexExpr.Select(second.At(b), own, changed);
            });
            var next = context.Map(DType.Bool, batch, b => two.At(b));
            context.MapInto(second, batch, b => b, next.At);
        });
        context.MapInto(second, batch, b => b, _ => Expr.Const(DType.Bool, 0L));
        context.Loop(size, turn =>
        {
            var last = size - 1 - turn;
            var (here, before) = (Expr.Of(last), Dim.Max(last - 1, 0));
            var two = context.Map(DType.Bool, batch, b => !second.At(b) & (Pivot(b, last) < Count(0)) & Expr.Of(last).NotEqualTo(Count(0)));
            var columns = state.Real.Dims[^1];
            Lowered.Complex Below(Dim column) => Sums(context, [.. batch, columns], size, (o, row) =>
            {
                var product = Turned(A(o[..^1], row, column)) * At(state, [.. o[..^1], row, o[^1]]);
                return ComplexExpr.Select(Expr.Of(row) > here, product, ComplexExpr.Of(product.Real.Zero, 0));
            });
            var (sums, others) = (Below(last), Below(before));
            Set(context, state, i =>
            {
                Dims b = i[..^2];
                var (row, own) = (Expr.Of(i[^2]), At(state, i));
                var isPair = two.At(b) & row.EqualTo(here - Count(1));
                var changed = ComplexExpr.Select(row.EqualTo(here), own - At(sums, [.. b, i[^1]]), ComplexExpr.Select(isPair, own - At(others, [.. b, i[^1]]), own));
                return ComplexExpr.Select(second.At(b), own, changed);
            });
            var moved = Exchanged(last, _ => here, b => !second.At(b));
            Put(context, state, state.Real.Dims, i => i, i => At(moved, i));
            var next = context.Map(DType.Bool, batch, b => two.At(b));
            context.MapInto(second, batch, b => b, next.At);
        });
        return state;

        // With the row that a pivot tells of where another is.
        Lowered.Complex Exchanged(Dim pivot, Func<Dims, Expr> to, Func<Dims, Expr> when) => Map(context, DType.Float64, state.Real.Dims, i =>
        {
            Dims b = i[..^2];
            var (row, place) = (Expr.Of(i[^2]), Place(b, pivot));
            var from = Expr.Select(when(b) & row.EqualTo(to(b)), place, Expr.Select(when(b) & row.EqualTo(place), to(b), row));
            return At(state, [.. b, BufferLoads.AsIndex(from, size), i[^1]]);
        });
    }

    private static Expr Count(long number) => Expr.Const(DType.Int64, number);

    private static Expr Size(ComplexExpr z) => z.Real.Abs() + z.Imaginary.Abs();
}
