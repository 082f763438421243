using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Exponentials, and what is made of one. With x = n ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2^n e^r.
internal sealed partial class VectorMath
{
    private const float Log2E = 1.442695041f;

    // ln 2 in two parts; the product of the first with an integer of 13 bits is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Adding 1.5 * 2^23 rounds to an integer, which then lies in the lowest bits.
    private const float Rounder = 12582912f;

    public V128 Exp(V128 x)
    {
        // Beyond these bounds the result is 0 or infinite anyway. pmax and pmin keep a NaN in their first operand.
        var (n, r) = Reduce(F32x4.Pmin(F32x4.Pmax(x, Splat(-104f)), Splat(89f)));
        var (half, other) = Powers(n);
        return F32x4.Mul(F32x4.Mul(ExpOfRemainder(r), half), other);
    }

    /// <summary>e^x where x is at most 0: exactly 0 from -87.7 down, as 2^-127 has an exponent of zeros.</summary>
    public V128 ExpOfNegative(V128 x) => ExpWithin(F32x4.Pmax(x, Splat(-88f)));

    public V128 Expm1(V128 x)
    {
        var a = Let(x);
        var (n, e) = Expm1Parts(F32x4.Pmin(F32x4.Pmax(a, Splat(-18f)), Splat(89f)));

        // 2 (2^(n-1) e + (2^(n-1) - 1/2)): with n = 128, 2^n would be too large.
        var scale = Let(I32x4.Add(n, SplatBits(0x3F000000)));
        var sum = Let(Madd(scale, e, F32x4.Sub(scale, Splat(0.5f))));
        return CopySign(F32x4.Add(sum, sum), a);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public V128 Sigmoid(V128 x)
    {
        // At 89, 2^n is infinite and the result 0; a NaN stays.
        var within = F32x4.Pmin(F32x4.Pmax(F32x4.Neg(x), Splat(-87f)), Splat(89f));
        return F32x4.Div(Splat(1f), F32x4.Add(Splat(1f), ExpWithin(within)));
    }

    public V128 Tanh(V128 x)
    {
        // With t = e^(-2|x|) - 1: tanh |x| = -t / (t + 2), accurate near 0 too.
        var a = Let(x);
        var (n, e) = Expm1Parts(F32x4.Pmax(F32x4.Mul(F32x4.Abs(a), Splat(-2f)), Splat(-20f)));
        var scale = Let(I32x4.Add(n, SplatBits(0x3F800000)));
        var expm1 = Let(Madd(scale, e, F32x4.Sub(scale, Splat(1f))));
        return CopySign(F32x4.Div(expm1, F32x4.Add(expm1, Splat(2f))), a);
    }

    /// <summary>e^x where x is at least -87.3, infinite from 88.4 on.</summary>
    private V128 ExpWithin(V128 x)
    {
        var (n, r) = Reduce(x);
        return F32x4.Mul(ExpOfRemainder(r), I32x4.Add(n, SplatBits(0x3F800000)));
    }

    /// <summary>n as <see cref="Reduce"/> has it, and e^r - 1.</summary>
    private (V128 Exponent, V128 Expm1) Expm1Parts(V128 x)
    {
        var (n, r) = Reduce(x);
        var p = Polynomial(
            r, 5.000000000e-01f, 1.666666716e-01f, 4.166631401e-02f, 8.333215490e-03f, 1.394431340e-03f, 1.996464853e-04f);
        return (n, Let(Madd(F32x4.Mul(r, r), p, r)));
    }

    /// <summary>n as an exponent (shifted to its place, not biased), and r.</summary>
    private (V128 Exponent, V128 Remainder) Reduce(V128 x)
    {
        var a = Let(x);
        var shifted = Let(Madd(a, Splat(Log2E), Splat(Rounder)));
        var n = Let(F32x4.Sub(shifted, Splat(Rounder)));
        var r = Let(Nmadd(n, Splat(Ln2Low), Nmadd(n, Splat(Ln2High), a)));
        return (Let(I32x4.Shl(shifted, 23)), r);
    }

    private V128 ExpOfRemainder(V128 r)
    {
        var p = Polynomial(r, 4.999999404e-01f, 1.666651517e-01f, 4.166845605e-02f, 8.369418792e-03f, 1.381315989e-03f);
        return F32x4.Add(Madd(F32x4.Mul(r, r), p, r), Splat(1f));
    }

    /// <summary>2^n as a product of two, so that neither leaves the range where the result does not.</summary>
    private (V128 Half, V128 Other) Powers(V128 exponent)
    {
        var half = Let(I32x4.ShrS(exponent, 1) & SplatBits(unchecked((int)0xFF800000)));
        var one = SplatBits(0x3F800000);
        return (I32x4.Add(half, one), I32x4.Add(I32x4.Sub(exponent, half), one));
    }
}
