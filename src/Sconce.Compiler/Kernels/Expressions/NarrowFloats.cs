using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Conversions between float32 and the floats of 8 and 16 bits, four at a time; single elements take the same way.</summary>
internal sealed partial class NarrowFloats(FunctionBuilder f)
{
    /// <summary>From bits at the lower end of each lane (zeros above) to float32.</summary>
    public V128 FromBits(V128 bits, DType type)
    {
        if (type == DType.BFloat16)
        {
            return I32x4.Shl(bits, 16);
        }

        if (type.IsFloat8())
        {
            return FromFloat8(bits, type);
        }

        // The exponent and fraction in float32's places make a number 2^112 times too small; denormals come out right by that too.
        var h = f.Let(bits);
        var magnitude = f.Let(I32x4.Shl(h & Splat(0x7FFF), 13));
        var scaled = F32x4.Mul(magnitude, Splat(0x77800000));
        var special = I32x4.GeU(magnitude, Splat(0x0F800000)) & Splat(0x7F800000);
        return scaled | special | I32x4.Shl(h & Splat(0x8000), 16);
    }

    /// <summary>To the nearest, halves to even; bits at the lower end of each lane.</summary>
    public V128 ToBits(V128 value, DType type)
    {
        var x = f.Let(value);
        if (type == DType.BFloat16)
        {
            var rounded = I32x4.ShrU(I32x4.Add(x, I32x4.Add(Splat(0x7FFF), I32x4.ShrU(x, 16) & Splat(1))), 16);
            return V128.Bitselect(rounded, Splat(0x7FC0), F32x4.Eq(x, x));
        }

        if (type.IsFloat8())
        {
            return ToFloat8(x, type);
        }

        var sign = f.Let(x & Splat(unchecked((int)0x80000000)));
        var magnitude = f.Let(x ^ sign);
        // Below 2^-14: adding a half lets the float unit round to a multiple of 2^-24.
        var tiny = I32x4.Sub(F32x4.Add(magnitude, Splat(0x3F000000)), Splat(0x3F000000));
        var odd = I32x4.ShrU(magnitude, 13) & Splat(1);
        var normal = I32x4.ShrU(I32x4.Add(I32x4.Add(magnitude, Splat(unchecked((int)0xC8000FFF))), odd), 13);
        var finite = V128.Bitselect(tiny, normal, I32x4.LtS(magnitude, Splat(0x38800000)));
        var special = V128.Bitselect(Splat(0x7E00), Splat(0x7C00), I32x4.GtS(magnitude, Splat(0x7F800000)));
        return V128.Bitselect(special, finite, I32x4.GeS(magnitude, Splat(0x47800000))) | I32x4.ShrU(sign, 16);
    }

    public F32 FromBits(I32 bits, DType type) => F32x4.ExtractLane(FromBits(I32x4.Splat(bits), type), 0);

    public I32 ToBits(F32 value, DType type) => I32x4.ExtractLane(ToBits(F32x4.Splat(value), type), 0);

    /// <summary>The bits of a float32 in the type; nothing changes where that is float32.</summary>
    public V128 Round(V128 value, DType type) => type.IsNarrow() ? FromBits(ToBits(value, type), type) : value;

    public F32 Round(F32 value, DType type) => type.IsNarrow() ? FromBits(ToBits(value, type), type) : value;

    private static V128 Splat(int bits) => V128.Const(bits, bits, bits, bits);
}
