using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Rare functions of one element. Bessel's are means of smooth periodic functions, which a few places on the circle give to all digits, in float64.
/// </summary>
internal static class Special
{
    /// <summary>Enough for arguments of the size of a hundred.</summary>
    private const int Places = 160;

    public static OperatorFamily Family { get; } = new("special")
    {
        { "aten::i0(Tensor self) -> Tensor", Bessel((x, angle) => (x * Cos(angle)).Exp()) },
        { "aten::special_i0(Tensor self) -> Tensor", Bessel((x, angle) => (x * Cos(angle)).Exp()) },
        { "aten::special_i0e(Tensor self) -> Tensor", Bessel((x, angle) => ((x * Cos(angle)) - x.Abs()).Exp()) },
        { "aten::special_i1(Tensor self) -> Tensor", Bessel((x, angle) => (x * Cos(angle)).Exp() * Cos(angle)) },
        { "aten::special_i1e(Tensor self) -> Tensor", Bessel((x, angle) => ((x * Cos(angle)) - x.Abs()).Exp() * Cos(angle)) },
        { "aten::special_bessel_j0(Tensor self) -> Tensor", Bessel((x, angle) => Cos(x * Sin(angle))) },
        { "aten::special_bessel_j1(Tensor self) -> Tensor", Bessel((x, angle) => Cos(angle - (x * Sin(angle)))) },
        { "aten::special_erfcx(Tensor self) -> Tensor", Pointwise.Float(ScaledErrorFunction) },
        { "aten::special_log_ndtr(Tensor self) -> Tensor", Pointwise.Float(LogNormalDistribution) },
        { "aten::special_ndtr(Tensor self) -> Tensor", Pointwise.Float(x => (x * x.Like(-Math.Sqrt(0.5))).Apply(UnaryOp.Erfc) * x.Like(0.5)) },
        { "aten::special_entr(Tensor self) -> Tensor", Pointwise.Float(x =>
            Expr.Select(x > x.Zero, -x * x.Log(), Expr.Select(x.EqualTo(x.Zero), x, x.Like(double.NegativeInfinity)))) },
        { "aten::mvlgamma(Tensor self, int p) -> Tensor", Multivariate },
        { "aten::special_multigammaln(Tensor self, int p) -> Tensor", Multivariate },
    };

    private static Expr Cos(Expr x) => x.Apply(UnaryOp.Cos);

    private static Expr Sin(Expr x) => x.Apply(UnaryOp.Sin);

    /// <summary>The mean of a function of the element and of the angle, over half a circle.</summary>
    private static Lowering Bessel(Func<Expr, Expr, Expr> function) => call =>
    {
        var self = call.Tensor(0);
        return call.Context.Reduce(self.Type.ToFloat(), self.Dims, [Places], Combiner.Sum, (o, r) =>
        {
            var place = Expr.Of(r[0]).As(DType.Float64);
            return function(self.At(o).As(DType.Float64), (place + place.Like(0.5)) * place.Like(Math.PI / Places));
        }, (_, sum) => sum / sum.Like(Places));
    };

    /// <summary>exp(x²) · erfc(x); for large x by its asymptotic series, since one factor overflows where the other vanishes.</summary>
    private static Expr ScaledErrorFunction(Expr x)
    {
        const double large = 20;
        var wide = x.As(DType.Float64);
        var near = (wide * wide).Exp() * wide.Apply(UnaryOp.Erfc);
        var square = wide * wide * wide.Like(2);
        var series = wide.One - (wide.One / square) + (wide.Like(3) / (square * square)) - (wide.Like(15) / (square * square * square));
        var far = series / (wide * wide.Like(Math.Sqrt(Math.PI)));
        return Expr.Select(wide > wide.Like(large), far, near).As(x.Type);
    }

    /// <summary>The logarithm of the normal distribution; far below 0 of its series too.</summary>
    private static Expr LogNormalDistribution(Expr x)
    {
        var wide = x.As(DType.Float64);
        var scaled = -wide * wide.Like(Math.Sqrt(0.5));
        var below = (ScaledErrorFunction(scaled) / wide.Like(2)).Log() - (scaled * scaled);
        var above = (-((wide * wide.Like(Math.Sqrt(0.5))).Apply(UnaryOp.Erfc) / wide.Like(2))).Log1p();
        return Expr.Select(wide < wide.Like(-1), below, above).As(x.Type);
    }

    private static Lowered Multivariate(Call call)
    {
        var dims = call.Constant("p");
        return Pointwise.Float(x => Enumerable.Range(0, dims)
            .Select(j => (x - x.Like(j / 2.0)).Apply(UnaryOp.Lgamma))
            .Aggregate(x.Like(dims * (dims - 1) / 4.0 * Math.Log(Math.PI)), (sum, term) => sum + term))(call);
    }
}
