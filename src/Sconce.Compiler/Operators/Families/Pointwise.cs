using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Functions of one element.</summary>
internal static class Pointwise
{
    public static OperatorFamily Family { get; } = new("pointwise")
    {
        { "aten::abs(Tensor self) -> Tensor", Same(x => x.Abs()) },
        { "aten::absolute(Tensor self) -> Tensor", Same(x => x.Abs()) },
        { "aten::neg(Tensor self) -> Tensor", Same(x => -x) },
        { "aten::negative(Tensor self) -> Tensor", DTypeSet.Numbers, Same(x => -x) },
        { "aten::positive(Tensor(a) self) -> Tensor(a)", DTypeSet.Numbers, call => call.Tensor(0) },
        { "aten::sign(Tensor self) -> Tensor", Same(x => x.Sign()) },
        { "aten::sgn(Tensor self) -> Tensor", Same(x => x.Sign()) },
        { "aten::signbit(Tensor self) -> Tensor", Test(x => x.SignBit()) },
        { "aten::square(Tensor self) -> Tensor", Square },
        { "aten::bitwise_not(Tensor self) -> Tensor", Same(Not) },
        { "aten::logical_not(Tensor self) -> Tensor", Test(x => x.EqualTo(x.Zero)) },

        { "aten::floor(Tensor self) -> Tensor", Rounding(UnaryOp.Floor) },
        { "aten::ceil(Tensor self) -> Tensor", Rounding(UnaryOp.Ceil) },
        { "aten::trunc(Tensor self) -> Tensor", Rounding(UnaryOp.Trunc) },
        { "aten::fix(Tensor self) -> Tensor", Rounding(UnaryOp.Trunc) },
        { "aten::round(Tensor self) -> Tensor", Rounding(UnaryOp.Round) },
        { "aten::round.decimals(Tensor self, *, int decimals) -> Tensor", RoundDecimals },
        { "aten::special_round(Tensor self, *, int decimals=0) -> Tensor", RoundDecimals },
        { "aten::frac(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x - x.Apply(UnaryOp.Trunc)) },

        { "aten::frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)", DTypeSet.Floats, MantissaAndExponent },

        { "aten::exp(Tensor self) -> Tensor", Float(x => x.Exp()) },
        { "aten::exp2(Tensor self) -> Tensor", Float(x => x.Like(2).Apply(BinaryOp.Pow, x)) },
        { "aten::special_exp2(Tensor self) -> Tensor", Float(x => x.Like(2).Apply(BinaryOp.Pow, x)) },
        { "aten::expm1(Tensor self) -> Tensor", Float(UnaryOp.Expm1) },
        { "aten::special_expm1(Tensor self) -> Tensor", Float(UnaryOp.Expm1) },
        { "aten::log(Tensor self) -> Tensor", Float(x => x.Log()) },
        { "aten::log2(Tensor self) -> Tensor", Float(x => x.LogOfBase(Math.Log(2))) },
        { "aten::log10(Tensor self) -> Tensor", Float(x => x.LogOfBase(Math.Log(10))) },
        { "aten::log1p(Tensor self) -> Tensor", Float(x => x.Log1p()) },
        { "aten::special_log1p(Tensor self) -> Tensor", Float(x => x.Log1p()) },
        { "aten::sqrt(Tensor self) -> Tensor", Float(x => x.Sqrt()) },
        { "aten::rsqrt(Tensor self) -> Tensor", Float(x => x.One / x.Sqrt()) },
        { "aten::reciprocal(Tensor self) -> Tensor", Float(x => x.One / x) },
        { "aten::sin(Tensor self) -> Tensor", Float(UnaryOp.Sin) },
        { "aten::cos(Tensor self) -> Tensor", Float(UnaryOp.Cos) },
        { "aten::tan(Tensor self) -> Tensor", Float(UnaryOp.Tan) },
        { "aten::asin(Tensor self) -> Tensor", Float(UnaryOp.Asin) },
        { "aten::acos(Tensor self) -> Tensor", Float(UnaryOp.Acos) },
        { "aten::atan(Tensor self) -> Tensor", Float(UnaryOp.Atan) },
        { "aten::arcsin(Tensor self) -> Tensor", Float(UnaryOp.Asin) },
        { "aten::arccos(Tensor self) -> Tensor", Float(UnaryOp.Acos) },
        { "aten::arctan(Tensor self) -> Tensor", Float(UnaryOp.Atan) },
        { "aten::sinh(Tensor self) -> Tensor", Float(UnaryOp.Sinh) },
        { "aten::cosh(Tensor self) -> Tensor", Float(UnaryOp.Cosh) },
        { "aten::tanh(Tensor self) -> Tensor", Float(x => x.Tanh()) },
        { "aten::asinh(Tensor self) -> Tensor", Float(UnaryOp.Asinh) },
        { "aten::acosh(Tensor self) -> Tensor", Float(UnaryOp.Acosh) },
        { "aten::atanh(Tensor self) -> Tensor", Float(UnaryOp.Atanh) },
        { "aten::arcsinh(Tensor self) -> Tensor", Float(UnaryOp.Asinh) },
        { "aten::arccosh(Tensor self) -> Tensor", Float(UnaryOp.Acosh) },
        { "aten::arctanh(Tensor self) -> Tensor", Float(UnaryOp.Atanh) },
        { "aten::sinc(Tensor self) -> Tensor", Float(Sinc) },
        { "aten::special_sinc(Tensor self) -> Tensor", Float(Sinc) },
        { "aten::deg2rad(Tensor self) -> Tensor", Float(x => x * x.Like(Math.PI / 180)) },
        { "aten::rad2deg(Tensor self) -> Tensor", Float(x => x * x.Like(180 / Math.PI)) },
        { "aten::erf(Tensor self) -> Tensor", Float(UnaryOp.Erf) },
        { "aten::special_erf(Tensor self) -> Tensor", Float(UnaryOp.Erf) },
        { "aten::erfc(Tensor self) -> Tensor", Float(UnaryOp.Erfc) },
        { "aten::special_erfc(Tensor self) -> Tensor", Float(UnaryOp.Erfc) },
        { "aten::erfinv(Tensor self) -> Tensor", Float(UnaryOp.Erfinv) },
        { "aten::special_erfinv(Tensor self) -> Tensor", Float(UnaryOp.Erfinv) },
        { "aten::lgamma(Tensor self) -> Tensor", Float(UnaryOp.Lgamma) },
        { "aten::special_gammaln(Tensor self) -> Tensor", Float(UnaryOp.Lgamma) },
        { "aten::digamma(Tensor self) -> Tensor", Float(UnaryOp.Digamma) },
        { "aten::special_digamma(Tensor self) -> Tensor", Float(UnaryOp.Digamma) },
        { "aten::special_psi(Tensor self) -> Tensor", Float(UnaryOp.Digamma) },
        { "aten::logit(Tensor self, float? eps=None) -> Tensor", Logit },
        { "aten::special_logit(Tensor self, float? eps=None) -> Tensor", Logit },

        { "aten::isnan(Tensor self) -> Tensor", Test(x => x.IsNan()) },
        { "aten::isinf(Tensor self) -> Tensor", Test(x => x.IsInfinite()) },
        { "aten::isfinite(Tensor self) -> Tensor", Test(x => !(x.IsNan() | x.IsInfinite())) },
        { "aten::isposinf(Tensor self) -> Tensor", Test(x => x.IsInfinite() & (x > x.Zero)) },
        { "aten::isneginf(Tensor self) -> Tensor", Test(x => x.IsInfinite() & (x < x.Zero)) },
        { "aten::isreal(Tensor self) -> Tensor", Test(_ => Expr.Const(DType.Bool, 1L)) },
        { "aten::nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor", NanToNum },
    };

    /// <summary>A function that keeps the dtype.</summary>
    internal static Lowering Same(Func<Expr, Expr> function) => call => call.Context.Pointwise(call.Tensor(0), function);

    /// <summary>A function whose results are floats: of integers, in the default dtype.</summary>
    internal static Lowering Float(Func<Expr, Expr> function) => call =>
    {
        var self = call.Tensor(0);
        var type = self.Type.ToFloat();
        return call.Context.Pointwise(type, type, [self], x => function(x[0]));
    };

    private static Lowering Float(UnaryOp op) => Float(x => x.Apply(op));

    private static Lowering Test(Func<Expr, Expr> function) => call =>
    {
        var self = call.Tensor(0);
        return call.Context.Pointwise(DType.Bool, self.Type, [self], x => function(x[0]));
    };

    private static Lowering Rounding(UnaryOp op) => Same(x => x.Type.IsFloat() ? x.Apply(op) : x);

    private static Lowered Square(Call call)
    {
        var self = call.Tensor(0);
        var type = self.Type == DType.Bool ? DType.Int64 : self.Type;
        return call.Context.Pointwise(type, type, [self], x => x[0] * x[0]);
    }

    private static Expr Not(Expr x) => x.Apply(x.Type == DType.Bool ? UnaryOp.Not : UnaryOp.BitNot);

    private static Expr Sinc(Expr x)
    {
        var angle = x * x.Like(Math.PI);
        return Expr.Select(x.EqualTo(x.Zero), x.One, angle.Apply(UnaryOp.Sin) / angle);
    }

    private static Lowered RoundDecimals(Call call)
    {
        var decimals = call.Constant("decimals");
        var ten = Math.Pow(10, Math.Abs(decimals));
        return call.Context.Pointwise(call.Tensor(0), x =>
            !x.Type.IsFloat() || decimals == 0 ? (x.Type.IsFloat() ? x.Apply(UnaryOp.Round) : x)
            : decimals > 0 ? (x * x.Like(ten)).Apply(UnaryOp.Round) / x.Like(ten)
            : (x / x.Like(ten)).Apply(UnaryOp.Round) * x.Like(ten));
    }

    private static Lowered Logit(Call call) => Float(x =>
    {
        if (call.Has("eps"))
        {
            var eps = call.Number("eps");
            x = Expr.Select(x < x.Like(eps), x.Like(eps), Expr.Select(x > x.Like(1 - eps), x.Like(1 - eps), x));
        }

        return (x / (x.One - x)).Log();
    })(call);

    private static Lowered NanToNum(Call call)
    {
        var self = call.Tensor(0);
        if (!self.Type.IsFloat())
        {
            return self;
        }

        var (lowest, highest) = self.Type.Limits();
        var nan = call.Has("nan") ? call.Number("nan") : 0;
        var positive = call.Has("posinf") ? call.Number("posinf") : highest;
        var negative = call.Has("neginf") ? call.Number("neginf") : lowest;
        return call.Context.Pointwise(self, x => Expr.Select(
            x.IsNan(), x.Like(nan), Expr.Select(
                x.EqualTo(x.Like(double.PositiveInfinity)), x.Like(positive), Expr.Select(
                    x.EqualTo(x.Like(double.NegativeInfinity)), x.Like(negative), x))));
    }

    /// <summary>A number from 1/2 up to 1, and the power of two that it is to be multiplied with: read off the bits of a float64. What is 0 or no number stays as it is.</summary>
    private static Lowered MantissaAndExponent(Call call)
    {
        const long exponentBits = 0x7FF, half = 0x3FE;
        const int mantissaWidth = 52, fromSubnormal = 54;
        var self = call.Tensor(0);
        static Expr Number(long value) => Expr.Const(DType.Int64, value);
        Expr At(Dims i) => self.At(i).As(DType.Float64);
        Expr IsSubnormal(Expr x) => x.Abs() < x.Like(Math.Pow(2, -1022));
        Expr Bits(Expr x) => Expr.Select(IsSubnormal(x), x * x.Like(Math.Pow(2, fromSubnormal)), x).Bitcast(DType.Int64);
        Expr Stays(Expr x) => x.EqualTo(x.Zero) | x.IsInfinite() | x.IsNan();
        return Lowered.Of(
            call.Context.Map(self.Type, self.Dims, i =>
            {
                var x = At(i);
                var bits = Bits(x).Apply(BinaryOp.And, Number(~(exponentBits << mantissaWidth))).Apply(BinaryOp.Or, Number(half << mantissaWidth));
                return Expr.Select(Stays(x), x, bits.Bitcast(DType.Float64));
            }),
            call.Context.Map(DType.Int32, self.Dims, i =>
            {
                var x = At(i);
                var exponent = Bits(x).Apply(BinaryOp.Shr, Number(mantissaWidth)).Apply(BinaryOp.And, Number(exponentBits)) - Number(half);
                exponent = exponent - Expr.Select(IsSubnormal(x), Number(fromSubnormal), Number(0));
                return Expr.Select(Stays(x), Number(0), exponent);
            }));
    }
}
