using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Operators on four elements at once; what has no instruction is done lane by lane.</summary>
internal sealed partial class VectorOps(FunctionBuilder f, KernelModule module)
{
    private readonly ScalarOps scalar = new(f, module);
    private readonly HalfFloats half = new(f);

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
        switch (op, type.ScalarType())
        {
            case (UnaryOp.Not, WasmType.I32) when type == DType.Bool:
            case (UnaryOp.BitNot, WasmType.I32) when type == DType.Bool:
                return new(~x.Low);
            case (UnaryOp.Not, _):
                return new(~NotZero(type, x));
            case (UnaryOp.BitNot, WasmType.I32 or WasmType.I64):
                return type.ScalarType() == WasmType.I32 ? new(IntegerOps.Wrap(~x.Low, type)) : x.Map(V128.Not);
            case (UnaryOp.IsNan, WasmType.F32):
                var v = f.Let(x.Low);
                return new(F32x4.Ne(v, v));
            case (UnaryOp.IsNan, WasmType.F64):
                var w = Let(x);
                return new(NarrowMask(w.Map(half => F64x2.Ne(half, half))));
            case (UnaryOp.IsNan, _):
                return new(V128.Zero);
            case (UnaryOp.Neg, WasmType.I32):
                return new(IntegerOps.Wrap(I32x4.Neg(x.Low), type));
            case (UnaryOp.Neg, WasmType.I64):
                return x.Map(I64x2.Neg);
            case (UnaryOp.Abs, WasmType.I32):
                return new(IntegerOps.Wrap(I32x4.Abs(x.Low), type));
            case (UnaryOp.Abs, WasmType.I64):
                return x.Map(I64x2.Abs);
            case (UnaryOp.Floor or UnaryOp.Ceil or UnaryOp.Trunc or UnaryOp.Round, WasmType.I32 or WasmType.I64):
                return x;
            case (_, WasmType.F32):
                return new(half.Round(Float32(op, x.Low), type));
            case (UnaryOp.Neg, _):
                return x.Map(F64x2.Neg);
            case (UnaryOp.Abs, _):
                return x.Map(F64x2.Abs);
            case (UnaryOp.Sqrt, _):
                return x.Map(F64x2.Sqrt);
            case (UnaryOp.Floor, _):
                return x.Map(F64x2.Floor);
            case (UnaryOp.Ceil, _):
                return x.Map(F64x2.Ceil);
            case (UnaryOp.Trunc, _):
                return x.Map(F64x2.Trunc);
            case (UnaryOp.Round, _):
                return x.Map(F64x2.Nearest);
            default:
                return LaneWise(type, type, a => scalar.Unary(op, type, a), x);
        }
    }

    public Vector Binary(BinaryOp op, DType type, Vector a, Vector b)
    {
        var fast = type.ScalarType() switch
        {
            WasmType.I32 => Integer32(op, type, a.Low, b.Low),
            WasmType.I64 => Integer64(op, a, b),
            WasmType.F32 => Float32(op, type, a.Low, b.Low),
            _ => Float64(op, a, b),
        };
        return fast ?? LaneWise(type, op >= BinaryOp.Eq ? DType.Bool : type, (x, y) => scalar.Binary(op, type, x, y), a, b);
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

    private V128 Float32(UnaryOp op, V128 x) => op switch
    {
        UnaryOp.Neg => F32x4.Neg(x),
        UnaryOp.Abs => F32x4.Abs(x),
        UnaryOp.Sqrt => F32x4.Sqrt(x),
        UnaryOp.Floor => F32x4.Floor(x),
        UnaryOp.Ceil => F32x4.Ceil(x),
        UnaryOp.Trunc => F32x4.Trunc(x),
        UnaryOp.Round => F32x4.Nearest(x),
        _ => Math.Unary(op, x),
    };

    private Vector? Float32(BinaryOp op, DType type, V128 a, V128 b) => op switch
    {
        BinaryOp.Eq => new(F32x4.Eq(a, b)),
        BinaryOp.Ne => new(F32x4.Ne(a, b)),
        BinaryOp.Lt => new(F32x4.Lt(a, b)),
        BinaryOp.Le => new(F32x4.Le(a, b)),
        BinaryOp.Gt => new(F32x4.Gt(a, b)),
        BinaryOp.Ge => new(F32x4.Ge(a, b)),
        BinaryOp.Add => new(half.Round(F32x4.Add(a, b), type)),
        BinaryOp.Sub => new(half.Round(F32x4.Sub(a, b), type)),
        BinaryOp.Mul => new(half.Round(F32x4.Mul(a, b), type)),
        BinaryOp.Div => new(half.Round(F32x4.Div(a, b), type)),
        BinaryOp.Min => new(F32x4.Min(a, b)),
        BinaryOp.Max => new(F32x4.Max(a, b)),
        BinaryOp.Pow => new(half.Round(Math.Power(a, b), type)),
        _ => null,
    };

    private static Vector? Float64(BinaryOp op, Vector a, Vector b) => op switch
    {
        BinaryOp.Eq => new(NarrowMask(a.Zip(b, F64x2.Eq))),
        BinaryOp.Ne => new(NarrowMask(a.Zip(b, F64x2.Ne))),
        BinaryOp.Lt => new(NarrowMask(a.Zip(b, F64x2.Lt))),
        BinaryOp.Le => new(NarrowMask(a.Zip(b, F64x2.Le))),
        BinaryOp.Gt => new(NarrowMask(a.Zip(b, F64x2.Gt))),
        BinaryOp.Ge => new(NarrowMask(a.Zip(b, F64x2.Ge))),
        BinaryOp.Add => a.Zip(b, F64x2.Add),
        BinaryOp.Sub => a.Zip(b, F64x2.Sub),
        BinaryOp.Mul => a.Zip(b, F64x2.Mul),
        BinaryOp.Div => a.Zip(b, F64x2.Div),
        BinaryOp.Min => a.Zip(b, F64x2.Min),
        BinaryOp.Max => a.Zip(b, F64x2.Max),
        _ => null,
    };

    private static Vector? Integer32(BinaryOp op, DType type, V128 a, V128 b)
    {
        if (type == DType.Bool)
        {
            return op switch
            {
                BinaryOp.And or BinaryOp.Mul or BinaryOp.Min => new(a & b),
                BinaryOp.Or or BinaryOp.Add or BinaryOp.Max => new(a | b),
                BinaryOp.Xor or BinaryOp.Ne or BinaryOp.Sub => new(a ^ b),
                BinaryOp.Eq => new(~(a ^ b)),

                // Masks are 0 and -1, so that the order of bools is the reverse of theirs.
                BinaryOp.Lt => new(V128.Andnot(b, a)),
                BinaryOp.Gt => new(V128.Andnot(a, b)),
                BinaryOp.Le => new(~a | b),
                BinaryOp.Ge => new(a | ~b),
                _ => null,
            };
        }

        return op switch
        {
            BinaryOp.And => new(a & b),
            BinaryOp.Or => new(a | b),
            BinaryOp.Xor => new(a ^ b),
            BinaryOp.Eq => new(I32x4.Eq(a, b)),
            BinaryOp.Ne => new(I32x4.Ne(a, b)),
            BinaryOp.Lt => new(I32x4.LtS(a, b)),
            BinaryOp.Le => new(I32x4.LeS(a, b)),
            BinaryOp.Gt => new(I32x4.GtS(a, b)),
            BinaryOp.Ge => new(I32x4.GeS(a, b)),
            BinaryOp.Min => new(I32x4.MinS(a, b)),
            BinaryOp.Max => new(I32x4.MaxS(a, b)),
            BinaryOp.Add => new(IntegerOps.Wrap(I32x4.Add(a, b), type)),
            BinaryOp.Sub => new(IntegerOps.Wrap(I32x4.Sub(a, b), type)),
            BinaryOp.Mul => new(IntegerOps.Wrap(I32x4.Mul(a, b), type)),
            _ => null,
        };
    }

    private Vector? Integer64(BinaryOp op, Vector a, Vector b)
    {
        switch (op)
        {
            case BinaryOp.And: return a.Zip(b, V128.And);
            case BinaryOp.Or: return a.Zip(b, V128.Or);
            case BinaryOp.Xor: return a.Zip(b, V128.Xor);
            case BinaryOp.Eq: return new(NarrowMask(a.Zip(b, I64x2.Eq)));
            case BinaryOp.Ne: return new(NarrowMask(a.Zip(b, I64x2.Ne)));
            case BinaryOp.Lt: return new(NarrowMask(a.Zip(b, I64x2.LtS)));
            case BinaryOp.Le: return new(NarrowMask(a.Zip(b, I64x2.LeS)));
            case BinaryOp.Gt: return new(NarrowMask(a.Zip(b, I64x2.GtS)));
            case BinaryOp.Ge: return new(NarrowMask(a.Zip(b, I64x2.GeS)));
            case BinaryOp.Add: return a.Zip(b, I64x2.Add);
            case BinaryOp.Sub: return a.Zip(b, I64x2.Sub);
            case BinaryOp.Mul: return a.Zip(b, I64x2.Mul);
            case BinaryOp.Min:
            case BinaryOp.Max:
                var (x, y) = (Let(a), Let(b));
                return op == BinaryOp.Min
                    ? x.Zip(y, (p, q) => V128.Bitselect(p, q, I64x2.LtS(p, q)))
                    : x.Zip(y, (p, q) => V128.Bitselect(p, q, I64x2.GtS(p, q)));
            default: return null;
        }
    }
}
