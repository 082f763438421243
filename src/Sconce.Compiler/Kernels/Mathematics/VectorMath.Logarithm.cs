using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Logarithms. With x = 2^k (1 + g), 1 + g between √½ and √2: ln x = k ln 2 + ln (1 + g).
internal sealed partial class VectorMath
{
    public V128 Log(V128 x)
    {
        var a = Let(x);

        // A denormal is made normal first; its exponent is put right after.
        var tiny = Let(F32x4.Lt(a, SplatBits(0x00800000)));
        var normal = Let(V128.Bitselect(F32x4.Mul(a, Splat(8388608f)), a, tiny));
        return SpecialLogs(a, LogOfNormal(normal, tiny & Splat(-23f)));
    }

    public V128 Log1p(V128 x)
    {
        // ln u, plus what was lost in rounding 1 + x to u.
        var a = Let(x);
        var u = Let(F32x4.Add(Splat(1f), a));
        var lost = F32x4.Div(F32x4.Sub(a, F32x4.Sub(u, Splat(1f))), u);
        var result = SpecialLogs(u, F32x4.Add(LogOfNormal(u, null), lost));

        // So near to 0 that it is itself, with its sign.
        return V128.Bitselect(a, result, F32x4.Lt(F32x4.Abs(a), SplatBits(0x33000000)));
    }

    /// <summary>ln 0 is minus infinity, of a negative number NaN, of infinity infinity.</summary>
    private V128 SpecialLogs(V128 x, V128 result)
    {
        var above = V128.Bitselect(x, result, F32x4.Eq(x, SplatBits(0x7F800000)));
        var zero = V128.Bitselect(SplatBits(unchecked((int)0xFF800000)), above, F32x4.Eq(x, Splat(0f)));

        // Not ≥ 0, and so true for NaN too.
        return zero | ~F32x4.Ge(x, Splat(0f));
    }

    private V128 LogOfNormal(V128 x, V128? exponentCorrection)
    {
        // Counting from √½ makes the fraction lie around 1.
        var shifted = Let(I32x4.Sub(x, SplatBits(0x3F3504F3)));
        var k = F32x4.ConvertI32x4S(I32x4.ShrS(shifted, 23));
        k = Let(exponentCorrection is null ? k : F32x4.Add(k, exponentCorrection));
        var m = I32x4.Add(shifted & SplatBits(0x007FFFFF), SplatBits(0x3F3504F3));
        var g = Let(F32x4.Sub(m, Splat(1f)));
        var square = Let(F32x4.Mul(g, g));
        var q = Polynomial(
            g, 3.333331347e-01f, -2.500000894e-01f, 2.000211924e-01f, -1.666799635e-01f, 1.421955377e-01f, -1.240558997e-01f,
            1.188815311e-01f, -1.167563125e-01f, 6.746625900e-02f);
        var tail = Madd(F32x4.Mul(g, square), q, F32x4.Mul(k, Splat(Ln2Low)));
        return Madd(k, Splat(Ln2High), F32x4.Add(g, Nmadd(square, Splat(0.5f), tail)));
    }
}
