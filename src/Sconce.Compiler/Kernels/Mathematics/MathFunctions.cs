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
