using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Operators on single elements.</summary>
internal sealed class ScalarOps(FunctionBuilder f, KernelModule module)
{
    private readonly HalfFloats half = new(f);
    private readonly MathFunctions math = new(f, module);

    public Code Unary(UnaryOp op, DType type, Code x) => (op, type.ScalarType()) switch
    {
        (UnaryOp.Not, WasmType.I32) => x.AsI32().Eqz(),
        (UnaryOp.Not, WasmType.I64) => x.AsI64().Eqz(),
        (UnaryOp.Not, WasmType.F32) => x.AsF32().Eq(0f),
        (UnaryOp.Not, WasmType.F64) => x.AsF64().Eq(0d),
        (UnaryOp.BitNot, WasmType.I32) => type == DType.Bool ? x.AsI32().Eqz() : IntegerOps.Wrap(~x.AsI32(), type),
        (UnaryOp.BitNot, WasmType.I64) => ~x.AsI64(),
        (UnaryOp.IsNan, WasmType.F32) => f.Let(x.AsF32()) is var v ? v.Ne(v) : null!,
        (UnaryOp.IsNan, WasmType.F64) => f.Let(x.AsF64()) is var v ? v.Ne(v) : null!,
        (UnaryOp.IsNan, _) => I32.Const(0),
        (UnaryOp.Neg, WasmType.I32) => IntegerOps.Wrap(-x.AsI32(), type),
        (UnaryOp.Neg, WasmType.I64) => -x.AsI64(),
        (UnaryOp.Abs, WasmType.I32) => f.Let(x.AsI32()) is var v ? IntegerOps.Wrap(v.LtS(0).Select(-v, v), type) : null!,
        (UnaryOp.Abs, WasmType.I64) => f.Let(x.AsI64()) is var v ? v.LtS(0).Select(-v, v) : null!,
        (UnaryOp.Floor or UnaryOp.Ceil or UnaryOp.Trunc or UnaryOp.Round, WasmType.I32 or WasmType.I64) => x,
        (_, WasmType.F32) => half.Round(Float(op, x.AsF32()), type),
        (_, WasmType.F64) => Float(op, x.AsF64()),
        _ => throw new NotSupportedException($"{op} of {type.Name()}: lowerings cast to a float first."),
    };

    /// <summary>1 + e^-x.</summary>
    public F32 OnePlusExpOfMinus(F32 x) => math.Shared("one_plus_exp_of_minus_f32", x, (vector, a) => vector.OnePlusExpOfMinus(a));

    public F32 Exp2(F32 x) => math.Shared("exp2_f32", x, (vector, a) => vector.Exp2(a));

    public F32 Gelu(F32 x) => math.Shared("gelu_f32", x, (vector, a) => vector.Gelu(a));

    public Code Binary(BinaryOp op, DType type, Code a, Code b) => type.ScalarType() switch
    {
        WasmType.I32 => Binary(op, type, a.AsI32(), b.AsI32()),
        WasmType.I64 => Binary(op, a.AsI64(), b.AsI64()),
        WasmType.F32 => Binary(op, type, a.AsF32(), b.AsF32()),
        _ => Binary(op, a.AsF64(), b.AsF64()),
    };

    public Code Cast(DType from, DType to, Code x)
    {
        if (to == DType.Bool)
        {
            return NotZero(from, x);
        }

        return to.ScalarType() switch
        {
            WasmType.I32 => IntegerOps.Wrap(ToI32(x), to),
            WasmType.I64 => ToI64(x),
            WasmType.F32 => half.Round(ToF32(x), to),
            _ => ToF64(x),
        };
    }

    public static I32 NotZero(DType type, Code x) => type.ScalarType() switch
    {
        WasmType.I32 => type == DType.Bool ? x.AsI32() : x.AsI32().Ne(0),
        WasmType.I64 => x.AsI64().Ne(0),
        WasmType.F32 => x.AsF32().Ne(0f),
        _ => x.AsF64().Ne(0d),
    };

    private static I32 ToI32(Code x) => x switch
    {
        I32 v => v,
        I64 v => I32.WrapI64(v),
        F32 v => I32.TruncSatF32S(v),
        _ => I32.TruncSatF64S(x.AsF64()),
    };

    private static I64 ToI64(Code x) => x switch
    {
        I32 v => I64.ExtendI32S(v),
        I64 v => v,
        F32 v => I64.TruncSatF32S(v),
        _ => I64.TruncSatF64S(x.AsF64()),
    };

    private static F32 ToF32(Code x) => x switch
    {
        I32 v => F32.ConvertI32S(v),
        I64 v => F32.ConvertI64S(v),
        F32 v => v,
        _ => F32.DemoteF64(x.AsF64()),
    };

    private static F64 ToF64(Code x) => x switch
    {
        I32 v => F64.ConvertI32S(v),
        I64 v => F64.ConvertI64S(v),
        F32 v => F64.PromoteF32(v),
        _ => x.AsF64(),
    };

    private F32 Float(UnaryOp op, F32 x) => op switch
    {
        UnaryOp.Neg => x.Neg(),
        UnaryOp.Abs => x.Abs(),
        UnaryOp.Sqrt => x.Sqrt(),
        UnaryOp.Floor => x.Floor(),
        UnaryOp.Ceil => x.Ceil(),
        UnaryOp.Trunc => x.Trunc(),
        UnaryOp.Round => x.Nearest(),
        _ => math.Unary(op, x),
    };

