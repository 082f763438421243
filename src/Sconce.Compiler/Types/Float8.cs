namespace Sconce.Compiler.Types;

/// <summary>The numbers that the bits of 8-bit floats stand for, and the bits of numbers, by the rules of PyTorch's <c>c10::Float8_*</c>.</summary>
public static class Float8
{
    /// <summary>How a format shares out its bits after the sign. That of exponents alone (e8m0fnu) has no sign, and stands apart.</summary>
    /// <param name="Fraction">Bits of the fraction.</param>
    /// <param name="Bias">What the exponent is counted from.</param>
    /// <param name="HasInfinity">Whether the largest exponent is kept for infinity and NaN; else NaN is one number.</param>
    /// <param name="HasNegativeZero">Else its bits are those of NaN (the formats "fnuz").</param>
    public readonly record struct Format(int Fraction, int Bias, bool HasInfinity, bool HasNegativeZero)
    {
        /// <summary>The bits of the first float32 that is too large to be rounded to a finite number, whatever comes behind.</summary>
        public int Limit => (127 + (1 << (7 - Fraction)) - Bias - (HasInfinity ? 1 : 0)) << 23;

        /// <summary>The bits of the smallest float32 that is no subnormal number of the format.</summary>
        public int Normal => (128 - Bias) << 23;

        /// <summary>The bits of the float32 whose last place counts the format's smallest numbers.</summary>
        public int Counter => (151 - Bias - Fraction) << 23;
    }

    public const int NaN = 0x7F;

    /// <summary>The largest number where the next one is NaN.</summary>
    public const int Largest = 0x7E;

    public const int Infinity = 0x7C;

    /// <summary>What is NaN where there is no negative zero.</summary>
    public const int Sign = 0x80;

    public static Format FormatOf(DType type) => type switch
    {
        DType.Float8E4M3FN => new(3, 7, HasInfinity: false, HasNegativeZero: true),
        DType.Float8E5M2 => new(2, 15, HasInfinity: true, HasNegativeZero: true),
        DType.Float8E4M3FNUZ => new(3, 8, HasInfinity: false, HasNegativeZero: false),
        DType.Float8E5M2FNUZ => new(2, 16, HasInfinity: false, HasNegativeZero: false),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The number that bits stand for; every one is a float32.</summary>
    public static float ToSingle(byte bits, DType type)
    {
        if (type == DType.Float8E8M0FNU)
        {
            return bits == 0xFF ? NotANumber(0) : (float)Math.ScaleB(1, bits - 127);
        }

        var format = FormatOf(type);
        var (magnitude, sign) = (bits & 0x7F, (bits & Sign) != 0 ? -1f : 1f);
        var (exponent, fraction) = (magnitude >> format.Fraction, magnitude & ((1 << format.Fraction) - 1));
        if (format.HasInfinity && exponent == (1 << (7 - format.Fraction)) - 1)
        {
            return fraction == 0 ? sign * float.PositiveInfinity : NotANumber(bits & Sign);
        }

        if (format.HasNegativeZero ? !format.HasInfinity && magnitude == NaN : bits == Sign)
        {
            return NotANumber(format.HasNegativeZero ? bits & Sign : 0);
        }

        var number = exponent == 0 ? fraction : fraction + (1 << format.Fraction);
        return sign * (float)Math.ScaleB(number, Math.Max(exponent, 1) - format.Bias - format.Fraction);
    }

    /// <summary>
    /// The bits of the nearest number, of two as near the even one. What is too large is infinite where the format has that; else the largest number, or NaN in a format
    /// without negative zero.
    /// </summary>
    public static byte FromSingle(float value, DType type)
    {
        if (type == DType.Float8E8M0FNU)
        {
            return Exponent(BitConverter.SingleToUInt32Bits(value) & 0x7FFFFFFF);
        }

        var format = FormatOf(type);
        var sign = (byte)(float.IsNegative(value) ? Sign : 0);
        var magnitude = Math.Abs(value);
        if (float.IsNaN(value) || magnitude >= BitConverter.Int32BitsToSingle(format.Limit))
        {
            return !format.HasNegativeZero ? (byte)Sign : (byte)(sign | (float.IsNaN(value) ? NaN : format.HasInfinity ? Infinity : Largest));
        }

        // In units of the last place, of which there are as many below each power of two.
        var exponent = Math.Max(magnitude == 0 ? 1 : Math.ILogB(magnitude) + format.Bias, 1);
        var units = (int)Math.Round(Math.ScaleB(magnitude, format.Fraction + format.Bias - exponent), MidpointRounding.ToEven);
        var bits = ((exponent - 1) << format.Fraction) + units;
        return format.HasNegativeZero ? (byte)(sign | Math.Min(bits, Largest)) : bits > 0x7F ? (byte)Sign : bits == 0 ? (byte)0 : (byte)(sign | bits);
    }

    /// <summary>With its sign, which the formats that have one keep.</summary>
    private static float NotANumber(int sign) => BitConverter.Int32BitsToSingle(0x7FC00000 | (sign << 24));

    /// <summary>The exponent of the nearest power of two: halfway to the next is the next, but for the smallest.</summary>
    private static byte Exponent(uint magnitude) => magnitude >= 0x7F800000 ? (byte)0xFF : (byte)((magnitude + (magnitude >= 0x800000 ? 0x400000u : 0x3FFFFFu)) >> 23);
}
