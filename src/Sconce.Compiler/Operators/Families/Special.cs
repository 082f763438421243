using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Rare functions of one element.</summary>
internal static class Special
{
    public static OperatorFamily Family { get; } = new("special")
    {
        { "aten::special_erfcx(Tensor self) -> Tensor", Pointwise.Float(ScaledErrorFunction) },
        { "aten::special_log_ndtr(Tensor self) -> Tensor", Pointwise.Float(LogNormalDistribution) },
        { "aten::special_ndtr(Tensor self) -> Tensor", Pointwise.Float(x => (x * x.Like(-Math.Sqrt(0.5))).Apply(UnaryOp.Erfc) * x.Like(0.5)) },
        { "aten::special_ndtri(Tensor self) -> Tensor", NormalQuantile },
        { "aten::special_entr(Tensor self) -> Tensor", Pointwise.Float(x =>
            Expr.Select(x > x.Zero, -x * x.Log(), Expr.Select(x.EqualTo(x.Zero), x, x.Like(double.NegativeInfinity)))) },
        { "aten::mvlgamma(Tensor self, int p) -> Tensor", Multivariate },
        { "aten::special_multigammaln(Tensor self, int p) -> Tensor", Multivariate },
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

    /// <summary>Where the normal distribution is p: in the middle by the inverse of the error function, else by Newton's steps on its logarithm.</summary>
    private static Lowered NormalQuantile(Call call)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        var type = self.Type.ToFloat();
        const int steps = 5;
        const double middle = 0.1;

        // The smaller of p and 1 - p: the quantile of the other is the opposite one.
        var tail = context.Map(DType.Float64, self.Dims, i => self.At(i).As(type).As(DType.Float64) is var p ? p.Min(p.One - p) : null!);
        var place = context.Map(DType.Float64, self.Dims, i => -(tail.At(i).Like(-2) * tail.At(i).Log()).Sqrt());
        for (var step = 0; step < steps; step++)
        {
            var before = place;
            place = context.Map(DType.Float64, self.Dims, i =>
            {
                // The distribution over the density is a scaled error function.
                var x = before.At(i);
                var ratio = ScaledErrorFunction(x * x.Like(-Math.Sqrt(0.5))) * x.Like(Math.Sqrt(Math.PI / 2));
                return x - ((LogNormalDistribution(x) - tail.At(i).Log()) * ratio);
            });
        }

        return context.Map(type, self.Dims, i =>
        {
            var (p, smaller) = (self.At(i).As(type).As(DType.Float64), tail.At(i));
            var outer = Expr.Select(p > p.Like(0.5), -place.At(i), place.At(i));
            var inner = (p + p - p.One).Apply(UnaryOp.Erfinv) * p.Like(Math.Sqrt(2));
            var value = Expr.Select(smaller > smaller.Like(middle), inner, outer);
            value = Expr.Select(p.EqualTo(p.Zero), p.Like(double.NegativeInfinity), Expr.Select(p.EqualTo(p.One), p.Like(double.PositiveInfinity), value));
            return Expr.Select((p < p.Zero) | (p > p.One), p.Like(double.NaN), value).As(type.Compute());
        });
    }

    private static Lowered Multivariate(Call call)
    {
        var dims = call.Constant("p");
        return Pointwise.Float(x => Enumerable.Range(0, dims)
            .Select(j => (x - x.Like(j / 2.0)).Apply(UnaryOp.Lgamma))
            .Aggregate(x.Like(dims * (dims - 1) / 4.0 * Math.Log(Math.PI)), (sum, term) => sum + term))(call);
    }
}
