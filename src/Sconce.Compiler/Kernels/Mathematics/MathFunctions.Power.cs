using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Powers and remainders in float64.
internal sealed partial class MathFunctions
{
    /// <summary>As C's pow; the logarithm is carried in two numbers, so that large results keep their digits.</summary>
    public F64 Power(F64 x, F64 y) => Call("pow_f64", x, y, (m, a, b) =>
    {
        m.f.If(b.Eq(0) | a.Eq(1), () => m.f.Return(F64.Const(1)));
        m.f.If(a.Ne(a) | b.Ne(b), () => m.f.Return(a + b));
        var whole = m.f.Let(b.Trunc().Eq(b));
        var odd = m.f.Let(whole & b.Abs().Lt(9007199254740992d) & I32.WrapI64(I64.TruncSatF64S(b)));
        var magnitude = m.f.Let(a.Abs());
        m.f.If(a.Lt(0) & whole.Eqz() & magnitude.Ne(double.PositiveInfinity), () => m.f.Return(F64.Const(double.NaN)));
        var sign = m.f.Let((odd & I64.ReinterpretF64(a).LtS(0)).Select(F64.Const(-1), F64.Const(1)));

        // However large the exponent.
        m.f.If(magnitude.Eq(1), () => m.f.Return(sign));

        // Towards 0 or infinity, where the base is one of them or the exponent is infinite.
        m.f.If(magnitude.Eq(0) | magnitude.Eq(double.PositiveInfinity) | b.Abs().Eq(double.PositiveInfinity), () =>
            m.f.Return(magnitude.Gt(1).Eq(b.Gt(0)).Select(F64.Const(double.PositiveInfinity), F64.Const(0)).Copysign(sign)));
        var (high, low) = m.LogInTwo(magnitude);
        var product = m.f.Let(b * high);
        m.f.If(product.Abs().Gt(800), () => m.f.Return(product.Gt(0).Select(F64.Const(double.PositiveInfinity), F64.Const(0)).Copysign(sign)));
        var rest = m.ProductError(b, high, product) + (b * low);
        var power = m.f.Let(m.Exp(product));
        var corrected = m.f.Let(power + (power * rest));
        m.f.Return(power.Eq(double.PositiveInfinity).Select(power, corrected).Copysign(sign));
    });

    /// <summary>As C's fmod: exact.</summary>
    public F64 Remainder(F64 x, F64 y) => Call("fmod_f64", x, y, (m, a, b) =>
    {
        var (rest, divisor) = (m.f.Let(a.Abs()), m.f.Let(b.Abs()));
        m.f.If((rest.Lt(double.PositiveInfinity) & divisor.Gt(0)).Eqz(), () => m.f.Return(F64.Const(double.NaN)));
        m.f.While(rest.Ge(divisor), () =>
        {
            // The divisor, doubled until the next time would be too much: what is then taken off leaves an exact rest.
            var gap = m.f.Let(Exponent(rest) - Exponent(divisor));
            var half = m.f.Let(gap >> 1);
            var multiple = m.f.Let(divisor * PowerOfTwo(half) * PowerOfTwo(gap - half));
            m.f.If(multiple.Gt(rest), () => m.f.Set(multiple, multiple * 0.5));
            m.f.While((multiple + multiple).Le(rest), () => m.f.Set(multiple, multiple + multiple));
            m.f.Set(rest, rest - multiple);
        });
        m.f.Return(rest.Copysign(a));

        static I64 Exponent(F64 value) => I64.ReinterpretF64(value) >> 52;
    });

    /// <summary>The remainder with the divisor's sign.</summary>
    public F64 Modulo(F64 x, F64 y) => Call("mod_f64", x, y, (m, a, b) =>
    {
        var rest = m.f.Let(m.Remainder(a, b));
        m.f.Return((rest.Ne(0) & rest.Lt(0).Ne(b.Lt(0))).Select(rest + b, rest));
    });

    /// <summary>As torch.floor_divide: the quotient without its rest, brought to a whole number.</summary>
    public F64 FloorDivide(F64 x, F64 y) => Call("floor_divide_f64", x, y, (m, a, b) =>
    {
        m.f.If(b.Eq(0), () => m.f.Return(a / b));
        var rest = m.f.Let(m.Remainder(a, b));
        var quotient = m.f.Let((a - rest) / b);
        m.f.If(rest.Ne(0) & rest.Lt(0).Ne(b.Lt(0)), () => m.f.Set(quotient, quotient - 1));
        m.f.If(quotient.Eq(0), () => m.f.Return(F64.Const(0).Copysign(a / b)));
        var floor = m.f.Let(quotient.Floor());
        m.f.Return((quotient - floor).Gt(0.5).Select(floor + 1, floor));
    });

    /// <summary>ln x as a sum of two numbers, for a positive finite x.</summary>
    private (LocalF64 High, LocalF64 Low) LogInTwo(F64 x)
    {
        var (g, k) = FractionAndExponent(x);
        var denominator = f.Let(g + 2);
        var s = f.Let(g / denominator);

        // What the division lost: g - s (2 + g), where 2 + g has itself lost something.
        var product = f.Let(s * denominator);
        var lost = g - product - ProductError(s, denominator, product) - (s * (g - (denominator - 2)));
        var tail = (s * AtanhTail(s)) + (2 * (lost / denominator)) + (k * Ln2Low);
        var first = f.Let(k * Ln2High);
        var second = f.Let(s * 2);
        var sum = f.Let(first + second);
        var error = f.Let(second - (sum - first) + tail);
        var high = f.Let(sum + error);
        return (high, f.Let(sum - high + error));
    }

    /// <summary>a * b less its rounded product, by Dekker's way.</summary>
    private F64 ProductError(F64 a, F64 b, F64 product)
    {
        var (a1, a0) = Split(a);
        var (b1, b0) = Split(b);
        return f.Let((a0 * b0) - (product - (a1 * b1) - (a0 * b1) - (a1 * b0)));

        (LocalF64 Upper, LocalF64 Lower) Split(F64 value)
        {
            var whole = f.Let(value);
            var scaled = f.Let(whole * 134217729d);
            var upper = f.Let(scaled - (scaled - whole));
            return (upper, f.Let(whole - upper));
        }
    }
}
