using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Conversions of four elements.
internal sealed partial class VectorOps
{
    public Vector Cast(DType from, DType to, Vector x)
    {
        if (from == to)
        {
            return x;
        }

        if (to == DType.Bool)
        {
            return new(NotZero(from, x));
        }

        if (from == DType.Bool)
        {
            // From a mask to 0 and 1.
            return to.ScalarType() == WasmType.F32
                ? new(x.Low & Constant(DType.Float32, 0, 1).Low)
                : Cast(DType.Int32, to, new(x.Low & V128.Const(1, 1, 1, 1)));
        }

        switch (from.ScalarType(), to.ScalarType())
        {
            case (WasmType.F32 or WasmType.F64, _) when to is DType.UInt32 or DType.UInt64:
                return LaneWise(from, to, a => scalar.Cast(from, to, a), x);
            case (WasmType.I32, WasmType.I64) when from == DType.UInt32:
                return f.Let(x.Low) is var u ? new(I64x2.ExtendLowI32x4U(u), I64x2.ExtendHighI32x4U(u)) : default;
            case (WasmType.I32, WasmType.F32) when from == DType.UInt32:
                return new(half.Round(F32x4.ConvertI32x4U(x.Low), to));
            case (WasmType.I32, WasmType.F64) when from == DType.UInt32:
                return f.Let(x.Low) is var w ? new(F64x2.ConvertLowI32x4U(w), F64x2.ConvertLowI32x4U(UpperHalf(w))) : default;
            case (WasmType.I64, WasmType.I64):
                return x;
            case (WasmType.I32, WasmType.I32):
                return new(IntegerOps.Wrap(x.Low, to));
            case (WasmType.I64, WasmType.I32):
                return new(IntegerOps.Wrap(Evens(x), to));
            case (WasmType.F32, WasmType.I32):
                return new(IntegerOps.Wrap(I32x4.TruncSatF32x4S(x.Low), to));
            case (WasmType.I32, WasmType.I64):
                var v = f.Let(x.Low);
                return new(I64x2.ExtendLowI32x4S(v), I64x2.ExtendHighI32x4S(v));
            case (WasmType.I32, WasmType.F32):
                return new(half.Round(F32x4.ConvertI32x4S(x.Low), to));
            case (WasmType.F32, WasmType.F32):
                return new(half.Round(x.Low, to));
            case (WasmType.F64, WasmType.F32):
                return new(half.Round(Pair64(F32x4.DemoteF64x2Zero(x.Low), F32x4.DemoteF64x2Zero(x.Upper)), to));
            case (WasmType.F64, WasmType.I32):
                return new(IntegerOps.Wrap(Pair64(I32x4.TruncSatF64x2SZero(x.Low), I32x4.TruncSatF64x2SZero(x.Upper)), to));
            case (WasmType.F32, WasmType.F64):
                var s = f.Let(x.Low);
                return new(F64x2.PromoteLowF32x4(s), F64x2.PromoteLowF32x4(UpperHalf(s)));
            case (WasmType.I32, WasmType.F64):
                var i = f.Let(x.Low);
                return new(F64x2.ConvertLowI32x4S(i), F64x2.ConvertLowI32x4S(UpperHalf(i)));
            default:
                return LaneWise(from, to, a => scalar.Cast(from, to, a), x);
        }
    }

    /// <summary>Bits as another dtype of the same size: one is a float, one an integer. Only floats of 8 and 16 bits are not held as their bits.</summary>
    public Vector Bitcast(DType from, DType to, Vector x) =>
        from.IsNarrow() ? new(IntegerOps.Wrap(half.ToBits(x.Low, from), to))
        : to.IsNarrow() ? new(half.FromBits(x.Low & (to.IsFloat8() ? V128.Const(0xFF, 0xFF, 0xFF, 0xFF) : V128.Const(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF)), to))
        : x;

    /// <summary>A mask of the lanes that are not zero.</summary>
    public static V128 NotZero(DType type, Vector x) => type.ScalarType() switch
    {
        WasmType.I32 => type == DType.Bool ? x.Low : I32x4.Ne(x.Low, V128.Zero),
        WasmType.I64 => NarrowMask(x.Map(half => I64x2.Ne(half, V128.Zero))),
        WasmType.F32 => F32x4.Ne(x.Low, V128.Zero),
        _ => NarrowMask(x.Map(half => F64x2.Ne(half, V128.Zero))),
    };

    private static V128 UpperHalf(V128 x) => I8x16.Shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);

    private static V128 Pair64(V128 low, V128 high) => I8x16.Shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
