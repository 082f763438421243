using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>The innermost loop: several vectors at a time, then single ones, then single elements.</summary>
internal static class VectorLoop
{
    /// <summary>Whether four points along the axis are better computed together: they lie side by side where they are written.</summary>
    public static bool Suits(Axis axis, IEnumerable<Target> targets) =>
        !(axis.Extent.IsConstant && axis.Extent.Value < Vector.Lanes)
        && targets.All(target => Stride(target.Buffer.Offset(target.Index), axis) == 1);

    /// <summary>How many vectors are computed in one round: more of what is short.</summary>
    public static int Unrolling(params IEnumerable<Expr> exprs) => Cost.Of(exprs) switch
    {
        < 8 => 4,
        < 48 => 2,
        _ => 1,
    };

    /// <summary>The constant number of elements from one point of the axis to the next, or null.</summary>
    public static long? Stride(Dim offset, Axis axis) =>
        offset.LinearIn(axis) is ({ IsConstant: true } stride, var rest) && !rest.LoadedNumbers().Any(number => number.DependsOn(axis)) ? stride.Value : null;

    /// <summary>Emits the loops. The body computes the points (or the four from each on) that lie the given places after where the axis stands.</summary>
    public static void Emit(
        ExprEmitter emitter, Axis axis, I32 from, I32 to, int unroll, bool vectorised, Action<ExprEmitter, IReadOnlyList<int>, bool> body)
    {
        var f = emitter.Function;
        var i = f.I32(axis.Name);
        f.Set(i, from);
        var count = from.ConstantInteger is { } first && to.ConstantInteger is { } last ? last - first : (long?)null;
        if (vectorised)
        {
            if (unroll > 1)
            {
                Rounds(unroll * Vector.Lanes);
            }

            Rounds(Vector.Lanes);
        }

        Rounds(1);

        void Rounds(int points)
        {
            var whole = count / points * points;
            if (whole == 0)
            {
                return;
            }

            if (whole == points)
            {
                Copies(points);
                f.Set(i, i + points);
            }
            else
            {
                f.For(i, i, points == 1 ? to : to - (points - 1), points, () => Copies(points));
            }

            count -= whole;
        }

        void Copies(int points)
        {
            var vectors = points >= Vector.Lanes;
            var inside = vectors ? emitter.Nested() : emitter.Nested(along: null);
            inside.Bind(axis, i);
            var step = vectors ? Vector.Lanes : 1;
            body(inside, [.. Enumerable.Range(0, points / step).Select(copy => copy * step)], vectors);
        }
    }
}
