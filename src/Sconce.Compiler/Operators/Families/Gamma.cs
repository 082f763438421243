using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Hurwitz's zeta function, the derivatives of the digamma function, and the incomplete gamma functions, in float64.</summary>
internal static class Gamma
{
    public static OperatorFamily Family { get; } = new("gamma")
    {
        { "aten::special_zeta(Tensor self, Tensor other) -> Tensor", OfTwo(Zeta) },
        { "aten::special_zeta.other_scalar(Tensor self, Scalar other) -> Tensor", OfTwo(Zeta) },
        { "aten::special_zeta.self_scalar(Scalar self, Tensor other) -> Tensor", OfTwo(Zeta) },
        { "aten::polygamma(int n, Tensor self) -> Tensor", Polygamma },
        { "aten::special_polygamma(int n, Tensor self) -> Tensor", Polygamma },
        { "aten::igamma(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, OfTwo((context, a, x) => Incomplete(context, a, x, upper: false)) },
        { "aten::igammac(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, OfTwo((context, a, x) => Incomplete(context, a, x, upper: true)) },
        { "aten::special_gammainc(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, OfTwo((context, a, x) => Incomplete(context, a, x, upper: false)) },
        { "aten::special_gammaincc(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, OfTwo((context, a, x) => Incomplete(context, a, x, upper: true)) },
    };

    /// <summary>A function of two tensors of one shape, in float64.</summary>
    private static Lowering OfTwo(Func<LoweringContext, TensorBuffer, TensorBuffer, TensorBuffer> function) => call =>
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        var type = TypePromotion.Result(a, b).ToFloat();
        TensorBuffer Wide(int place) => call.Context.Pointwise(DType.Float64, type, [a, b], x => x[place]);
        return call.Context.Convert(function(call.Context, Wide(0), Wide(1)), type);
    };

    private static Expr Number(double value) => Expr.Const(DType.Float64, value);

    private static Expr Power(Expr x, Expr exponent) => x.Apply(BinaryOp.Pow, exponent);

    /// <summary>Infinite beyond 170.</summary>
    private static double Factorial(int n) => Enumerable.Range(1, Math.Min(n, 200)).Aggregate(1.0, (product, k) => product * k);

    /// <summary>Bernoulli's numbers of even index, from 2 on.</summary>
    private static readonly double[] bernoulli =
    [
        1 / 6.0, -1 / 30.0, 1 / 42.0, -1 / 30.0, 5 / 66.0, -691 / 2730.0, 7 / 6.0, -3617 / 510.0, 43867 / 798.0, -174611 / 330.0, 854513 / 138.0, -236364091 / 2730.0,
    ];

    /// <summary>So many terms are added up one by one, around 0 for a negative place.</summary>
    private const int NearTerms = 18;

    /// <summary>From here on the rest of the sum is taken as an integral.</summary>
    private const int Far = 9;

    /// <summary>
    /// The sum of (q + k)^-s over all k from 0: the terms nearest to 0 themselves, and what lies beyond by Euler and Maclaurin; for a negative q on both sides.
    /// </summary>
    private static TensorBuffer Zeta(LoweringContext context, TensorBuffer s, TensorBuffer q) =>
        context.Reduce(DType.Float64, q.Dims, [NearTerms], Combiner.Sum, (o, r) =>
        {
            var term = q.At(o) + Skipped(q.At(o)) + Expr.Of(r[0]).As(DType.Float64);
            var size = Power(term.Abs(), -s.At(o));
            return Expr.Select((term < term.Zero) & IsOdd(s.At(o)), -size, size);
        }, (o, near) =>
        {
            var (exponent, place) = (s.At(o), q.At(o));
            var (skipped, whole) = (Skipped(place), place.Floor().EqualTo(place));
            var sum = near + Tail(exponent, place + skipped + place.Like(NearTerms));

            // Those before the near ones are negative: from 1 - (q + skipped) up to -q.
            var lower = Tail(exponent, place.One - (place + skipped)) - Tail(exponent, place.One - place);
            sum = Expr.Select(skipped > skipped.Zero, sum + Expr.Select(IsOdd(exponent), -lower, lower), sum);
            var (infinite, none) = (place.Like(double.PositiveInfinity), place.Like(double.NaN));
            sum = Expr.Select(place <= place.Zero, Expr.Select(whole, infinite, Expr.Select(exponent.Floor().EqualTo(exponent), sum, none)), sum);
            return Expr.Select(exponent.EqualTo(exponent.One), infinite, Expr.Select(exponent < exponent.One, none, sum));
        });

    /// <summary>How many terms of a negative place lie before the near ones.</summary>
    private static Expr Skipped(Expr q) => (-q.Floor() - q.Like(Far)).Max(q.Zero);

    private static Expr IsOdd(Expr x) => x.Apply(BinaryOp.Mod, x.Like(2)).EqualTo(x.One);

    /// <summary>The sum of (a + k)^-s, as its integral and corrections at the beginning.</summary>
    private static Expr Tail(Expr s, Expr a)
    {
        var series = Number(0);
        for (var j = bernoulli.Length; j > 0; j--)
        {
            // Each correction holds the one before it: their factors follow one another.
            var step = (s + s.Like((2 * j) - 2)) / a;
            step = j == 1 ? step : step * ((s + s.Like((2 * j) - 3)) / a);
            series = step * (Number(bernoulli[j - 1] / Factorial(2 * j)) + series);
        }

        return Power(a, -s) * ((a / (s - s.One)) + s.Like(0.5) + series);
    }

    private static Lowered Polygamma(Call call)
    {
        var (context, self, n) = (call.Context, call.Tensor("self"), call.Constant("n"));
        var type = self.Type.ToFloat();
        Expr At(Dims i) => self.At(i).As(type).As(type.Compute());
        if (n < 0)
        {
            throw call.Expected("a derivative from 0 on", $"{n}");
        }

        if (n == 0)
        {
            return context.Map(type, self.Dims, i => At(i).Apply(UnaryOp.Digamma));
        }

        var order = context.Fill(DType.Float64, self.Dims, Number(n + 1));
        if (n > 1)
        {
            var values = Zeta(context, order, context.Map(DType.Float64, self.Dims, At));
            return context.Map(type, self.Dims, i => values.At(i).As(type.Compute()) * Expr.Const(type.Compute(), n % 2 == 1 ? Factorial(n) : -Factorial(n)));
        }

        // The first derivative PyTorch reflects at 1/2, with sines that are not quite 0 at whole numbers.
        var reflected = context.Map(DType.Float64, self.Dims, i => Expr.Select(At(i) < At(i).Like(0.5), At(i).One - At(i), At(i)));
        var zeta = Zeta(context, order, reflected);
        return context.Map(type, self.Dims, i =>
        {
            var (x, sum) = (At(i), zeta.At(i));
            var sine = (x * x.Like(Math.PI)).As(DType.Float64).Apply(UnaryOp.Sin);
            return Expr.Select(x < x.Like(0.5), (Number(Math.PI * Math.PI) / (sine * sine)) - sum, sum).As(type.Compute());
        });
    }

    /// <summary>
    /// The integral of t^(a-1) e^-t, up to x or from x on, over the gamma function. With t = x e^-s, or x e^s, it becomes x^a e^-x / gamma(a) times an integral of what
    /// falls off from 1: the smaller of the two is computed, by places that lie ever closer towards 0.
    /// </summary>
    private static TensorBuffer Incomplete(LoweringContext context, TensorBuffer a, TensorBuffer x, bool upper)
    {
        const int places = 256;
        const double first = -4, last = 7, step = (last - first) / places;
        return context.Reduce(DType.Float64, a.Dims, [places], Combiner.Sum, (o, r) =>
        {
            var (shape, limit) = (a.At(o), x.At(o));
            var below = limit <= shape;
            var slope = (shape - limit).Abs() + limit.Sqrt();
            var width = Expr.Select(below & (limit < limit.One), limit.One / shape, limit.One / slope);
            var u = (Expr.Of(r[0]).As(DType.Float64) * Number(step)) + Number(first + (step / 2));
            var inner = (-u).Exp();
            var s = width * (u - inner).Exp();
            var exponent = Expr.Select(below, -(shape * s) - (limit * (-s).Apply(UnaryOp.Expm1)), (shape * s) - (limit * s.Apply(UnaryOp.Expm1)));
            return exponent.Exp() * s * (inner.One + inner) * Number(step);
        }, (o, integral) =>
        {
            var (shape, limit) = (a.At(o), x.At(o));
            var part = integral * ((shape * limit.Log()) - limit - shape.Apply(UnaryOp.Lgamma)).Exp();
            var value = upper ? Expr.Select(limit <= shape, part.One - part, part) : Expr.Select(limit <= shape, part, part.One - part);

            // At the edges: of nothing, of all that there is, and where neither can be said.
            var (nothing, all) = (Number(upper ? 1 : 0), Number(upper ? 0 : 1));
            value = Expr.Select(shape.EqualTo(shape.Zero) | limit.IsInfinite(), all, value);
            value = Expr.Select(limit.EqualTo(limit.Zero) | shape.IsInfinite(), nothing, value);
            var unknown = (shape < shape.Zero) | (limit < limit.Zero) | (shape.EqualTo(shape.Zero) & limit.EqualTo(limit.Zero)) | (shape.IsInfinite() & limit.IsInfinite());
            return Expr.Select(unknown, Number(double.NaN), value);
        });
    }
}
