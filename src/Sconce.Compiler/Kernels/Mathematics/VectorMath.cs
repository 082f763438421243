using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// Functions of four float32 at once, written out where they are used. Polynomials are minimax fits made for this project; with fused
/// multiply-add or without, errors stay within what each function states. What is rare is computed in float64, lane by lane.
/// </summary>
internal sealed partial class VectorMath(FunctionBuilder f, KernelModule module)
{
    private readonly bool fused = module.Options.FusedMultiplyAdd;

    // Constants that several vectors share are loaded once.
    private bool several;

    public V128 Unary(UnaryOp op, V128 x) => Vectorised(op, x) is { } result ? result : op switch
    {
        UnaryOp.Sin => f.CallResult(SinCos("sin_f32x4", sine: true), x).AsV128(),
        UnaryOp.Cos => f.CallResult(SinCos("cos_f32x4", sine: false), x).AsV128(),
        _ => f.CallResult(LaneWise(op), x).AsV128(),
    };

    /// <summary>Functions of several vectors, computed in step.</summary>
    public Bundle Together(Bundle x, Func<VectorMath, Bundle, Bundle> function)
    {
        several = x.Parts.Length > 1;
        var result = Let(function(this, x));
        several = false;
        return result;
    }

    /// <summary>The function where it is written out, else null.</summary>
    public Bundle? Vectorised(UnaryOp op, Bundle x) => op switch
    {
        UnaryOp.Exp => Exp(x),
        UnaryOp.Expm1 => Expm1(x),
        UnaryOp.Log => Log(x),
        UnaryOp.Log1p => Log1p(x),
        UnaryOp.Tanh => Tanh(x),
        UnaryOp.Sigmoid => Sigmoid(x),
        UnaryOp.Erf => Erf(x),
        _ => (Bundle?)null,
    };

    /// <summary>Whether <see cref="Vectorised"/> knows the function.</summary>
    public static bool IsWrittenOut(UnaryOp op) => IsVectorised(op) && op is not (UnaryOp.Sin or UnaryOp.Cos);

    /// <summary>Whether four at once is more than one after another.</summary>
    public static bool IsVectorised(UnaryOp op) =>
        op is UnaryOp.Exp or UnaryOp.Expm1 or UnaryOp.Log or UnaryOp.Log1p or UnaryOp.Tanh or UnaryOp.Sigmoid or UnaryOp.Erf or UnaryOp.Sin or UnaryOp.Cos;

    /// <summary>a * b + c.</summary>
    public Bundle Madd(Bundle a, Bundle b, Bundle c) =>
        Bundle.Zip(a, b, c, (p, q, r) => fused ? F32x4.RelaxedMadd(p, q, r) : F32x4.Add(F32x4.Mul(p, q), r));

    /// <summary>c - a * b.</summary>
    private Bundle Nmadd(Bundle a, Bundle b, Bundle c) =>
        Bundle.Zip(a, b, c, (p, q, r) => fused ? F32x4.RelaxedNmadd(p, q, r) : F32x4.Sub(r, F32x4.Mul(p, q)));

    /// <summary>
    /// A polynomial, its coefficients from the constant upwards: in powers of x², each with a sum of two terms. One multiplication more than
    /// Horner's rule, but half as long a chain, and it is the chain that takes the time.
    /// </summary>
    private Bundle Polynomial(Bundle x, params ReadOnlySpan<float> coefficients)
    {
        if (coefficients.Length < 4)
        {
            return Terms(x, x, coefficients, 1);
        }

        var a = Let(x);
        return Terms(a, Let(Bundle.Mul(a, a)), coefficients, 2);
    }

    private Bundle Terms(Bundle x, Bundle power, ReadOnlySpan<float> coefficients, int group)
    {
        Bundle? sum = null;
        for (var i = (coefficients.Length - 1) / group * group; i >= 0; i -= group)
        {
            var terms = Splat(coefficients[i]);
            for (var j = i + 1; j < Math.Min(i + group, coefficients.Length); j++)
            {
                terms = Step(Madd(Splat(coefficients[j]), x, terms));
            }

            sum = sum is { } higher ? Step(Madd(higher, power, terms)) : terms;
        }

        return sum!.Value;
    }

    private Bundle Splat(float value) => SplatBits(BitConverter.SingleToInt32Bits(value));

    private Bundle SplatBits(int bits) => several ? f.Let(module.Numbers.Splat(bits)) : module.Numbers.Splat(bits);

    private Bundle Let(Bundle value) => value.Map(part => f.Let(part));

    /// <summary>Of several vectors, this instruction of each before the next instruction of any.</summary>
    private Bundle Step(Bundle value) => several ? Let(value) : value;

    /// <summary>The magnitude of one number with the sign of another.</summary>
    private Bundle CopySign(Bundle magnitude, Bundle sign) => Bundle.Bitselect(sign, magnitude, SplatBits(int.MinValue));

    /// <summary>A function that computes each lane in float64.</summary>
    private FunctionBuilder LaneWise(UnaryOp op) =>
        module.Function($"{op.ToString().ToLowerInvariant()}_f32x4", [WasmType.V128], WasmType.V128, g =>
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
