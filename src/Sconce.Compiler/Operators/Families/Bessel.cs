using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Bessel's functions and Airy's, in float64: power series near 0, else integrals of smooth functions that fall off quickly, which sums over equal steps give to nearly all digits.
/// </summary>
internal static class Bessel
{
    public static OperatorFamily Family { get; } = new("bessel")
    {
        { "aten::i0(Tensor self) -> Tensor", Modified((x, angle) => (x * Cos(angle)).Exp()) },
        { "aten::special_i0(Tensor self) -> Tensor", Modified((x, angle) => (x * Cos(angle)).Exp()) },
        { "aten::special_modified_bessel_i0(Tensor self) -> Tensor", Modified((x, angle) => (x * Cos(angle)).Exp()) },
        { "aten::special_i0e(Tensor self) -> Tensor", Modified((x, angle) => ((x * Cos(angle)) - x.Abs()).Exp()) },
        { "aten::special_i1(Tensor self) -> Tensor", Modified((x, angle) => (x * Cos(angle)).Exp() * Cos(angle)) },
        { "aten::special_modified_bessel_i1(Tensor self) -> Tensor", Modified((x, angle) => (x * Cos(angle)).Exp() * Cos(angle)) },
        { "aten::special_i1e(Tensor self) -> Tensor", Modified((x, angle) => ((x * Cos(angle)) - x.Abs()).Exp() * Cos(angle)) },
        { "aten::special_modified_bessel_k0(Tensor self) -> Tensor", call => SecondModified(call, 0, scaled: false) },
        { "aten::special_modified_bessel_k1(Tensor self) -> Tensor", call => SecondModified(call, 1, scaled: false) },
        { "aten::special_scaled_modified_bessel_k0(Tensor x) -> Tensor", call => SecondModified(call, 0, scaled: true) },
        { "aten::special_scaled_modified_bessel_k1(Tensor x) -> Tensor", call => SecondModified(call, 1, scaled: true) },
        { "aten::special_bessel_j0(Tensor self) -> Tensor", call => OfFirstKind(call, 0) },
        { "aten::special_bessel_j1(Tensor self) -> Tensor", call => OfFirstKind(call, 1) },
        { "aten::special_bessel_y0(Tensor self) -> Tensor", call => OfSecondKind(call, 0) },
        { "aten::special_bessel_y1(Tensor self) -> Tensor", call => OfSecondKind(call, 1) },
        { "aten::special_spherical_bessel_j0(Tensor x) -> Tensor", Pointwise.Float(Spherical) },
        { "aten::special_airy_ai(Tensor x) -> Tensor", Airy },
    };

    /// <summary>Steps of the integrals.</summary>
    private const int Places = 160;

    /// <summary>Where the square of an exponent has left nothing of a float64.</summary>
    private const double GaussEnd = 6.2;

    private const double EulerMascheroni = 0.57721566490153286061;

    private static Expr Cos(Expr x) => x.Apply(UnaryOp.Cos);

    private static Expr Sin(Expr x) => x.Apply(UnaryOp.Sin);

    private static Expr Number(double value) => Expr.Const(DType.Float64, value);

    private static Func<Dims, Expr> Wide(Call call)
    {
        var self = call.Tensor(0);
        return i => self.At(i).As(self.Type.ToFloat()).As(DType.Float64);
    }

    /// <summary>The middle of a step, counted in steps.</summary>
    private static Expr Middle(Dims r) => Expr.Of(r[0]).As(DType.Float64) + Number(0.5);

    /// <summary>The mean of a function of the element and of the angle, over half a circle: smooth and periodic.</summary>
    private static Lowering Modified(Func<Expr, Expr, Expr> function) => call =>
    {
        var (self, x) = (call.Tensor(0), Wide(call));
        return call.Context.Reduce(
            self.Type.ToFloat(), self.Dims, [Places], Combiner.Sum, (o, r) => function(x(o), Middle(r) * Number(Math.PI / Places)), (_, sum) => sum / Number(Places));
    };

    /// <summary>I0 of a float64 as one expression: for a few elements that are constants.</summary>
    internal static Expr I0(Expr x) =>
        Enumerable.Range(0, Places).Select(place => (x * Number(Math.Cos(Math.PI * (place + 0.5) / Places))).Exp()).Aggregate((sum, term) => sum + term) / Number(Places);

