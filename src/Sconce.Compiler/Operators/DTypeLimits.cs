using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>The smallest and largest values of dtypes.</summary>
public static class DTypeLimits
{
    /// <summary>The finite limits, as <c>torch.finfo</c> and <c>torch.iinfo</c> give them; those of 64-bit integers as far as a double tells them.</summary>
    public static (double Lowest, double Highest) Limits(this DType type) => type switch
    {
        DType.Bool => (0, 1),
        DType.UInt8 => (byte.MinValue, byte.MaxValue),
        DType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        DType.Int16 => (short.MinValue, short.MaxValue),
        DType.Int32 => (int.MinValue, int.MaxValue),
        DType.Int64 => (long.MinValue, long.MaxValue),
        DType.UInt16 => (ushort.MinValue, ushort.MaxValue),
        DType.UInt32 => (uint.MinValue, uint.MaxValue),
        DType.UInt64 => (ulong.MinValue, ulong.MaxValue),
        DType.Float16 => (-65504, 65504),
        DType.BFloat16 => (-3.3895313892515355e38, 3.3895313892515355e38),
        DType.Float8E4M3FN => (-448, 448),
        DType.Float8E5M2 or DType.Float8E5M2FNUZ => (-57344, 57344),
        DType.Float8E4M3FNUZ => (-240, 240),
        DType.Float8E8M0FNU => (Math.ScaleB(1, -127), Math.ScaleB(1, 127)),
        DType.Float32 => (float.MinValue, float.MaxValue),
        _ => (double.MinValue, double.MaxValue),
    };

    /// <summary>The least value of the dtype: minus infinity for floats.</summary>
    public static Expr Lowest(this DType type) =>
        type.IsFloat() ? Expr.Const(type, double.NegativeInfinity) : ConstExpr.Lowest(type);

    /// <summary>The largest value of the dtype: infinity for floats.</summary>
    public static Expr Highest(this DType type) =>
        type.IsFloat() ? Expr.Const(type, double.PositiveInfinity) : ConstExpr.Highest(type);
}
