using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Logarithms in float64, and the inverse hyperbolic functions made of them.
internal sealed partial class MathFunctions
{
    // √½, whose bits a number's are counted from so that its fraction lies around 1.
    private const long RootHalf = 0x3FE6A09E00000000;

    public F64 Log(F64 x) => Call("log_f64", x, (m, a) =>
    {
        m.SpecialLogs(a);
        var (g, k) = m.FractionAndExponent(a);

        // With s = g / (2 + g): ln (1 + g) = 2 atanh s, put together so that g itself is not rounded.
        var s = m.f.Let(g / (g + 2));
        var r = m.AtanhTail(s);
        var half = m.f.Let(g * g * 0.5);
        m.f.Return((k * Ln2High) - ((half - ((s * (half + r)) + (k * Ln2Low))) - g));
    });

    public F64 Log1p(F64 x) => Call("log1p_f64", x, (m, a) =>
    {
        m.f.If(a.Abs().Lt(1e-16), () => m.f.Return(a));

        // ln u, plus what was lost in rounding 1 + x to u.
        var u = m.f.Let(a + 1);
        var log = m.f.Let(m.Log(u));
        m.f.If(u.Le(0) | u.Eq(double.PositiveInfinity), () => m.f.Return(log));
        m.f.Return(log + ((a - (u - 1)) / u));
    });

    public F64 Asinh(F64 x) => Call("asinh_f64", x, (m, a) =>
    {
        var magnitude = m.f.Let(a.Abs());
        m.f.If(magnitude.Gt(1e9), () => m.f.Return((m.Log(magnitude) + Math.Log(2)).Copysign(a)));
        var square = m.f.Let(magnitude * magnitude);
        m.f.Return(m.Log1p(magnitude + (square / ((square + 1).Sqrt() + 1))).Copysign(a));
    });

    public F64 Acosh(F64 x) => Call("acosh_f64", x, (m, a) =>
    {
        m.f.If(a.Lt(1), () => m.f.Return(F64.Const(double.NaN)));
        m.f.If(a.Gt(1e9), () => m.f.Return(m.Log(a) + Math.Log(2)));
        var t = m.f.Let(a - 1);
        m.f.Return(m.Log1p(t + ((t * 2) + (t * t)).Sqrt()));
    });

    public F64 Atanh(F64 x) => Call("atanh_f64", x, (m, a) =>
    {
        var magnitude = m.f.Let(a.Abs());
        m.f.Return((m.Log1p(magnitude * 2 / (1 - magnitude)) * 0.5).Copysign(a));
    });

    /// <summary>Returns where x is no positive finite number.</summary>
    private void SpecialLogs(LocalF64 x)
    {
        f.If(x.Gt(0).Eqz(), () => f.Return(x.Eq(0).Select(F64.Const(double.NegativeInfinity), F64.Const(double.NaN))));
        f.If(x.Eq(double.PositiveInfinity), () => f.Return(x));
    }

    /// <summary>g and k of x = 2^k (1 + g), 1 + g between √½ and √2, for a positive x.</summary>
    private (LocalF64 Fraction, LocalF64 Exponent) FractionAndExponent(F64 x)
    {
        // A denormal is made normal first.
        var tiny = f.Let(x.Lt(2.2250738585072014e-308));
        var bits = f.Let(I64.ReinterpretF64(tiny.Select(x * 18014398509481984d, x)) - RootHalf);
        var k = F64.ConvertI64S(bits >> 52) + tiny.Select(F64.Const(-54), F64.Const(0));
        var m = F64.ReinterpretI64((bits & 0x000FFFFFFFFFFFFF) + RootHalf);
        return (f.Let(m - 1), f.Let(k));
    }

    /// <summary>s² (2/3 + 2/5 s² + 2/7 s⁴ …): what 2 atanh s / s has beyond 2.</summary>
    private F64 AtanhTail(LocalF64 s)
    {
        var z = f.Let(s * s);
        return f.Let(z * Polynomial(z, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23));
    }
}
