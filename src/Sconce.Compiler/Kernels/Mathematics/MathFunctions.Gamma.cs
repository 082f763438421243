using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// The logarithm of the gamma function and its derivative in float64.
internal sealed partial class MathFunctions
{
    // ln Γ(2 + d) = (1 - γ) d + Σ (-1)^k (ζ(k) - 1) d^k / k.
    private static readonly double[] GammaAroundTwo =
    [
        0.42278433509846713, 0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
        -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-05, -4.492623673813314e-05,
        2.050721277567069e-05, -9.439488275268397e-06, 4.374866789907488e-06, -2.039215753801366e-06, 9.55141213040742e-07,
        -4.492469198764566e-07, 2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08, -2.2711094608943164e-08,
        1.0838659214896955e-08, -5.183475041970047e-09, 2.4836745438024785e-09, -1.1921401405860912e-09, 5.731367241678862e-10,
        -2.7595228851242334e-10, 1.330476437424449e-10,
    ];

    public F64 Lgamma(F64 x) => Call("lgamma_f64", x, (m, a) =>
    {
        var infinite = F64.Const(double.PositiveInfinity);
        m.f.If(a.Abs().Eq(infinite) | (a.Le(0) & a.Floor().Eq(a)), () => m.f.Return(infinite));
        m.f.If(a.Gt(0) | a.Ne(a), () => m.f.Return(m.LgammaOfPositive(a)));

        // Γ(x) Γ(1 - x) = π / sin πx.
        var sine = m.SinCos((a - a.Nearest()) * Math.PI, sine: true);
        m.f.Return(m.Log(Math.PI / sine.Abs()) - m.LgammaOfPositive(1 - a));
    });

    /// <summary>As PyTorch: minus infinity at 0 (plus at -0), NaN at negative integers.</summary>
    public F64 Digamma(F64 x) => Call("digamma_f64", x, (m, a) =>
    {
        m.f.If(a.Eq(0), () => m.f.Return(F64.Const(double.PositiveInfinity).Copysign(a.Neg())));
        m.f.If(a.Lt(0) & a.Floor().Eq(a), () => m.f.Return(F64.Const(double.NaN)));
        var (z, sum) = (m.f.Let(a), m.f.Let(F64.Const(0)));
        m.f.If(a.Lt(0), () =>
        {
            m.f.Set(z, 1 - a);
            m.f.Set(sum, Math.PI / m.Tan((a - a.Nearest()) * Math.PI).Neg());
        });
        m.f.While(z.Lt(10), () =>
        {
            m.f.Set(sum, sum - (1 / z));
            m.f.Set(z, z + 1);
        });
        var w = m.f.Let(1 / (z * z));
        var series = w * Polynomial(w, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12);
        m.f.Return(sum + (m.Log(z) - (0.5 / z) - series));
    });

    private F64 LgammaOfPositive(F64 x) => Call("lgamma_positive_f64", x, (m, a) =>
    {
        m.f.If(a.Lt(2.5), () =>
        {
            // Around 2 by the series; below, Γ(x) = Γ(x + 1) / x.
            var d = m.f.Let(a - 2);
            var logs = m.f.Let(F64.Const(0));
            m.f.If(a.Lt(1.5), () =>
            {
                m.f.Set(d, a - 1);
                m.f.If(
                    a.Lt(0.5),
                    () =>
                    {
                        m.f.Set(d, a);
                        m.f.Set(logs, m.Log1p(a) + m.Log(a));
                    },
                    () => m.f.Set(logs, m.Log1p(d)));
            });
            m.f.Return((d * Polynomial(d, GammaAroundTwo)) - logs);
        });
        var (z, product) = (m.f.Let(a), m.f.Let(F64.Const(1)));
        m.f.While(z.Lt(12), () =>
        {
            m.f.Set(product, product * z);
            m.f.Set(z, z + 1);
        });

        // Stirling's series.
        var w = m.f.Let(1 / z);
        var square = m.f.Let(w * w);
        var series = w * Polynomial(
            square, 0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
            -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242);
        m.f.Return((((z - 0.5) * (m.Log(z) - 1)) - 0.5) + (0.9189385332046728 + series - m.Log(product)));
    });
}
