using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Orthogonal polynomials, whose degree is a tensor too.</summary>
internal static class Polynomials
{
    /// <summary>The highest degree that a recurrence is followed to where only the run knows the degree.</summary>
    private const int HighestDegree = 512;

    /// <summary>Hermite's grow so fast that PyTorch gives NaN beyond this degree, for float64 and for other floats.</summary>
    private const int HighestHermite64 = 512, HighestHermite32 = 128;

    public static OperatorFamily Family { get; } = Make();

    private static OperatorFamily Make()
    {
        var family = new OperatorFamily("polynomial");
        Add("chebyshev_polynomial_t", Closed(FirstKind));
        Add("chebyshev_polynomial_u", Closed(SecondKind));
        Add("chebyshev_polynomial_v", Closed(ThirdKind));
        Add("chebyshev_polynomial_w", Closed(FourthKind));
        Add("shifted_chebyshev_polynomial_t", Closed(FirstKind, shifted: true));
        Add("shifted_chebyshev_polynomial_u", Closed(SecondKind, shifted: true));
        Add("shifted_chebyshev_polynomial_v", Closed(ThirdKind, shifted: true));
        Add("shifted_chebyshev_polynomial_w", Closed(FourthKind, shifted: true));
        Add("hermite_polynomial_h", Recurring(x => x + x, (x, k, here, before) => x.Like(2) * ((x * here) - (k * before)), hermite: true));
        Add("hermite_polynomial_he", Recurring(x => x, (x, k, here, before) => (x * here) - (k * before), hermite: true));
        Add("laguerre_polynomial_l", Recurring(x => x.One - x, (x, k, here, before) => (((k + k + (x.One - x)) * here) - (k * before)) / (k + k.One)));
        Add("legendre_polynomial_p", Recurring(x => x, (x, k, here, before) => (((k + k + k.One) * x * here) - (k * before)) / (k + k.One)));
        return family;

        void Add(string name, Lowering lowering)
        {
            family.Add($"aten::special_{name}(Tensor x, Tensor n) -> Tensor", lowering);
            family.Add($"aten::special_{name}.x_scalar(Scalar x, Tensor n) -> Tensor", lowering);
            family.Add($"aten::special_{name}.n_scalar(Tensor x, Scalar n) -> Tensor", lowering);
        }
    }

    /// <summary>The degree as a whole number.</summary>
    private static Expr Degree(Expr n) => n.As(DType.Int64);

    /// <summary>
    /// Chebyshev's: by an angle where |x| is below 1, by a hyperbolic one above, in float64, for an x that is not negative; the third kind of a negative x is the fourth of
    /// its opposite.
    /// </summary>
    private delegate Expr ClosedForm(Expr n, Expr x, bool opposite);

    private static Lowering Closed(ClosedForm form, bool shifted = false) => call =>
    {
        var (x, n) = (call.Operand("x"), call.Operand("n"));
        var type = TypePromotion.Result(x, n).ToFloat();
        return call.Context.Pointwise(type, type, [x, n], given =>
        {
            var place = given[0].As(DType.Float64);
            place = shifted ? place + place - place.One : place;
            var (degree, none) = (Degree(given[1]), Expr.Const(DType.Int64, 0L));
            var odd = degree.Apply(BinaryOp.Mod, Expr.Const(DType.Int64, 2L)).As(DType.Bool);
            var (positive, negative) = (form(degree.As(DType.Float64), place.Abs(), opposite: false), form(degree.As(DType.Float64), place.Abs(), opposite: true));
            var value = Expr.Select(place < place.Zero, Expr.Select(odd, -negative, negative), positive);
            return Expr.Select(degree < none, value.Zero, Expr.Select(degree.EqualTo(none), value.One, value)).As(given[0].Type);
        });
    };

    private static Expr FirstKind(Expr n, Expr x, bool opposite) => Expr.Select(
        x <= x.One, (n * x.Apply(UnaryOp.Acos)).Apply(UnaryOp.Cos), (n * x.Apply(UnaryOp.Acosh)).Apply(UnaryOp.Cosh));

    private static Expr SecondKind(Expr n, Expr x, bool opposite) => Quotient(n + n.One, 1, x, sines: true);

    private static Expr ThirdKind(Expr n, Expr x, bool opposite) => Quotient(n + n.Like(0.5), 0.5, x, sines: opposite);

    private static Expr FourthKind(Expr n, Expr x, bool opposite) => Quotient(n + n.Like(0.5), 0.5, x, sines: !opposite);

    /// <summary>The sine, or cosine, of a multiple of the angle over that of a part of it; at 1, where the angle is 0, what these tend to.</summary>
    private static Expr Quotient(Expr multiple, double part, Expr x, bool sines)
    {
        Expr angle = x.Apply(UnaryOp.Acos), hyperbolic = x.Apply(UnaryOp.Acosh);
        Expr Of(UnaryOp op, Expr angle) => (multiple * angle).Apply(op) / (angle.Like(part) * angle).Apply(op);
        return Expr.Select(
            x.EqualTo(x.One), sines ? multiple / multiple.Like(part) : x.One,
            Expr.Select(x <= x.One, Of(sines ? UnaryOp.Sin : UnaryOp.Cos, angle), Of(sines ? UnaryOp.Sinh : UnaryOp.Cosh, hyperbolic)));
    }

    /// <summary>The next polynomial of x, of its own degree less one, and of the two before.</summary>
    private delegate Expr Next(Expr x, Expr k, Expr here, Expr before);

    private static Lowering Recurring(Func<Expr, Expr> first, Next next, bool hermite = false) => call =>
    {
        var context = call.Context;
        var (x, n) = (call.Operand("x"), call.Operand("n"));
        var type = TypePromotion.Result(x, n).ToFloat();
        var compute = type.Compute();
        var places = context.Pointwise(compute, type, [x, n], given => given[0]);
        var degrees = context.Pointwise(DType.Int64, type, [x, n], given => Degree(given[1]));
        var dims = places.Dims;
        var highest = !hermite ? HighestDegree : compute == DType.Float64 ? HighestHermite64 : HighestHermite32;
        var known = n.Known is { } degree ? (long)Math.Clamp(degree, 0, highest) : highest;
        if (!hermite)
        {
            context.Check(
                dims, i => degrees.At(i) > Expr.Const(DType.Int64, highest), degrees.At, highest,
                "a polynomial of degree {value} is asked for; polynomials are computed up to degree {limit}");
        }

        var before = context.Fill(compute, dims, Expr.Const(compute, 1L));
        var here = context.Map(compute, dims, i => first(places.At(i)));
        context.Loop(Math.Max(known - 1, 0), turn =>
        {
            var k = Expr.Of(turn + 1);
            var after = context.Map(compute, dims, i => next(places.At(i), k.As(compute), here.At(i), before.At(i)));
            Expr Goes(Dims i) => degrees.At(i) > k;
            context.MapInto(before, dims, i => i, i => Expr.Select(Goes(i), here.At(i), before.At(i)));
            context.MapInto(here, dims, i => i, i => Expr.Select(Goes(i), after.At(i), here.At(i)));
        });
        return context.Map(type, dims, i =>
        {
            var (n, zero) = (degrees.At(i), Expr.Const(DType.Int64, 0L));
            var value = hermite ? Expr.Select(n > Expr.Const(DType.Int64, highest), Expr.Const(compute, double.NaN), here.At(i)) : here.At(i);
            return Expr.Select(n < zero, value.Zero, Expr.Select(n.EqualTo(zero), value.One, value));
        });
    };
}
