using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Operators on four elements at once; what has no instruction is done lane by lane.</summary>
internal sealed partial class VectorOps(FunctionBuilder f, KernelModule module)
{
    private readonly ScalarOps scalar = new(f, module);
    private readonly NarrowFloats half = new(f);

    public VectorMath Math { get; } = new(f, module);

    /// <summary>Whether nothing may be computed otherwise than it is written.</summary>
    public bool Exact => module.Options.Exact;

    /// <summary>Whether a product and a sum become one instruction.</summary>
    public bool Fuses => module.Options.FusedMultiplyAdd;

    public Vector Splat(DType type, Code x) => type.ScalarType() switch
    {
        WasmType.I32 => new(type == DType.Bool ? SplatBool(x.AsI32()) : I32x4.Splat(x.AsI32())),
        WasmType.I64 => f.Let(I64x2.Splat(x.AsI64())) is var v ? new(v, v) : default,
        WasmType.F32 => new(F32x4.Splat(x.AsF32())),
        _ => f.Let(F64x2.Splat(x.AsF64())) is var v ? new(v, v) : default,
    };

    public Vector Constant(ConstExpr constant) => constant.Type == DType.Float32
        ? new(module.Numbers.Splat(BitConverter.SingleToInt32Bits((float)constant.Value)))
        : Constant(constant.Type, constant.Bits, constant.Value);

    public static Vector Constant(DType type, long bits, double value)
    {
        switch (type.ScalarType())
        {
            case WasmType.I32:
                var lane = type == DType.Bool ? (int)-bits : (int)bits;
                return new(V128.Const(lane, lane, lane, lane));
            case WasmType.I64:
                return new(V128.Const(bits, bits), V128.Const(bits, bits));
            case WasmType.F32:
                var single = (float)value;
                return new(V128.Const(single, single, single, single));
            default:
                return new(V128.Const(value, value), V128.Const(value, value));
        }
    }

    public static Code Lane(DType type, Vector vector, int lane) => type.ScalarType() switch
    {
        WasmType.I32 => type == DType.Bool ? I32x4.ExtractLane(vector.Low, lane) & 1 : I32x4.ExtractLane(vector.Low, lane),
        WasmType.I64 => I64x2.ExtractLane(lane < 2 ? vector.Low : vector.Upper, lane & 1),
        WasmType.F32 => F32x4.ExtractLane(vector.Low, lane),
        _ => F64x2.ExtractLane(lane < 2 ? vector.Low : vector.Upper, lane & 1),
    };

    public static Vector FromLanes(DType type, ReadOnlySpan<Code> x) => type.ScalarType() switch
    {
        WasmType.I32 when type == DType.Bool => new(I32x4.Neg(Pack32(x))),
        WasmType.I32 => new(Pack32(x)),
        WasmType.F32 => new(Pack32(x)),
        WasmType.I64 => new(
            I64x2.ReplaceLane(I64x2.Splat(x[0].AsI64()), 1, x[1].AsI64()), I64x2.ReplaceLane(I64x2.Splat(x[2].AsI64()), 1, x[3].AsI64())),
        _ => new(
            F64x2.ReplaceLane(F64x2.Splat(x[0].AsF64()), 1, x[1].AsF64()), F64x2.ReplaceLane(F64x2.Splat(x[2].AsF64()), 1, x[3].AsF64())),
    };

    /// <summary>Chooses by a mask of 32-bit lanes.</summary>
    public Vector Select(DType type, Vector mask, Vector yes, Vector no)
    {
        if (!Vector.IsWide(type))
        {
            return new(V128.Bitselect(yes.Low, no.Low, mask.Low));
        }

        var wide = WidenMask(mask.Low);
        return new(V128.Bitselect(yes.Low, no.Low, wide.Low), V128.Bitselect(yes.Upper, no.Upper, wide.Upper));
    }

    public Vector Let(Vector value) => new(f.Let(value.Low), value.High is null ? null : f.Let(value.High));

