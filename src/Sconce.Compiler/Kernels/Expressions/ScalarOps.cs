using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Operators on single elements.</summary>
internal sealed class ScalarOps(FunctionBuilder f, KernelModule module)
{
    private readonly NarrowFloats half = new(f);

    public Code Unary(UnaryOp op, DType type, Code x)
    {
        var (code, at) = (UnaryCodes.Of(op), new Site(f, module, type));
        return (type.ScalarType(), code) switch
        {
            (WasmType.I32, { I32: { } i32 }) => i32(at, x.AsI32()),
            (WasmType.I64, { I64: { } i64 }) => i64(at, x.AsI64()),
            (WasmType.F32, { F32: { } f32 }) => Rounded(f32(at, x.AsF32()), type),
            (WasmType.F32, { InStep: { } inStep }) => Rounded(Shared($"{UnaryOperation.Of(op).Name}_f32", x.AsF32(), inStep), type),
            (WasmType.F32, { F32x4: { } f32x4 }) => Rounded(Shared($"{UnaryOperation.Of(op).Name}_f32", x.AsF32(), f32x4), type),
            (WasmType.F32, { F64: { } f64 }) => Rounded(F32.DemoteF64(f64(at, F64.PromoteF32(x.AsF32())).AsF64()), type),
            (WasmType.F64, { F64: { } f64 }) => f64(at, x.AsF64()),
            _ => throw new NotSupportedException($"{op} of {type.Name()}: lowerings cast to a float first."),
        };
    }

    /// <summary>1 + e^-x.</summary>
    public F32 OnePlusExpOfMinus(F32 x) => Shared("one_plus_exp_of_minus_f32", x, (math, a) => math.OnePlusExpOfMinus(a));

    public F32 Exp2(F32 x) => Shared("exp2_f32", x, (math, a) => math.Exp2(a));

    public F32 Gelu(F32 x) => Shared("gelu_f32", x, (math, a) => math.Gelu(a));

    public Code Binary(BinaryOp op, DType type, Code a, Code b)
    {
        var (code, at) = (BinaryCodes.Of(op, type), new Site(f, module, type));
        return (type.ScalarType(), code) switch
        {
            (WasmType.I32, { Bool: { } bools }) when type == DType.Bool => bools(a.AsI32(), b.AsI32()),
            (WasmType.I32, { I32: { } i32 }) => i32(at, a.AsI32(), b.AsI32()),
            (WasmType.I64, { I64: { } i64 }) => i64(at, a.AsI64(), b.AsI64()),
            (WasmType.F32, { F32: { } f32 }) => Rounded(f32(at, a.AsF32(), b.AsF32()), type),
            (WasmType.F32, { F64: { } f64 }) => Rounded(F32.DemoteF64(f64(at, F64.PromoteF32(a.AsF32()), F64.PromoteF32(b.AsF32())).AsF64()), type),
            (WasmType.F64, { F64: { } f64 }) => f64(at, a.AsF64(), b.AsF64()),
            _ => throw new NotSupportedException($"{op} of {type.Name()}"),
        };
    }

    public Code Cast(DType from, DType to, Code x)
    {
        if (to == DType.Bool)
        {
            return NotZero(from, x);
        }

        return to.ScalarType() switch
        {
            WasmType.I32 => IntegerOps.Wrap(ToI32(x, to), to),
            WasmType.I64 => ToI64(x, from, to),
            WasmType.F32 => half.Round(ToF32(x, from), to),
            _ => ToF64(x, from),
        };
    }

    /// <summary>Bits as another dtype of the same size: one is a float, one an integer.</summary>
    public Code Bitcast(DType from, DType to, Code x) => x switch
    {
        F32 v when from.IsNarrow() => IntegerOps.Wrap(half.ToBits(v, from), to),
        F32 v => I32.ReinterpretF32(v),
        F64 v => I64.ReinterpretF64(v),
        I32 v when to.IsNarrow() => half.FromBits(v & (to.IsFloat8() ? 0xFF : 0xFFFF), to),
        I32 v => F32.ReinterpretI32(v),
        _ => F64.ReinterpretI64(x.AsI64()),
    };

    public static I32 NotZero(DType type, Code x) => type.ScalarType() switch
    {
        WasmType.I32 => type == DType.Bool ? x.AsI32() : x.AsI32().Ne(0),
        WasmType.I64 => x.AsI64().Ne(0),
        WasmType.F32 => x.AsF32().Ne(0f),
        _ => x.AsF64().Ne(0d),
    };

    private I32 ToI32(Code x, DType to) => x switch
    {
        F32 or F64 when to == DType.UInt32 => I32.WrapI64(ToI64(x, DType.Float64, DType.Int64)),
        I32 v => v,
        I64 v => I32.WrapI64(v),
        F32 v => I32.TruncSatF32S(v),
        _ => I32.TruncSatF64S(x.AsF64()),
    };

    /// <summary>Of a float beyond int64 a uint64 takes as much as it holds; below 0 it wraps, as PyTorch's does on x86.</summary>
    private I64 ToI64(Code x, DType from, DType to) => x switch
    {
        F32 v when to == DType.UInt64 => ToI64(F64.PromoteF32(v), from, to),
        F64 v when to == DType.UInt64 => f.Let(v) is var kept ? kept.Lt(Math.ScaleB(1, 63)).Select(I64.TruncSatF64S(kept), I64.TruncSatF64U(kept)) : null!,
        I32 v when from == DType.UInt32 => I64.ExtendI32U(v),
        I32 v => I64.ExtendI32S(v),
        I64 v => v,
        F32 v => I64.TruncSatF32S(v),
        _ => I64.TruncSatF64S(x.AsF64()),
    };

    private static F32 ToF32(Code x, DType from) => x switch
    {
        I32 v when from == DType.UInt32 => F32.ConvertI32U(v),
        I64 v when from == DType.UInt64 => F32.ConvertI64U(v),
        I32 v => F32.ConvertI32S(v),
        I64 v => F32.ConvertI64S(v),
        F32 v => v,
        _ => F32.DemoteF64(x.AsF64()),
    };

    private static F64 ToF64(Code x, DType from) => x switch
    {
        I32 v when from == DType.UInt32 => F64.ConvertI32U(v),
        I64 v when from == DType.UInt64 => F64.ConvertI64U(v),
        I32 v => F64.ConvertI32S(v),
        I64 v => F64.ConvertI64S(v),
        F32 v => F64.PromoteF32(v),
        _ => x.AsF64(),
    };

    /// <summary>A number as its dtype has it; what is true or false stays.</summary>
    private Code Rounded(Code value, DType type) => value is F32 number ? half.Round(number, type) : value;

    private F32 Shared(string name, F32 x, Func<VectorMath, Bundle, Bundle> build) => Shared(name, x, (at, a) => build(at.VectorMath, a));

    /// <summary>
    /// A call of a function that computes one lane of a vector's: the ends of rows agree with their middles. All kernels of a module share it.
    /// </summary>
    private F32 Shared(string name, F32 x, Func<Site, V128, V128> build)
    {
        var shared = module.Function(name, [WasmType.F32], WasmType.F32, g =>
            g.Return(F32x4.ExtractLane(build(new Site(g, module, DType.Float32), F32x4.Splat(g.Parameter(0, "x").AsF32())), 0)));
        return f.CallResult(shared, x).AsF32();
    }
}
