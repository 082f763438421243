using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// Functions of single numbers, as calls of functions that all kernels of a module share. In float32, what vectors have is computed by the
/// same code, so that the ends of rows agree with their middles; the rest is computed in float64 and rounded once. Series are Taylor's where
/// nothing else is said, long enough for float64.
/// </summary>
internal sealed partial class MathFunctions(FunctionBuilder function, KernelModule module)
{
    private readonly FunctionBuilder f = function;

    public F32 Unary(UnaryOp op, F32 x)
    {
        if (!VectorMath.IsVectorised(op))
        {
            return F32.DemoteF64(Unary(op, F64.PromoteF32(x)));
        }

        return Shared($"{op.ToString().ToLowerInvariant()}_f32", x, (vector, a) => vector.Unary(op, a));
    }

    /// <summary>A call of a shared function that computes one lane of a vector function.</summary>
    public F32 Shared(string name, F32 x, Func<VectorMath, Bundle, Bundle> build)
    {
        var shared = module.Function(name, [WasmType.F32], WasmType.F32, g =>
            g.Return(F32x4.ExtractLane(build(new VectorMath(g, module), F32x4.Splat(g.Parameter(0, "x").AsF32())), 0)));
        return f.CallResult(shared, x).AsF32();
    }

    public F32 Binary(BinaryOp op, F32 a, F32 b) => op == BinaryOp.Pow
        ? F32x4.ExtractLane(f.CallResult(VectorMath.PowerFunction(module), F32x4.Splat(a), F32x4.Splat(b)).AsV128(), 0)
        : F32.DemoteF64(Binary(op, F64.PromoteF32(a), F64.PromoteF32(b)));

    public F64 Unary(UnaryOp op, F64 x) => op switch
    {
        UnaryOp.Exp => Exp(x),
        UnaryOp.Expm1 => Expm1(x),
        UnaryOp.Sigmoid => Sigmoid(x),
        UnaryOp.Sinh => Sinh(x),
        UnaryOp.Cosh => Cosh(x),
        UnaryOp.Tanh => Tanh(x),
        UnaryOp.Log => Log(x),
        UnaryOp.Log1p => Log1p(x),
        UnaryOp.Asinh => Asinh(x),
        UnaryOp.Acosh => Acosh(x),
        UnaryOp.Atanh => Atanh(x),
        UnaryOp.Sin => SinCos(x, sine: true),
        UnaryOp.Cos => SinCos(x, sine: false),
        UnaryOp.Tan => Tan(x),
        UnaryOp.Asin => Asin(x),
        UnaryOp.Acos => Acos(x),
        UnaryOp.Atan => Atan(x),
        UnaryOp.Erf => Erf(x),
        UnaryOp.Erfc => Erfc(x),
        UnaryOp.Erfinv => Erfinv(x),
        UnaryOp.Lgamma => Lgamma(x),
        UnaryOp.Digamma => Digamma(x),
        _ => throw new NotSupportedException($"{op} of a float"),
    };

    public F64 Binary(BinaryOp op, F64 a, F64 b) => op switch
    {
        BinaryOp.Rem => Remainder(a, b),
        BinaryOp.Mod => Modulo(a, b),
        BinaryOp.FloorDiv => FloorDivide(a, b),
        BinaryOp.Pow => Power(a, b),
        BinaryOp.Atan2 => Atan2(a, b),
        _ => throw new NotSupportedException($"{op} of floats"),
    };

    /// <summary>A call of a shared function, built at its first use.</summary>
    private F64 Call(string name, F64 x, Action<MathFunctions, LocalF64> build)
    {
        var shared = module.Function(name, [WasmType.F64], WasmType.F64, g =>
            build(new MathFunctions(g, module), g.Parameter(0, "x").AsF64()));
        return f.CallResult(shared, x).AsF64();
    }

    private F64 Call(string name, F64 x, F64 y, Action<MathFunctions, LocalF64, LocalF64> build)
    {
        var shared = module.Function(name, [WasmType.F64, WasmType.F64], WasmType.F64, g =>
            build(new MathFunctions(g, module), g.Parameter(0, "x").AsF64(), g.Parameter(1, "y").AsF64()));
        return f.CallResult(shared, x, y).AsF64();
    }

    /// <summary>A polynomial, its coefficients from the constant upwards.</summary>
    private static F64 Polynomial(F64 x, params ReadOnlySpan<double> coefficients)
    {
        F64 sum = coefficients[^1];
        for (var i = coefficients.Length - 2; i >= 0; i--)
        {
            sum = (sum * x) + coefficients[i];
        }

        return sum;
    }

    /// <summary>2^n for n between -1022 and 1023.</summary>
    private static F64 PowerOfTwo(I64 n) => F64.ReinterpretI64((n + 1023) << 52);
}
