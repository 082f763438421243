using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Conditions over indices: built here, and decided here where they hold for every index or for none.</summary>
public static class IndexConditions
{
    /// <summary>low ≤ index &lt; high as a bool expression, without the sides that are known to hold.</summary>
    public static Expr InRange(Dim index, Dim low, Dim high)
    {
        Expr? condition = null;
        if (!(index - low).IsNonNegative)
        {
            condition = Expr.Of(index) >= Expr.Of(low);
        }

        if (!(high - index).IsPositive)
        {
            var below = Expr.Of(index) < Expr.Of(high);
            condition = condition is null ? below : condition & below;
        }

        return condition ?? Expr.Const(DType.Bool, 1L);
    }

    /// <summary>True or false where the condition is the same at every index; null where it is not known to be.</summary>
    public static bool? Decide(Expr condition)
    {
        switch (condition)
        {
            case ConstExpr constant:
                return constant.Bits != 0;
            case UnaryExpr { Op: UnaryOp.Not } not:
                return !Decide(not.Operand);
            case BinaryExpr { Op: BinaryOp.And } and:
                return (Decide(and.Left), Decide(and.Right)) switch
                {
                    (false, _) or (_, false) => false,
                    (true, true) => true,
                    _ => null,
                };
            case BinaryExpr { Op: BinaryOp.Or } or:
                return (Decide(or.Left), Decide(or.Right)) switch
                {
                    (true, _) or (_, true) => true,
                    (false, false) => false,
                    _ => null,
                };
            case BinaryExpr compare when AsDim(compare.Left) is { } a && AsDim(compare.Right) is { } b:
                return compare.Op switch
                {
                    BinaryOp.Lt => a.IsLess(b),
                    BinaryOp.Gt => b.IsLess(a),
                    BinaryOp.Le => !b.IsLess(a),
                    BinaryOp.Ge => !a.IsLess(b),
                    BinaryOp.Eq => a.Equals(b) ? true : a.IsLess(b) == true || b.IsLess(a) == true ? false : null,
                    BinaryOp.Ne => a.Equals(b) ? false : a.IsLess(b) == true || b.IsLess(a) == true ? true : null,
                    _ => null,
                };
            default:
                return null;
        }
    }

    private static Dim? AsDim(Expr expr) => expr switch
    {
        IndexExpr index => index.Value,
        ConstExpr { Type: DType.Int64 } constant => constant.Bits,
        _ => null,
    };
}
