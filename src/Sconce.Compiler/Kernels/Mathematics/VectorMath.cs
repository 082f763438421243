using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// Functions of four float32 at once, written out where they are used. Polynomials are minimax fits made for this project; with fused
/// multiply-add or without, errors stay within what each function states. What is rare is computed in float64, lane by lane.
/// </summary>
internal sealed partial class VectorMath(FunctionBuilder f, KernelModule module)
{
    private readonly bool fused = module.Options.FusedMultiplyAdd;

    public V128 Unary(UnaryOp op, V128 x) => op switch
    {
        UnaryOp.Exp => Exp(x),
        UnaryOp.Expm1 => Expm1(x),
        UnaryOp.Log => Log(x),
        UnaryOp.Log1p => Log1p(x),
        UnaryOp.Tanh => Tanh(x),
        UnaryOp.Sigmoid => Sigmoid(x),
        UnaryOp.Erf => Erf(x),
        UnaryOp.Sin => f.CallResult(SinCos("sin_f32x4", sine: true), x).AsV128(),
        UnaryOp.Cos => f.CallResult(SinCos("cos_f32x4", sine: false), x).AsV128(),
        _ => f.CallResult(LaneWise(op), x).AsV128(),
    };

    /// <summary>Whether four at once is more than one after another.</summary>
    public static bool IsVectorised(UnaryOp op) =>
        op is UnaryOp.Exp or UnaryOp.Expm1 or UnaryOp.Log or UnaryOp.Log1p or UnaryOp.Tanh or UnaryOp.Sigmoid or UnaryOp.Erf or UnaryOp.Sin or UnaryOp.Cos;

    /// <summary>a * b + c.</summary>
    public V128 Madd(V128 a, V128 b, V128 c) => fused ? F32x4.RelaxedMadd(a, b, c) : F32x4.Add(F32x4.Mul(a, b), c);

    /// <summary>c - a * b.</summary>
    private V128 Nmadd(V128 a, V128 b, V128 c) => fused ? F32x4.RelaxedNmadd(a, b, c) : F32x4.Sub(c, F32x4.Mul(a, b));

    /// <summary>
    /// A polynomial, its coefficients from the constant upwards: in powers of x², each with a sum of two terms. One multiplication more than
    /// Horner's rule, but half as long a chain, and it is the chain that takes the time.
    /// </summary>
    private V128 Polynomial(V128 x, params ReadOnlySpan<float> coefficients)
    {
        if (coefficients.Length < 4)
        {
            return Terms(x, x, coefficients, 1);
        }

        var a = Let(x);
        return Terms(a, Let(F32x4.Mul(a, a)), coefficients, 2);
    }

    private V128 Terms(V128 x, V128 power, ReadOnlySpan<float> coefficients, int group)
    {
        var sum = default(V128);
        for (var i = (coefficients.Length - 1) / group * group; i >= 0; i -= group)
        {
            var terms = Splat(coefficients[i]);
            for (var j = i + 1; j < Math.Min(i + group, coefficients.Length); j++)
            {
                terms = Madd(Splat(coefficients[j]), x, terms);
            }

            sum = sum is null ? terms : Madd(sum, power, terms);
        }

        return sum!;
    }

    private V128 Splat(float value) => SplatBits(BitConverter.SingleToInt32Bits(value));

    private V128 SplatBits(int bits) => module.Numbers.Splat(bits);

    private V128 Let(V128 value) => f.Let(value);

    /// <summary>The magnitude of one number with the sign of another.</summary>
    private V128 CopySign(V128 magnitude, V128 sign) => V128.Bitselect(sign, magnitude, SplatBits(int.MinValue));

    /// <summary>A function that computes each lane in float64.</summary>
    private FunctionBuilder LaneWise(UnaryOp op) =>
        module.Function($"{op.ToString().ToLowerInvariant()}_f32x4", [ValueType.V128], ValueType.V128, g =>
        {
            var x = g.Parameter(0, "x").AsV128();
            var scalar = new MathFunctions(g, module);
            var result = g.V128("result");
            for (var lane = 0; lane < 4; lane++)
            {
                g.Set(result, F32x4.ReplaceLane(result, lane, scalar.Unary(op, F32x4.ExtractLane(x, lane))));
            }

            g.Return(result);
        });
}
