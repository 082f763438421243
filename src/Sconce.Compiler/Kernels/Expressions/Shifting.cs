using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>The expression of a point some way further along an axis: unrolled copies and single lanes.</summary>
public static class Shifting
{
    public static Dim Shift(this Dim dim, Axis axis, long by) =>
        by == 0 ? dim : dim.Substitute(Along(axis, by));

    public static Expr Shift(this Expr expr, Axis axis, long by) =>
        by == 0 ? expr : expr.Substitute(Along(axis, by));

    public static Target Shift(this Target target, Axis axis, long by) =>
        by == 0 ? target : target.Substitute(Along(axis, by));

    private static Func<Atom, Dim?> Along(Axis axis, long by) => atom => ReferenceEquals(atom, axis) ? Dim.Of(axis) + by : null;
}
