using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Integer division and shifts as PyTorch has them, without the traps of the instructions: what is divided by zero gives 0.</summary>
internal static class IntegerOps
{
    /// <summary>Truncated towards zero. Divisors -1 and 0 go past the instruction: the product with the divisor is the result for both.</summary>
    public static I32 Divide(FunctionBuilder f, I32 a, I32 b)
    {
        if (b.ConstantInteger is { } known and not (0 or -1))
        {
            return a.DivS((int)known);
        }

        var (x, y) = (f.Let(a), f.Let(b));
        var special = f.Let((y + 1).LtU(2));
        return special.Select(x * y, x.DivS(special.Select(1, y)));
    }

    public static I64 Divide(FunctionBuilder f, I64 a, I64 b)
    {
        if (b.ConstantInteger is { } known and not (0 or -1))
        {
            return a.DivS(known);
        }

        var (x, y) = (f.Let(a), f.Let(b));
        var special = f.Let((y + 1).LtU(2));
        return special.Select(x * y, x.DivS(special.Select(1, y)));
    }

    /// <summary>With the sign of the dividend.</summary>
    public static I32 Remainder(FunctionBuilder f, I32 a, I32 b)
    {
        if (b.ConstantInteger is { } known and not 0)
        {
            return a.RemS((int)known);
        }

        var y = f.Let(b);
        return a.RemS(y.Eqz().Select(1, y));
    }

    public static I64 Remainder(FunctionBuilder f, I64 a, I64 b)
    {
        if (b.ConstantInteger is { } known and not 0)
        {
            return a.RemS(known);
        }

        var y = f.Let(b);
        return a.RemS(y.Eqz().Select(1, y));
    }

    /// <summary>With the sign of the divisor.</summary>
    public static I32 Modulo(FunctionBuilder f, I32 a, I32 b)
    {
        var y = f.Let(b);
        var r = f.Let(Remainder(f, a, b.ConstantInteger is null ? y : b));
        return r + (r.Ne(0) & (r ^ y).LtS(0)).Select(y, 0);
    }

    public static I64 Modulo(FunctionBuilder f, I64 a, I64 b)
    {
        var y = f.Let(b);
        var r = f.Let(Remainder(f, a, b.ConstantInteger is null ? y : b));
        return r + (r.Ne(0) & (r ^ y).LtS(0)).Select(y, 0);
    }

    /// <summary>Rounded towards minus infinity.</summary>
    public static I32 FloorDivide(FunctionBuilder f, I32 a, I32 b)
    {
        var (x, y) = (f.Let(a), f.Let(b));
        var q = f.Let(Divide(f, x, b.ConstantInteger is null ? y : b));
        var r = f.Let(x - (q * y));
        return q - (r.Ne(0) & (r ^ y).LtS(0) & y.Ne(0));
    }

    public static I64 FloorDivide(FunctionBuilder f, I64 a, I64 b)
    {
        var (x, y) = (f.Let(a), f.Let(b));
        var q = f.Let(Divide(f, x, b.ConstantInteger is null ? y : b));
        var r = f.Let(x - (q * y));
        return q - I64.ExtendI32U(r.Ne(0) & (r ^ y).LtS(0) & y.Ne(0));
    }

    /// <summary>A shift by the width or more gives 0 (or only sign bits).</summary>
    public static I32 Shift(FunctionBuilder f, I32 value, I32 count, bool left, int bits)
    {
        var n = f.Let(count);
        return left ? n.LtU(bits).Select(value << n, 0) : value >> n.LtU(bits).Select(n, 31);
    }

    public static I64 Shift(FunctionBuilder f, I64 value, I64 count, bool left)
    {
        var n = f.Let(count);
        return left ? n.LtU(64).Select(value << n, 0) : value >> n.LtU(64).Select(n, 63);
    }

    /// <summary>Of numbers without a sign. What is divided by zero gives 0.</summary>
    public static I32 DivideUnsigned(FunctionBuilder f, I32 a, I32 b) => f.Let(b) is var y ? y.Eqz().Select(0, a.DivU(y.Eqz().Select(1, y))) : null!;

    public static I64 DivideUnsigned(FunctionBuilder f, I64 a, I64 b) => f.Let(b) is var y ? y.Eqz().Select(I64.Const(0), a.DivU(y.Eqz().Select(I64.Const(1), y))) : null!;

    public static I32 RemainderUnsigned(FunctionBuilder f, I32 a, I32 b) => f.Let(b) is var y ? a.RemU(y.Eqz().Select(1, y)) : null!;

    public static I64 RemainderUnsigned(FunctionBuilder f, I64 a, I64 b) => f.Let(b) is var y ? a.RemU(y.Eqz().Select(I64.Const(1), y)) : null!;

    /// <summary>To the right, by the width or more gives 0.</summary>
    public static I32 ShiftUnsigned(FunctionBuilder f, I32 value, I32 count) => f.Let(count) is var n ? n.LtU(32).Select(value >>> n, 0) : null!;

    public static I64 ShiftUnsigned(FunctionBuilder f, I64 value, I64 count) => f.Let(count) is var n ? n.LtU(64).Select(value >>> n, I64.Const(0)) : null!;

    /// <summary>Brings a result back into the type's range: integers wrap at their width.</summary>
    public static I32 Wrap(I32 value, DType type) => type switch
    {
        DType.UInt8 => value & 0xFF,
        DType.Int8 => value.Extend8S(),
        DType.Int16 => value.Extend16S(),
        DType.UInt16 => value & 0xFFFF,
        _ => value,
    };

    public static V128 Wrap(V128 value, DType type) => type switch
    {
        DType.UInt8 => value & V128.Const(0xFF, 0xFF, 0xFF, 0xFF),
        DType.Int8 => I32x4.ShrS(I32x4.Shl(value, 24), 24),
        DType.Int16 => I32x4.ShrS(I32x4.Shl(value, 16), 16),
        DType.UInt16 => value & V128.Const(0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF),
        _ => value,
    };

    /// <summary>Exact power by squaring; a negative exponent gives 0, or ±1 for a base of ±1.</summary>
    public static I64 Power(FunctionBuilder caller, KernelModule module, I64 a, I64 b)
    {
        var function = module.Function("pow_i64", [WasmType.I64, WasmType.I64], WasmType.I64, f =>
        {
            var x = f.Parameter(0, "base").AsI64();
            var n = f.Parameter(1, "exponent").AsI64();
            f.If(n.LtS(0), () => f.Return(x.Eq(1).Select(I64.Const(1), x.Eq(-1).Select(((n & 1).Ne(0)).Select(I64.Const(-1), I64.Const(1)), I64.Const(0)))));
            f.Return(PowerUnsigned(f, module, x, n));
        });
        return caller.CallResult(function, a, b).AsI64();
    }

    /// <summary>By an exponent without a sign.</summary>
    public static I64 PowerUnsigned(FunctionBuilder caller, KernelModule module, I64 a, I64 b)
    {
        var function = module.Function("pow_u64", [WasmType.I64, WasmType.I64], WasmType.I64, f =>
        {
            var x = f.Parameter(0, "base").AsI64();
            var n = f.Parameter(1, "exponent").AsI64();
            var result = f.I64("result");
            f.Set(result, 1);
            f.While(n.Ne(0), () =>
            {
                f.If(I32.WrapI64(n) & 1, () => f.Set(result, result * x));
                f.Set(x, x * x);
                f.Set(n, n >>> 1);
            });
            f.Return(result);
        });
        return caller.CallResult(function, a, b).AsI64();
    }
}