    private F64 Float(UnaryOp op, F64 x) => op switch
    {
        UnaryOp.Neg => x.Neg(),
        UnaryOp.Abs => x.Abs(),
        UnaryOp.Sqrt => x.Sqrt(),
        UnaryOp.Floor => x.Floor(),
        UnaryOp.Ceil => x.Ceil(),
        UnaryOp.Trunc => x.Trunc(),
        UnaryOp.Round => x.Nearest(),
        _ => math.Unary(op, x),
    };

    private I32 Binary(BinaryOp op, DType type, I32 a, I32 b)
    {
        switch (op)
        {
            case BinaryOp.And: return a & b;
            case BinaryOp.Or: return a | b;
            case BinaryOp.Xor: return a ^ b;
            case BinaryOp.Eq: return a.Eq(b);
            case BinaryOp.Ne: return a.Ne(b);
            case BinaryOp.Lt: return a.LtS(b);
            case BinaryOp.Le: return a.LeS(b);
            case BinaryOp.Gt: return a.GtS(b);
            case BinaryOp.Ge: return a.GeS(b);
            case BinaryOp.Min:
            case BinaryOp.Max:
                var (x, y) = (f.Let(a), f.Let(b));
                return (op == BinaryOp.Min ? x.LtS(y) : x.GtS(y)).Select(x, y);
        }

        if (type == DType.Bool)
        {
            // PyTorch's sum of bools is "or", their product "and".
            return op switch
            {
                BinaryOp.Add => a | b,
                BinaryOp.Mul => a & b,
                BinaryOp.Sub => a ^ b,
                _ => throw new NotSupportedException($"{op} of bools"),
            };
        }

        return IntegerOps.Wrap(
            op switch
            {
                BinaryOp.Add => a + b,
                BinaryOp.Sub => a - b,
                BinaryOp.Mul => a * b,
                BinaryOp.Div => IntegerOps.Divide(f, a, b),
                BinaryOp.Rem => IntegerOps.Remainder(f, a, b),
                BinaryOp.Mod => IntegerOps.Modulo(f, a, b),
                BinaryOp.FloorDiv => IntegerOps.FloorDivide(f, a, b),
                BinaryOp.Shl => IntegerOps.Shift(f, a, b, left: true, type.Size() * 8),
                BinaryOp.Shr => IntegerOps.Shift(f, a, b, left: false, type.Size() * 8),
                BinaryOp.Pow => I32.WrapI64(IntegerOps.Power(f, module, I64.ExtendI32S(a), I64.ExtendI32S(b))),
                _ => throw new NotSupportedException($"{op} of {type.Name()}"),
            },
            type);
    }

    private Code Binary(BinaryOp op, I64 a, I64 b)
    {
        switch (op)
        {
            case BinaryOp.Add: return a + b;
            case BinaryOp.Sub: return a - b;
            case BinaryOp.Mul: return a * b;
            case BinaryOp.And: return a & b;
            case BinaryOp.Or: return a | b;
            case BinaryOp.Xor: return a ^ b;
            case BinaryOp.Eq: return a.Eq(b);
            case BinaryOp.Ne: return a.Ne(b);
            case BinaryOp.Lt: return a.LtS(b);
            case BinaryOp.Le: return a.LeS(b);
            case BinaryOp.Gt: return a.GtS(b);
            case BinaryOp.Ge: return a.GeS(b);
            case BinaryOp.Div: return IntegerOps.Divide(f, a, b);
            case BinaryOp.Rem: return IntegerOps.Remainder(f, a, b);
            case BinaryOp.Mod: return IntegerOps.Modulo(f, a, b);
            case BinaryOp.FloorDiv: return IntegerOps.FloorDivide(f, a, b);
            case BinaryOp.Shl: return IntegerOps.Shift(f, a, b, left: true);
            case BinaryOp.Shr: return IntegerOps.Shift(f, a, b, left: false);
            case BinaryOp.Pow: return IntegerOps.Power(f, module, a, b);
            case BinaryOp.Min:
            case BinaryOp.Max:
                var (x, y) = (f.Let(a), f.Let(b));
                return (op == BinaryOp.Min ? x.LtS(y) : x.GtS(y)).Select(x, y);
            default: throw new NotSupportedException($"{op} of int64");
        }
    }

    private Code Binary(BinaryOp op, DType type, F32 a, F32 b) => op switch
    {
        BinaryOp.Eq => a.Eq(b),
        BinaryOp.Ne => a.Ne(b),
        BinaryOp.Lt => a.Lt(b),
        BinaryOp.Le => a.Le(b),
        BinaryOp.Gt => a.Gt(b),
        BinaryOp.Ge => a.Ge(b),
        _ => half.Round(
            op switch
            {
                BinaryOp.Add => a + b,
                BinaryOp.Sub => a - b,
                BinaryOp.Mul => a * b,
                BinaryOp.Div => a / b,
                BinaryOp.Min => a.Min(b),
                BinaryOp.Max => a.Max(b),
                _ => math.Binary(op, a, b),
            },
            type),
    };

    private Code Binary(BinaryOp op, F64 a, F64 b) => op switch
    {
        BinaryOp.Eq => a.Eq(b),
        BinaryOp.Ne => a.Ne(b),
        BinaryOp.Lt => a.Lt(b),
        BinaryOp.Le => a.Le(b),
        BinaryOp.Gt => a.Gt(b),
        BinaryOp.Ge => a.Ge(b),
        BinaryOp.Add => a + b,
        BinaryOp.Sub => a - b,
        BinaryOp.Mul => a * b,
        BinaryOp.Div => a / b,
        BinaryOp.Min => a.Min(b),
        BinaryOp.Max => a.Max(b),
        _ => math.Binary(op, a, b),
    };
}
