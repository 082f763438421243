using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>Numbers of one dtype as those of another.</summary>
internal static class Conversion
{
    /// <summary>As a C++ cast on x86 does for what fits; saturating for what does not; NaN gives 0.</summary>
    public static long ToInteger(double value, DType type) => type switch
    {
        _ when double.IsNaN(value) => 0,
        DType.Int32 => (long)Math.Clamp(Math.Truncate(value), int.MinValue, int.MaxValue),
        DType.UInt64 when value >= 9.2233720368547758e18 => (long)(ulong)value,
        _ => value >= 9.2233720368547758e18 ? long.MaxValue : value <= -9.2233720368547758e18 ? long.MinValue : (long)value,
    };

    /// <summary>The float that has the bits, as a double.</summary>
    public static double FromBits(long bits, DType type) => type switch
    {
        DType.Float16 => (double)BitConverter.Int16BitsToHalf((short)bits),
        DType.BFloat16 => BitConverter.Int32BitsToSingle((int)bits << 16),
        DType.Float32 => BitConverter.Int32BitsToSingle((int)bits),
        _ when type.IsFloat8() => Float8.ToSingle((byte)bits, type),
        _ => BitConverter.Int64BitsToDouble(bits),
    };

    /// <summary>The bits of a float that the dtype has, as its integer.</summary>
    public static long ToBits(double value, DType type) => type switch
    {
        DType.Float16 => BitConverter.HalfToInt16Bits((Half)value),
        DType.BFloat16 => (short)(BitConverter.SingleToInt32Bits((float)value) >> 16),
        DType.Float32 => BitConverter.SingleToInt32Bits((float)value),
        _ when type.IsFloat8() => Float8.FromSingle((float)value, type),
        _ => BitConverter.DoubleToInt64Bits(value),
    };
}
