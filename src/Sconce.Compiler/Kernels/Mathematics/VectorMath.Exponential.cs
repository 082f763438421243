namespace Sconce.Compiler.Kernels.Mathematics;

// Exponentials, and what is made of one. With x = n ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2^n e^r.
internal sealed partial class VectorMath
{
    private const float Log2E = 1.442695041f;

    private const float Ln2 = 0.693147181f;

    // ln 2 in two parts; the product of the first with an integer of 13 bits is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // Adding 1.5 * 2^23 rounds to an integer, which then lies in the lowest bits; with a bias added too, these are a float's exponent.
    private const int Rounder = 12582912;

    // Of 1.
    private const int Bias = 127;

    public Bundle Exp(Bundle x)
    {
        // Beyond these bounds the result is 0 or infinite anyway. pmax and pmin keep a NaN in their first operand.
        // At the lower one it is 0 by an exact product: one that underflows takes much longer, and masks are full of such.
        var (scale, r) = Reduce(Bundle.Pmin(Bundle.Pmax(x, Splat(-154f)), Splat(89f)), Bias - 1);
        return Scaled(scale, r);
    }

    /// <summary>2^x.</summary>
    public Bundle Exp2(Bundle x)
    {
        var a = Let(Bundle.Pmin(Bundle.Pmax(x, Splat(-222f)), Splat(128.25f)));
        var shifted = Let(Bundle.Add(a, Splat(Rounder + Bias - 1)));
        var r = Let(Bundle.Mul(Bundle.Sub(a, Bundle.Sub(shifted, Splat(Rounder + Bias - 1))), Splat(Ln2)));
        return Scaled(Let(Bundle.IShl(shifted, 23)), r);
    }

    /// <summary>2^n e^r, where the scale is n + 126 in the place of an exponent.</summary>
    private Bundle Scaled(Bundle scale, Bundle r)
    {
        // 2^(n-1), which is never too large, times two; at the lower end 2^-95, all of whose parts are normal numbers, times less than two: down to 2^-127, which is 0.
        var normal = Let(Bundle.IMax(scale, SplatBits(0x10000000)));
        var rest = Bundle.IAdd(Bundle.IMin(scale, SplatBits(0x10000000)), SplatBits(0x30000000));
        return Bundle.Mul(Madd(normal, RemainderExpm1(r), normal), rest);
    }

    /// <summary>e^x where x is at most 0: exactly 0 from -87.7 down, as 2^-127 has an exponent of zeros.</summary>
    public Bundle ExpOfNegative(Bundle x) => ExpWithin(Bundle.Pmax(x, Splat(-88f)));

    public Bundle Expm1(Bundle x)
    {
        var a = Let(x);
        var (scale, e) = Expm1Parts(Bundle.Pmin(Bundle.Pmax(a, Splat(-18f)), Splat(89f)), Bias - 1);

        // 2 (2^(n-1) e + (2^(n-1) - 1/2)): with n = 128, 2^n would be too large.
        var sum = Let(Madd(scale, e, Bundle.Sub(scale, Splat(0.5f))));
        return CopySign(Bundle.Add(sum, sum), a);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public Bundle Sigmoid(Bundle x) => Bundle.Div(Splat(1f), OnePlusExpOfMinus(x));

    public Bundle Tanh(Bundle x)
    {
        // With t = e^(-2|x|) - 1: tanh |x| = -t / (t + 2), accurate near 0 too.
        var a = Let(x);
        var (scale, e) = Expm1Parts(Bundle.Pmax(Bundle.Mul(Bundle.Abs(a), Splat(-2f)), Splat(-20f)), Bias);
        var expm1 = Let(Madd(scale, e, Bundle.Sub(scale, Splat(1f))));
        return CopySign(Bundle.Div(expm1, Bundle.Add(expm1, Splat(2f))), a);
    }

    /// <summary>1 + e^-x: what sigmoid and the activations made of it divide by.</summary>
    public Bundle OnePlusExpOfMinus(Bundle x)
    {
        // From -88.4 down the result is infinite; a NaN stays.
        var (scale, r) = Reduce(Bundle.Pmin(Bundle.Pmax(x, Splat(-89f)), Splat(87f)), Bias, negated: true);
        return Madd(scale, Bundle.Sub(Splat(1f), RemainderExpm1(r, negated: true)), Splat(1f));
    }

    /// <summary>e^x where x is at least -87.3, and at most 88.3.</summary>
    private Bundle ExpWithin(Bundle x)
    {
        var (scale, r) = Reduce(x, Bias);
        return Madd(scale, RemainderExpm1(r), scale);
    }

    /// <summary>The scale as <see cref="Reduce"/> has it, and e^r - 1.</summary>
    private (Bundle Scale, Bundle Expm1) Expm1Parts(Bundle x, int bias)
    {
        var (scale, r) = Reduce(x, bias);
        var p = Polynomial(
            r, 5.000000000e-01f, 1.666666716e-01f, 4.166631401e-02f, 8.333215490e-03f, 1.394431340e-03f, 1.996464853e-04f);
        return (scale, Let(Madd(Bundle.Mul(r, r), p, r)));
    }

    /// <summary>A float with exponent n + bias, and r; where <paramref name="negated"/>, n and r of -x, the latter with its sign changed.</summary>
    private (Bundle Scale, Bundle Remainder) Reduce(Bundle x, int bias, bool negated = false)
    {
        var a = Let(x);
        var shifted = Let(Madd(a, Splat(negated ? -Log2E : Log2E), Splat(Rounder + bias)));
        var n = Let(Bundle.Sub(shifted, Splat(Rounder + bias)));
        var r = Let(negated
            ? Madd(n, Splat(Ln2Low), Madd(n, Splat(Ln2High), a))
            : Nmadd(n, Splat(Ln2Low), Nmadd(n, Splat(Ln2High), a)));
        return (Let(Bundle.IShl(shifted, 23)), r);
    }

    /// <summary>e^r - 1, near enough to add something to; where <paramref name="negated"/>, 1 - e^-r.</summary>
    private Bundle RemainderExpm1(Bundle r, bool negated = false)
    {
        ReadOnlySpan<float> series = [4.999999404e-01f, 1.666651517e-01f, 4.166845605e-02f, 8.369418792e-03f, 1.381315989e-03f];
        var coefficients = new float[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            coefficients[i] = negated && i % 2 == 1 ? -series[i] : series[i];
        }

        var square = Let(Bundle.Mul(r, r));
        var p = Terms(r, square, coefficients, 2);
        return negated ? Nmadd(square, p, r) : Madd(square, p, r);
    }
}
