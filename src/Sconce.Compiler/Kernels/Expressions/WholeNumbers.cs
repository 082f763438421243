using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Floats that are known to be whole numbers of 8 bits, as those are that were rounded to steps of a scale and clamped.</summary>
internal static class WholeNumbers
{
    /// <summary>1.5 · 2^23: the last bit of a sum with it is worth 1, so that its bits, less its own, are those of the whole number that was added.</summary>
    public const float Shift = 12582912;

    /// <summary>Whether each value of an expression, but for NaN, is one of an 8-bit dtype.</summary>
    public static bool AreWithin(Expr expr, DType type) =>
        expr.Type == DType.Float32 && type is DType.UInt8 or DType.Int8 && AreWhole(expr) && Ends(expr) is var (low, high) && low >= Low(type) && high <= High(type);

    public static int High(DType type) => type == DType.UInt8 ? byte.MaxValue : sbyte.MaxValue;

    public static int Low(DType type) => type == DType.UInt8 ? byte.MinValue : sbyte.MinValue;

    private static bool AreWhole(Expr expr) => expr switch
    {
        UnaryExpr { Op: UnaryOp.Round } => true,
        ConstExpr constant => double.IsInteger(constant.Value),
        BinaryExpr { Op: BinaryOp.Add or BinaryOp.Sub or BinaryOp.Min or BinaryOp.Max } binary => AreWhole(binary.Left) && AreWhole(binary.Right),
        _ => false,
    };

    private static (double Low, double High) Ends(Expr expr)
    {
        if (expr is not BinaryExpr { Op: BinaryOp.Min or BinaryOp.Max } binary)
        {
            return expr is ConstExpr constant ? (constant.Value, constant.Value) : (double.NegativeInfinity, double.PositiveInfinity);
        }

        var (a, b) = (Ends(binary.Left), Ends(binary.Right));
        return binary.Op == BinaryOp.Min ? (Math.Min(a.Low, b.Low), Math.Min(a.High, b.High)) : (Math.Max(a.Low, b.Low), Math.Max(a.High, b.High));
    }
}
