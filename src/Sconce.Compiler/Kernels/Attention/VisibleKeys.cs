using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>Which keys a row can see at all, as far as the score's conditions on indices tell: a causal mask hides those that come later.</summary>
internal static class VisibleKeys
{
    /// <summary>
    /// A number of keys, over the rows and not falling with them, past which every score of the row is minus infinity; null where none is known. It is at
    /// least one for every row.
    /// </summary>
    public static Dim? Bound(Expr score, Axis rows, Axis keys) => Of(score, rows, keys) is { } bound && First(bound, rows).IsPositive ? bound : null;

    private static Dim First(Dim bound, Axis rows) => bound.Substitute(leaf => ReferenceEquals(leaf, rows) ? Dim.Zero : null);

    private static Dim? Of(Expr score, Axis rows, Axis keys) => score switch
    {
        SelectExpr { No: ConstExpr { Value: double.NegativeInfinity } } select => OfCondition(select.Condition, rows, keys) ?? Of(select.Yes, rows, keys),
        BinaryExpr { Op: BinaryOp.Add } sum => Of(sum.Left, rows, keys) ?? Of(sum.Right, rows, keys),
        _ => null,
    };

    private static Dim? OfCondition(Expr condition, Axis rows, Axis keys) => condition switch
    {
        BinaryExpr { Op: BinaryOp.And } both => OfCondition(both.Left, rows, keys) ?? OfCondition(both.Right, rows, keys),
        BinaryExpr { Left: IndexExpr low, Right: IndexExpr high } compare => compare.Op switch
        {
            BinaryOp.Le => AtMost(low.Value, high.Value, rows, keys),
            BinaryOp.Lt => AtMost(low.Value, high.Value - 1, rows, keys),
            BinaryOp.Ge => AtMost(high.Value, low.Value, rows, keys),
            BinaryOp.Gt => AtMost(high.Value, low.Value - 1, rows, keys),
            _ => null,
        },
        _ => null,
    };

    /// <summary>key + a ≤ row + b: that many keys are row + b - a + 1.</summary>
    private static Dim? AtMost(Dim low, Dim high, Axis rows, Axis keys)
    {
        var bound = high - low + Dim.Of(keys) + 1;
        var rest = bound - Dim.Of(rows);
        var known = true;
        rest.VisitLeaves(leaf => known &= leaf is Symbol);
        return known ? bound : null;
    }
}