    public Vector Unary(UnaryOp op, DType type, Vector x)
    {
        var (code, at) = (UnaryCodes.Of(op), new Site(f, module, type));
        return (type.ScalarType(), code) switch
        {
            (WasmType.I32, { Mask: { } mask }) when type == DType.Bool => new(mask(at, x.Low)),
            (WasmType.I32, { I32x4: { } i32x4 }) when type != DType.Bool => new(i32x4(at, x.Low)),
            (WasmType.I64, { I64x2: { } i64x2 }) => Narrowed(x.Map(half => i64x2(at, half))),
            (WasmType.F32, { InStep: { } inStep }) => Rounded(inStep(Math, x.Low)),
            (WasmType.F32, { F32x4: { } f32x4 }) => Rounded(f32x4(at, x.Low)),
            (WasmType.F32, _) => Rounded(f.CallResult(LaneWise(op), x.Low).AsV128()),
            (WasmType.F64, { F64x2: { } f64x2 }) => Narrowed(x.Map(half => f64x2(at, half))),
            _ => LaneWise(type, type, a => scalar.Unary(op, type, a), x),
        };

        Vector Rounded(V128 value) => new(UnaryOperation.Of(op).GivesBool ? value : half.Round(value, type));

        Vector Narrowed(Vector value) => UnaryOperation.Of(op).GivesBool ? new(NarrowMask(value)) : value;
    }

    public Vector Binary(BinaryOp op, DType type, Vector a, Vector b)
    {
        var (code, at, test) = (BinaryCodes.Of(op, type), new Site(f, module, type), BinaryOperation.Of(op).GivesBool);
        return (type.ScalarType(), code) switch
        {
            (WasmType.I32, { Mask: { } mask }) when type == DType.Bool => new(mask(a.Low, b.Low)),
            (WasmType.I32, { I32x4: { } i32x4 }) when type != DType.Bool => new(i32x4(at, a.Low, b.Low)),
            (WasmType.I64, { I64x2: { } i64x2 }) => Narrowed(a.Zip(b, (x, y) => i64x2(at, x, y))),
            (WasmType.F32, { F32x4: { } f32x4 }) => f32x4(at, a.Low, b.Low) is var value && test ? new(value) : new(half.Round(value, type)),
            (WasmType.F64, { F64x2: { } f64x2 }) => Narrowed(a.Zip(b, (x, y) => f64x2(at, x, y))),
            _ => LaneWise(type, test ? DType.Bool : type, (x, y) => scalar.Binary(op, type, x, y), a, b),
        };

        Vector Narrowed(Vector value) => test ? new(NarrowMask(value)) : value;
    }

    /// <summary>a * b + c in float32, fused where that is allowed.</summary>
    public V128 MultiplyAdd(V128 a, V128 b, V128 c) => Math.Madd(a, b, c);

    /// <summary>The lower 32 bits of each of four 64-bit lanes.</summary>
    public static V128 Evens(Vector x) => I8x16.Shuffle(x.Low, x.Upper, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);

    private static V128 NarrowMask(Vector mask) => Evens(mask);

    private static V128 SplatBool(I32 x) => I32x4.Splat(0 - x);

    private static V128 Pack32(ReadOnlySpan<Code> x)
    {
        var vector = x[0] is F32 first ? F32x4.Splat(first) : I32x4.Splat(x[0].AsI32());
        for (var lane = 1; lane < Vector.Lanes; lane++)
        {
            vector = x[lane] is F32 single ? F32x4.ReplaceLane(vector, lane, single) : I32x4.ReplaceLane(vector, lane, x[lane].AsI32());
        }

        return vector;
    }

    private Vector WidenMask(V128 mask)
    {
        var m = f.Let(mask);
        return new(f.Let(I64x2.ExtendLowI32x4S(m)), f.Let(I64x2.ExtendHighI32x4S(m)));
    }

    private Vector LaneWise(DType from, DType to, Func<Code, Code> function, Vector x)
    {
        var a = Let(x);
        var lanes = new Code[Vector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = f.Let(function(Lane(from, a, lane))).Get;
        }

        return FromLanes(to, lanes);
    }

    private Vector LaneWise(DType from, DType to, Func<Code, Code, Code> function, Vector x, Vector y)
    {
        var (a, b) = (Let(x), Let(y));
        var lanes = new Code[Vector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = f.Let(function(Lane(from, a, lane), Lane(from, b, lane))).Get;
        }

        return FromLanes(to, lanes);
    }

    /// <summary>A function that computes each lane of a float32 vector by itself.</summary>
    private FunctionBuilder LaneWise(UnaryOp op) =>
        module.Function($"{UnaryOperation.Of(op).Name}_f32x4", [WasmType.V128], WasmType.V128, g =>
        {
            var x = g.Parameter(0, "x").AsV128();
            var single = new ScalarOps(g, module);
            var result = g.V128("result");
            for (var lane = 0; lane < Vector.Lanes; lane++)
            {
                g.Set(result, F32x4.ReplaceLane(result, lane, single.Unary(op, DType.Float32, F32x4.ExtractLane(x, lane)).AsF32()));
            }

            g.Return(result);
        });
}
