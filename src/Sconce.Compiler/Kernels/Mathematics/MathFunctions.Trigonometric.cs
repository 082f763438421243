using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Sine, cosine, tangent and their inverses in float64.
internal sealed partial class MathFunctions
{
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiRest = 6.123233995736766e-17;

    // The polynomial of atan t: minimax, for t² up to (√2 - 1)².
    private static readonly double[] AtanCoefficients =
    [
        -0.33333333333333326, 0.1999999999999767, -0.1428571428538806, 0.11111111088180141, -0.09090908144590273, 0.07692282759661428,
        -0.06666226767599358, 0.058770218621493786, -0.05218404603512771, 0.04503549576976492, -0.033474444676692416, 0.015195125446590336,
    ];

    public F64 SinCos(F64 x, bool sine) => Call(sine ? "sin_f64" : "cos_f64", x, (m, a) =>
    {
        if (sine)
        {
            m.f.If(a.Abs().Lt(1e-8), () => m.f.Return(a));
        }

        var (r, rest, quarter) = m.TakeOffQuarterTurns(a);
        var turn = m.f.Let(sine ? quarter : quarter + 1);
        var value = m.f.F64("value");
        m.f.If(turn & 1, () => m.f.Set(value, m.CosNear(r, rest)), () => m.f.Set(value, m.SinNear(r, rest)));
        m.f.Return((turn & 2).Select(value.Neg(), value));
    });

    public F64 Tan(F64 x) => Call("tan_f64", x, (m, a) =>
    {
        m.f.If(a.Abs().Lt(1e-8), () => m.f.Return(a));
        var (r, rest, quarter) = m.TakeOffQuarterTurns(a);
        var sine = m.f.Let(m.SinNear(r, rest));
        var cosine = m.f.Let(m.CosNear(r, rest));
        m.f.Return((quarter & 1).Select((cosine / sine).Neg(), sine / cosine));
    });

    public F64 Atan(F64 x) => Call("atan_f64", x, (m, a) =>
    {
        // From tan 3π/8 on by the reciprocal, from tan π/8 on around π/4.
        var magnitude = m.f.Let(a.Abs());
        var (t, start, rest) = (m.f.Let(magnitude), m.f.Let(F64.Const(0)), m.f.Let(F64.Const(0)));
        m.f.If(
            magnitude.Gt(2.414213562373095),
            () =>
            {
                m.f.Set(t, -1 / magnitude);
                m.f.Set(start, HalfPi);
                m.f.Set(rest, HalfPiRest);
            },
            () => m.f.If(magnitude.Gt(0.41421356237309503), () =>
            {
                m.f.Set(t, (magnitude - 1) / (magnitude + 1));
                m.f.Set(start, HalfPi / 2);
                m.f.Set(rest, HalfPiRest / 2);
            }));
        var square = m.f.Let(t * t);
        m.f.Return((start + ((t * square * Polynomial(square, AtanCoefficients)) + rest + t)).Copysign(a));
    });

    public F64 Asin(F64 x) => Call("asin_f64", x, (m, a) => m.f.Return(m.Atan(a / ((1 - a) * (a + 1)).Sqrt())));

    public F64 Acos(F64 x) => Call("acos_f64", x, (m, a) => m.f.Return(m.Atan(((1 - a) / (a + 1)).Sqrt()) * 2));

    public F64 Atan2(F64 y, F64 x) => Call("atan2_f64", y, x, (m, b, a) =>
    {
        m.f.If(a.Ne(a) | b.Ne(b), () => m.f.Return(a + b));
        var (height, width) = (m.f.Let(b.Abs()), m.f.Let(a.Abs()));
        var angle = m.f.Let(m.Atan(height / width));

        // 0 / 0 and ∞ / ∞ have no quotient.
        m.f.If(height.Eq(0), () => m.f.Set(angle, 0));
        m.f.If(height.Eq(double.PositiveInfinity) & width.Eq(double.PositiveInfinity), () => m.f.Set(angle, HalfPi / 2));
        m.f.If(I64.ReinterpretF64(a).LtS(0), () => m.f.Set(angle, (2 * HalfPi) - (angle - (2 * HalfPiRest))));
        m.f.Return(angle.Copysign(b));
    });

    private F64 SinNear(LocalF64 r, LocalF64 rest)
    {
        var z = f.Let(r * r);
        var p = Polynomial(
            z, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000);
        return (z * r * p) + (rest * (1 - (z * 0.5))) + r;
    }

    private F64 CosNear(LocalF64 r, LocalF64 rest)
    {
        var z = f.Let(r * r);
        var half = f.Let(z * 0.5);
        var near = f.Let(1 - half);
        var p = Polynomial(
            z, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000, -1.0 / 6402373705728000);
        return near + ((1 - near - half) + ((z * z * p) - (r * rest)));
    }
}
