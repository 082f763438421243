namespace Sconce.Compiler.Kernels.Mathematics;

// Logarithms. With x = 2^k (1 + g), 1 + g between √½ and √2: ln x = k ln 2 + ln (1 + g).
internal sealed partial class VectorMath
{
    public Bundle Log(Bundle x)
    {
        var a = Let(x);

        // A denormal is made normal first; its exponent is put right after.
        var tiny = Let(Bundle.Lt(a, SplatBits(0x00800000)));
        var normal = Let(Bundle.Bitselect(Bundle.Mul(a, Splat(8388608f)), a, tiny));
        return SpecialLogs(a, LogOfNormal(normal, Bundle.And(tiny, Splat(-23f))));
    }

    public Bundle Log1p(Bundle x)
    {
        // ln u, plus what was lost in rounding 1 + x to u.
        var a = Let(x);
        var u = Let(Bundle.Add(Splat(1f), a));
        var lost = Bundle.Div(Bundle.Sub(a, Bundle.Sub(u, Splat(1f))), u);
        var result = SpecialLogs(u, Bundle.Add(LogOfNormal(u, null), lost));

        // So near to 0 that it is itself, with its sign.
        return Bundle.Bitselect(a, result, Bundle.Lt(Bundle.Abs(a), SplatBits(0x33000000)));
    }

    /// <summary>ln 0 is minus infinity, of a negative number NaN, of infinity infinity.</summary>
    private Bundle SpecialLogs(Bundle x, Bundle result)
    {
        var above = Bundle.Bitselect(x, result, Bundle.Eq(x, SplatBits(0x7F800000)));
        var zero = Bundle.Bitselect(SplatBits(unchecked((int)0xFF800000)), above, Bundle.Eq(x, Splat(0f)));

        // Not ≥ 0, and so true for NaN too.
        return Bundle.Or(zero, Bundle.Not(Bundle.Ge(x, Splat(0f))));
    }

    private Bundle LogOfNormal(Bundle x, Bundle? exponentCorrection)
    {
        // Counting from √½ makes the fraction lie around 1.
        var shifted = Let(Bundle.ISub(x, SplatBits(0x3F3504F3)));
        var k = Bundle.ConvertI(Bundle.IShr(shifted, 23));
        k = Let(exponentCorrection is { } correction ? Bundle.Add(k, correction) : k);
        var m = Bundle.IAdd(Bundle.And(shifted, SplatBits(0x007FFFFF)), SplatBits(0x3F3504F3));
        var g = Let(Bundle.Sub(m, Splat(1f)));
        var square = Let(Bundle.Mul(g, g));
        var q = Polynomial(
            g, 3.333331347e-01f, -2.500000894e-01f, 2.000211924e-01f, -1.666799635e-01f, 1.421955377e-01f, -1.240558997e-01f,
            1.188815311e-01f, -1.167563125e-01f, 6.746625900e-02f);
        var tail = Madd(Bundle.Mul(g, square), q, Bundle.Mul(k, Splat(Ln2Low)));
        return Madd(k, Splat(Ln2High), Bundle.Add(g, Nmadd(square, Splat(0.5f), tail)));
    }
}
