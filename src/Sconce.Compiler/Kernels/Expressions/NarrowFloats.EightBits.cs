using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// The 8-bit floats.
internal sealed partial class NarrowFloats
{
    private V128 FromFloat8(V128 bits, DType type)
    {
        if (type == DType.Float8E5M2)
        {
            return FromBits(I32x4.Shl(bits, 8), DType.Float16);
        }

        var b = f.Let(bits);
        if (type == DType.Float8E8M0FNU)
        {
            // As the exponent of a float32, of which 0 is half of the smallest normal number, and 255 NaN.
            var power = V128.Bitselect(Splat(0x00400000), I32x4.Shl(b, 23), I32x4.Eq(b, V128.Zero));
            return V128.Bitselect(Splat(0x7FC00000), power, I32x4.Eq(b, Splat(0xFF)));
        }

        // The exponent and fraction in float32's places make a number that is too small by the difference of the biases; subnormal ones come out right by that too.
        var format = Float8.FormatOf(type);
        var scaled = F32x4.Mul(I32x4.Shl(b & Splat(0x7F), 23 - format.Fraction), Splat((254 - format.Bias) << 23));
        var sign = I32x4.Shl(b & Splat(Float8.Sign), 24);
        return format.HasNegativeZero
            ? V128.Bitselect(Splat(0x7FC00000), scaled, I32x4.Eq(b & Splat(0x7F), Splat(Float8.NaN))) | sign
            : V128.Bitselect(Splat(0x7FC00000), scaled | sign, I32x4.Eq(b, Splat(Float8.Sign)));
    }

    private V128 ToFloat8(LocalV128 x, DType type)
    {
        var magnitude = f.Let(x & Splat(0x7FFFFFFF));
        if (type == DType.Float8E8M0FNU)
        {
            var half = V128.Bitselect(Splat(0x400000), Splat(0x3FFFFF), I32x4.GeS(magnitude, Splat(0x800000)));
            return V128.Bitselect(Splat(0xFF), I32x4.ShrU(I32x4.Add(magnitude, half), 23), I32x4.GeS(magnitude, Splat(0x7F800000)));
        }

        var format = Float8.FormatOf(type);
        var sign = I32x4.ShrU(x, 24) & Splat(Float8.Sign);

        // Subnormal numbers are rounded by the float unit, as the last places of a number so large that it has no others.
        var tiny = I32x4.Sub(F32x4.Add(magnitude, Splat(format.Counter)), Splat(format.Counter));
        var (shift, bias) = (23 - format.Fraction, (format.Bias - 127) << 23);
        var odd = I32x4.ShrU(magnitude, shift) & Splat(1);
        var normal = I32x4.ShrU(I32x4.Add(I32x4.Add(magnitude, Splat(unchecked(bias + (1 << (shift - 1)) - 1))), odd), shift);
        var bits = f.Let(V128.Bitselect(tiny, normal, I32x4.LtS(magnitude, Splat(format.Normal))));
        var isLarge = I32x4.GeS(magnitude, Splat(format.Limit));
        if (format.HasNegativeZero)
        {
            var large = V128.Bitselect(Splat(Float8.NaN), Splat(format.HasInfinity ? Float8.Infinity : Float8.Largest), I32x4.GtS(magnitude, Splat(0x7F800000)));
            return V128.Bitselect(large, bits, isLarge | I32x4.GtS(bits, Splat(Float8.Largest))) | sign;
        }

        var signed = V128.Bitselect(V128.Zero, bits | sign, I32x4.Eq(bits, V128.Zero));
        return V128.Bitselect(Splat(Float8.Sign), signed, isLarge | I32x4.GtS(bits, Splat(0x7F)));
    }
}
