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

    /// <summary>Functions of several vectors, computed in step.</summary>
    public Bundle Together(Bundle x, Func<VectorMath, Bundle, Bundle> function)
    {
        several = x.Parts.Length > 1;
        var result = Let(function(this, x));
        several = false;
        return result;
    }

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
}