    /// <summary>K: the integral of exp(-x cosh t) cosh(order t) over t from 0.</summary>
    private static Lowered SecondModified(Call call, int order, bool scaled)
    {
        // Below, the first terms of the series are all that counts.
        const double tiny = 1e-8, end = 750;
        var (self, element) = (call.Tensor(0), Wide(call));
        Expr X(Dims o) => element(o).Max(Number(tiny));
        Expr Step(Dims o) => (Number(1) + (Number(end) / X(o))).Apply(UnaryOp.Acosh) / Number(Places);
        return call.Context.Reduce(self.Type.ToFloat(), self.Dims, [Places], Combiner.Sum, (o, r) =>
        {
            var t = Middle(r) * Step(o);

            // cosh t - 1, without losing what is small.
            var half = (t * t.Like(0.5)).Apply(UnaryOp.Sinh);
            var value = (X(o) * half * half * half.Like(-2)).Exp();
            return order == 0 ? value : value * t.Apply(UnaryOp.Cosh);
        }, (o, sum) =>
        {
            var x = element(o);
            var value = sum * Step(o);
            value = Expr.Select(x < x.Like(tiny), order == 0 ? -((x * x.Like(0.5)).Log() + x.Like(EulerMascheroni)) : x.One / x, value);
            value = scaled ? value : value * (-x).Exp();
            value = Expr.Select(x.EqualTo(x.Zero), x.Like(double.PositiveInfinity), Expr.Select(x < x.Zero, x.Like(double.NaN), value));
            return Expr.Select(x.IsInfinite() & (x > x.Zero), x.Zero, value);
        });
    }

    /// <summary>From here on the integrals are taken.</summary>
    private const double NearEnd = 4;

    private static Lowered OfFirstKind(Call call, int order)
    {
        var (self, element) = (call.Tensor(0), Wide(call));
        return Hankel(call, order, i => element(i).Abs(), (o, first, _) =>
        {
            var x = element(o);
            var value = Expr.Select(x.Abs() < x.Like(NearEnd), NearFirst(x.Abs(), order), first);
            return order == 0 ? value : Expr.Select(x < x.Zero, -value, value);
        });
    }

    private static Lowered OfSecondKind(Call call, int order)
    {
        var element = Wide(call);
        return Hankel(call, order, element, (o, _, second) =>
        {
            var x = element(o);
            var value = Expr.Select(x < x.Like(NearEnd), NearSecond(x, order), second);
            return Expr.Select(x.EqualTo(x.Zero), x.Like(double.NegativeInfinity), Expr.Select(x < x.Zero, x.Like(double.NaN), value));
        });
    }

    /// <summary>
    /// J + iY for an x that is not small. Hankel's function is an integral of exp(i x cosh w); on the path where cosh w = 1 + i s² it falls off as exp(-x s²), and nothing
    /// oscillates any more: with u² = x s², it is exp(i (x - order π/2 - π/4)) √(8/x) / π times the integral of exp(-u²) / √(1 + u² i / 2x), for order 1 times 1 + u² i / x.
    /// </summary>
    private static TensorBuffer Hankel(Call call, int order, Func<Dims, Expr> element, Func<Dims, Expr, Expr, Expr> result)
    {
        var self = call.Tensor(0);
        return call.Context.Reduce([self.Type.ToFloat()], self.Dims, [Places], (o, r) =>
        {
            var u = Middle(r) * Number(GaussEnd / Places);
            var a = u * u / (element(o) + element(o));
            var size = (-(u * u)).Exp() / ((a * a) + a.One).Sqrt().Sqrt();
            var angle = a.Apply(UnaryOp.Atan) * a.Like(-0.5);
            var (real, imaginary) = (size * Cos(angle), size * Sin(angle));
            return order == 0
                ? [new(Combiner.Sum, real), new(Combiner.Sum, imaginary)]
                : [new(Combiner.Sum, real - (a.Like(2) * a * imaginary)), new(Combiner.Sum, imaginary + (a.Like(2) * a * real))];
        }, (o, sums) =>
        {
            var x = element(o);
            var scale = x.Like(Math.Sqrt(8) / Math.PI * GaussEnd / Places) / x.Sqrt();
            var phase = x - x.Like(((2 * order) + 1) * Math.PI / 4);
            var (cosine, sine) = (Cos(phase) * scale, Sin(phase) * scale);
            return [result(o, (cosine * sums[0]) - (sine * sums[1]), (sine * sums[0]) + (cosine * sums[1]))];
        })[0];
    }

