using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>A plain load as an address: elements from the start of a buffer.</summary>
internal sealed record Access(TensorBuffer Buffer, Dim Offset)
{
    /// <summary>Null where the expression is more than a load, or the place is known only from other loads.</summary>
    public static Access? Of(Expr expr) =>
        expr is LoadExpr load && !load.Index.Any(dim => dim.HasLoads()) ? new Access(load.Buffer, load.Buffer.Offset(load.Index)) : null;

    /// <summary>Elements at neighbouring indices of the axis are neighbours in memory.</summary>
    public bool HasUnitStride(Axis axis) => axis.Extent.Equals(Dim.One) || StrideOf(axis) is { IsConstant: true, Value: 1 };

    /// <summary>Elements from one index of the axis to the next; null where that is not the same everywhere.</summary>
    public Dim? StrideOf(Axis axis)
    {
        if (Offset.LinearIn(axis) is not var (stride, _))
        {
            return null;
        }

        var fixedStride = true;
        stride.VisitLeaves(leaf => fixedStride &= leaf is Symbol);
        return fixedStride ? stride : null;
    }
}

/// <summary>Questions about operands.</summary>
internal static class OperandExpr
{
    /// <summary>Known when the model is compiled, so that packing it costs nothing at run time.</summary>
    public static bool IsConstant(Expr expr) => expr.Loads().All(load => load.Buffer.Kind == BufferKind.Constant);

    /// <summary>The expression where the index lies below the bound, zero elsewhere.</summary>
    public static Expr ZeroOutside(Expr expr, Dim index, Dim bound) => Outside(expr, index, bound, 0);

    /// <summary>The expression where the index lies below the bound, a number elsewhere.</summary>
    public static Expr Outside(Expr expr, Dim index, Dim bound, long number)
    {
        var condition = IndexConditions.InRange(index, 0, bound);
        return IndexConditions.Decide(condition) == true ? expr : Expr.Guard(condition, expr, Expr.Const(expr.Type, number));
    }
}
