namespace Sconce.Compiler.Kernels.Mathematics;

// Activations as a whole: cheaper than the functions that they are written with, and more accurate.
internal sealed partial class VectorMath
{
    // From here on gelu is x or 0 but for less than 1e-7.
    private const float GeluEnd = 5.5f;

    /// <summary>
    /// x Φ(x) = max(x, 0) - |x| Φ(-|x|), with log2 Φ(-a) as a polynomial. No more than 1.5 units in the last place of x from the truth (and so
    /// is the formula with the error function); three in its own last place from -1 on.
    /// </summary>
    public Bundle Gelu(Bundle x)
    {
        var a = Let(x);
        var magnitude = Let(Bundle.Abs(a));
        var within = Let(Bundle.Pmin(magnitude, Splat(GeluEnd)));
        var logarithm = Let(Polynomial(
            within, -1f, -1.151105523e+00f, -4.592089951e-01f, -5.247763917e-02f, 6.999258418e-03f, -4.026247916e-05f, -2.620195155e-04f,
            7.195624494e-05f, -1.031535066e-05f, 8.101896469e-07f, -2.743830585e-08f));

        // 2^logarithm = 2^n 2^fraction, |fraction| ≤ 1/2.
        var shifted = Let(Bundle.Add(logarithm, Splat(Rounder + Bias)));
        var fraction = Let(Bundle.Sub(logarithm, Bundle.Sub(shifted, Splat(Rounder + Bias))));
        var p = Polynomial(
            fraction, 1f, 6.931471825e-01f, 2.402264625e-01f, 5.550328642e-02f, 9.618489072e-03f, 1.339993090e-03f, 1.534580661e-04f);

        // As a sum, so that minus infinity gives NaN as it does in PyTorch.
        var positive = Madd(magnitude, Splat(0.5f), Bundle.Mul(a, Splat(0.5f)));
        return Nmadd(Bundle.Mul(within, Bundle.IShl(shifted, 23)), p, positive);
    }
}