    /// <summary>A sum of powers of -x²/4 over factorials, each term with a factor of its own.</summary>
    private static Expr NearSeries(Expr x, int order, Func<int, double> factor)
    {
        const int terms = 22;
        var square = x * x * x.Like(-0.25);
        var (sum, factorials) = (x.Zero, 1.0);
        var coefficients = new double[terms];
        for (var k = 0; k < terms; k++)
        {
            factorials *= k == 0 ? 1 : k * (k + (double)order);
            coefficients[k] = factor(k) / factorials;
        }

        for (var k = terms - 1; k >= 0; k--)
        {
            sum = (sum * square) + x.Like(coefficients[k]);
        }

        return order == 0 ? sum : sum * x * x.Like(0.5);
    }

    private static Expr NearFirst(Expr x, int order) => NearSeries(x, order, _ => 1);

    private static Expr NearSecond(Expr x, int order)
    {
        double Harmonic(int n) => Enumerable.Range(1, n).Sum(k => 1.0 / k);
        var rest = NearSeries(x, order, k => Harmonic(k) + Harmonic(k + order) - (2 * EulerMascheroni));
        var value = ((x * x.Like(0.5)).Log() * NearFirst(x, order) * x.Like(2 / Math.PI)) - (rest * x.Like(1 / Math.PI));
        return order == 0 ? value : value - (x.Like(2 / Math.PI) / x);
    }

    private static Expr Spherical(Expr element)
    {
        var x = element.As(DType.Float64);
        return Expr.Select(x.EqualTo(x.Zero), x.One, Expr.Select(x.IsInfinite(), x.Zero, Sin(x) / x)).As(element.Type);
    }

    /// <summary>
    /// Airy's Ai: its series near 0. Above, the integral of exp(-√x u²) cos(u³/3), times exp(-ζ) / π. Below, with the element -x, the steepest path through the saddle √x, on which the
    /// imaginary part of the exponent stays: √x / π times the real part of the integral of exp(i λ (τ³/3 - τ)), where λ = √x³, τ = ξ + iη and η = (ξ - 1) √((ξ + 2) / 3ξ).
    /// </summary>
    private static Lowered Airy(Call call)
    {
        const double near = 2;
        var (self, element) = (call.Tensor(0), Wide(call));
        Expr Root(Dims o) => element(o).Abs().Max(Number(near)).Sqrt();
        Expr Cube(Dims o) => Root(o) * Root(o) * Root(o);

        // Where the exponent of the path below has left nothing, for all roots above that of the near end.
        Expr Width(Dims o) => Number(1.3 * Math.Sqrt(20) * 2 / Places) / Cube(o).Sqrt();
        return call.Context.Reduce([self.Type.ToFloat()], self.Dims, [Places], (o, r) =>
        {
            var u = Middle(r) * Number(GaussEnd / Places) / Root(o).Sqrt();
            var above = (-(Root(o) * u * u)).Exp() * Cos(u * u * u / u.Like(3));
            var place = ((Middle(r) - Number(Places / 2.0)) * Width(o)).Exp();
            var slope = (place.Like(1 / 3.0) + (place.Like(2 / 3.0) / place)).Sqrt();
            var height = (place - place.One) * slope;
            var size = (-(Cube(o) * height * ((place * place) - (height * height / place.Like(3)) - place.One))).Exp() * place;
            var turn = slope - ((place - place.One) / (place.Like(3) * place * place * slope));
            return [new(Combiner.Sum, above), new(Combiner.Sum, size), new(Combiner.Sum, size * turn)];
        }, (o, sums) =>
        {
            var x = element(o);
            var phase = Cube(o) * x.Like(2 / 3.0);
            var above = (-phase).Exp() * sums[0] * x.Like(GaussEnd / Places / Math.PI) / Root(o).Sqrt();
            var below = ((Cos(phase) * sums[1]) + (Sin(phase) * sums[2])) * Width(o) * Root(o) * x.Like(1 / Math.PI);
            var value = Expr.Select(x > x.Like(near), above, Expr.Select(x < x.Like(-near), below, NearAiry(x)));
            return [Expr.Select(x.IsInfinite(), x.Like(double.NaN), value)];
        })[0];
    }

    private static Expr NearAiry(Expr x)
    {
        const double atZero = 0.35502805388781723926, slopeAtZero = -0.25881940379280679840;
        const int terms = 14;
        var cube = x * x * x;
        Expr Series(int first)
        {
            var sum = x.One;
            for (var k = terms; k > 0; k--)
            {
                sum = (sum * cube * x.Like(1.0 / ((3 * k) - 1 + first) / ((3 * k) + first))) + x.One;
            }

            return sum;
        }

        return (Series(0) * x.Like(atZero)) + (Series(1) * x * x.Like(slopeAtZero));
    }
}
