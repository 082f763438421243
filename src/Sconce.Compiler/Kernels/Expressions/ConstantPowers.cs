using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Powers with exponents that multiplications, a division or a root can do, as PyTorch does them.</summary>
internal static class ConstantPowers
{
    /// <summary>The exponent, where the expression is such a power.</summary>
    public static double? ExponentOf(BinaryExpr expr) =>
        expr is { Op: BinaryOp.Pow, Type: DType.Float32 or DType.Float64, Right: ConstExpr { Value: 2 or 3 or 4 or 1 or 0.5 or -0.5 or -1 or -2 } exponent }
            ? exponent.Value
            : null;

    public static Code Scalar(FunctionBuilder f, Code x, double exponent) => x is F32 single
        ? f.Let(single) is var a ? Build<F32>(a, exponent, (p, q) => p * q, p => 1f / p, p => p.Sqrt()) : null!
        : f.Let(x.AsF64()) is var b ? Build<F64>(b, exponent, (p, q) => p * q, p => 1d / p, p => p.Sqrt()) : null!;

    public static V128 Vector(FunctionBuilder f, V128 x, double exponent, bool wide)
    {
        var one = wide ? V128.Const(1d, 1d) : V128.Const(1f, 1f, 1f, 1f);
        return wide
            ? Build<V128>(f.Let(x), exponent, F64x2.Mul, p => F64x2.Div(one, p), F64x2.Sqrt)
            : Build<V128>(f.Let(x), exponent, F32x4.Mul, p => F32x4.Div(one, p), F32x4.Sqrt);
    }

    private static T Build<T>(T x, double exponent, Func<T, T, T> multiply, Func<T, T> invert, Func<T, T> root) => exponent switch
    {
        1 => x,
        2 => multiply(x, x),
        3 => multiply(multiply(x, x), x),
        4 => multiply(multiply(x, x), multiply(x, x)),
        0.5 => root(x),
        -0.5 => invert(root(x)),
        -1 => invert(x),
        _ => invert(multiply(x, x)),
    };
}
