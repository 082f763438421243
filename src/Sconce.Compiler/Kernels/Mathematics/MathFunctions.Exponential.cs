using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Exponentials in float64. With x = n ln 2 + r, |r| ≤ ln 2 / 2: e^x = 2^n e^r.
internal sealed partial class MathFunctions
{
    // ln 2 in two parts; the product of the first with an integer of 21 bits is exact.
    private const double Ln2High = 0.6931471803691238;
    private const double Ln2Low = 1.9082149292705877e-10;

    public F64 Exp(F64 x) => Call("exp_f64", x, (m, a) =>
    {
        m.f.If(a.Gt(709.79), () => m.f.Return(F64.Const(double.PositiveInfinity)));
        m.f.If(a.Lt(-745.2), () => m.f.Return(F64.Const(0)));
        var (n, e) = m.Expm1Parts(a);
        var half = m.f.Let(n >> 1);
        m.f.Return((e + 1) * PowerOfTwo(half) * PowerOfTwo(n - half));
    });

    public F64 Expm1(F64 x) => Call("expm1_f64", x, (m, a) =>
    {
        m.f.If(a.Gt(709.79), () => m.f.Return(F64.Const(double.PositiveInfinity)));
        m.f.If(a.Lt(-45), () => m.f.Return(F64.Const(-1)));
        var (n, e) = m.Expm1Parts(a);
        m.f.If(n.Eq(0), () => m.f.Return(e.Copysign(a)));

        // Half of it, as 2^1024 is no number.
        var scale = m.f.Let(PowerOfTwo(n - 1));
        m.f.Return(((scale * e) + (scale - 0.5)) * 2);
    });

    public F64 Sigmoid(F64 x) => Call("sigmoid_f64", x, (m, a) => m.f.Return(1 / (m.Exp(a.Neg()) + 1)));

    public F64 Sinh(F64 x) => Call("sinh_f64", x, (m, a) =>
    {
        var magnitude = m.f.Let(a.Abs());
        m.f.If(magnitude.Lt(22), () =>
        {
            var e = m.f.Let(m.Expm1(magnitude));
            m.f.Return(((e + (e / (e + 1))) * 0.5).Copysign(a));
        });
        var root = m.f.Let(m.Exp(magnitude * 0.5));
        m.f.Return((root * 0.5 * root).Copysign(a));
    });

    public F64 Cosh(F64 x) => Call("cosh_f64", x, (m, a) =>
    {
        var magnitude = m.f.Let(a.Abs());
        var root = m.f.Let(m.Exp(magnitude * 0.5));
        m.f.If(magnitude.Lt(22), () =>
        {
            var e = m.f.Let(m.Exp(magnitude));
            m.f.Return((e + (1 / e)) * 0.5);
        });
        m.f.Return(root * 0.5 * root);
    });

    public F64 Tanh(F64 x) => Call("tanh_f64", x, (m, a) =>
    {
        m.f.If(a.Abs().Gt(22), () => m.f.Return(F64.Const(1).Copysign(a)));
        var e = m.f.Let(m.Expm1(a.Abs() * 2));
        m.f.Return((e / (e + 2)).Copysign(a));
    });

    /// <summary>n, and e^r - 1.</summary>
    private (LocalI64 Exponent, LocalF64 Expm1) Expm1Parts(LocalF64 x)
    {
        var n = f.Let((x * 1.4426950408889634).Nearest());
        var r = f.Let(x - (n * Ln2High) - (n * Ln2Low));
        var p = Polynomial(
            r, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800,
            1.0 / 479001600, 1.0 / 6227020800);
        return (f.Let(I64.TruncSatF64S(n)), f.Let((r * r * p) + r));
    }
}
