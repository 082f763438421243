using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// The error function, its complement and its inverse in float64.
internal sealed partial class MathFunctions
{
    private static readonly double[] ErfSeries =
    [
        1.1283791670955126, -0.37612638903183754, 0.11283791670955126, -0.026866170645131252, 0.005223977625442188, -0.0008548327023450853,
        0.00012055332981789664, -1.492565035840625e-05, 1.6462114365889248e-06, -1.6365844691234924e-07, 1.4807192815879218e-08,
        -1.2290555301717928e-09, 9.422759064650411e-11, -6.7113668551641105e-12, 4.4632242632864775e-13, -2.7835162072109215e-14,
        1.6342614095367152e-15, -9.063970842808673e-17, 4.763348040515068e-18,
    ];

    // (1 + 2x) e^(x²) erfc x for x from 1 to 27.5, a polynomial in (x - 3.75) / (x + 3.75): minimax.
    private static readonly double[] ScaledErfc =
    [
        1.2375126308378275, -0.14024059858554702, 0.0035854154854636456, 0.0822767384901514, -0.10880393014170446, 0.0923043211601783,
        -0.05869339859062408, 0.028362277422039527, -0.009746579546692521, 0.0017556258246801068, 0.00029371358977740093,
        -0.0002901539092340266, 5.164940545924802e-05, 2.2383510256735308e-05, -1.1444850977418863e-05, -9.713891273079822e-07,
        1.752212769221745e-06, -6.149495754258325e-08, -2.573966127975952e-07, 2.8155381025227866e-08, 3.4909443256550554e-08,
        -6.008523127312037e-09, -1.9973814110146188e-09,
    ];

    public F64 Erf(F64 x) => Call("erf_f64", x, (m, a) =>
    {
        m.f.If(a.Abs().Gt(1), () => m.f.Return((1 - m.Erfc(a.Abs())).Copysign(a)));
        m.f.Return(a * Polynomial(m.f.Let(a * a), ErfSeries));
    });

    public F64 Erfc(F64 x) => Call("erfc_f64", x, (m, a) =>
    {
        var magnitude = m.f.Let(a.Abs());
        m.f.If(magnitude.Gt(1).Eqz(), () => m.f.Return(1 - (a * Polynomial(m.f.Let(a * a), ErfSeries))));
        var result = m.f.Let(F64.Const(0));
        m.f.If(magnitude.Lt(27.3), () =>
        {
            var u = m.f.Let((magnitude - 3.75) / (magnitude + 3.75));

            // e^(-x²) by halves: a square of few bits is exact, the rest is small.
            var head = m.f.Let(F64.ReinterpretI64(I64.ReinterpretF64(magnitude) & unchecked((long)0xFFFFFFFFF8000000)));
            var gauss = m.Exp((head * head).Neg()) * m.Exp((head - magnitude) * (head + magnitude));
            m.f.Set(result, gauss * Polynomial(u, ScaledErfc) / ((magnitude * 2) + 1));
        });
        m.f.Return(a.Lt(0).Select(2 - result, result));
    });

    /// <summary>A closed approximation (Winitzki's), then three of Halley's steps.</summary>
    public F64 Erfinv(F64 y) => Call("erfinv_f64", y, (m, b) =>
    {
        var a = m.f.Let(b.Abs());
        m.f.If(a.Lt(1).Eqz(), () => m.f.Return(a.Eq(1).Select(F64.Const(double.PositiveInfinity).Copysign(b), F64.Const(double.NaN))));
        m.f.If(a.Lt(1e-10), () => m.f.Return(b * 0.886226925452758));
        var rest = m.f.Let(1 - a);
        var log = m.f.Let(m.Log(rest * (a + 1)));
        const double c = 0.147;
        var first = m.f.Let((log * 0.5) + (2 / (Math.PI * c)));
        var x = m.f.Let((((first * first) - (log / c)).Sqrt() - first).Sqrt());
        for (var i = 0; i < 3; i++)
        {
            // Near 1 the complement keeps the digits.
            var error = m.f.F64("error");
            m.f.If(a.Gt(0.5), () => m.f.Set(error, rest - m.Erfc(x)), () => m.f.Set(error, m.Erf(x) - a));
            var step = m.f.Let(error / (m.Exp((x * x).Neg()) * 1.1283791670955126));
            m.f.Set(x, x - (step / ((x * step) + 1)));
        }

        m.f.Return(x.Copysign(b));
    });
}
