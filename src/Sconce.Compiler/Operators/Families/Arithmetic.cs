using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Functions of two or three elements, with broadcasting and promotion of dtypes.</summary>
internal static class Arithmetic
{
    public static OperatorFamily Family { get; } = new("arithmetic")
    {
        { "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Add },
        { "aten::add.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Add },
        { "aten::sub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Subtract },
        { "aten::sub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Subtract },
        { "aten::subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", Subtract },
        { "aten::subtract.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", Subtract },
        { "aten::rsub.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", SubtractReversed },
        { "aten::rsub.Scalar(Tensor self, Scalar other, Scalar alpha=1) -> Tensor", SubtractReversed },
        { "aten::mul.Tensor(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Times(b)) },
        { "aten::mul.Scalar(Tensor self, Scalar other) -> Tensor", Binary((a, b) => a.Times(b)) },
        { "aten::multiply.Tensor(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Times(b)) },
        { "aten::multiply.Scalar(Tensor self, Scalar other) -> Tensor", Binary((a, b) => a.Times(b)) },
        { "aten::div.Tensor(Tensor self, Tensor other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::div.Scalar(Tensor self, Scalar other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::divide.Tensor(Tensor self, Tensor other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::divide.Scalar(Tensor self, Scalar other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::true_divide.Scalar(Tensor self, Scalar other) -> Tensor", Floating((a, b) => a / b) },
        { "aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", DivideRounding },
        { "aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", DivideRounding },
        { "aten::divide.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor", DivideRounding },
        { "aten::divide.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor", DivideRounding },
        { "aten::floor_divide(Tensor self, Tensor other) -> Tensor", Dividing(Apply(BinaryOp.FloorDiv)) },
        { "aten::floor_divide.Scalar(Tensor self, Scalar other) -> Tensor", Dividing(Apply(BinaryOp.FloorDiv)) },
        { "aten::remainder.Tensor(Tensor self, Tensor other) -> Tensor", Dividing(Apply(BinaryOp.Mod)) },
        { "aten::remainder.Scalar(Tensor self, Scalar other) -> Tensor", Dividing(Apply(BinaryOp.Mod)) },
        { "aten::remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Dividing(Apply(BinaryOp.Mod)) },
        { "aten::fmod.Tensor(Tensor self, Tensor other) -> Tensor", Dividing(Apply(BinaryOp.Rem)) },
        { "aten::fmod.Scalar(Tensor self, Scalar other) -> Tensor", Dividing(Apply(BinaryOp.Rem)) },
        { "aten::pow.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", Binary(Power) },
        { "aten::pow.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", IntegerPower },
        { "aten::pow.Scalar(Scalar self, Tensor exponent) -> Tensor", Binary(Power) },
        { "aten::float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor", FloatPower },
        { "aten::float_power.Tensor_Scalar(Tensor self, Scalar exponent) -> Tensor", FloatPower },
        { "aten::float_power.Scalar(Scalar self, Tensor exponent) -> Tensor", FloatPower },
        { "aten::maximum(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Max(b)) },
        { "aten::minimum(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Min(b)) },
        { "aten::max.other(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Max(b)) },
        { "aten::min.other(Tensor self, Tensor other) -> Tensor", Binary((a, b) => a.Min(b)) },
        { "aten::fmax(Tensor self, Tensor other) -> Tensor", Binary((a, b) => UnlessNan(a, b, a.Max(b))) },
        { "aten::fmin(Tensor self, Tensor other) -> Tensor", Binary((a, b) => UnlessNan(a, b, a.Min(b))) },
        { "aten::atan2(Tensor self, Tensor other) -> Tensor", Floating(Apply(BinaryOp.Atan2)) },
        { "aten::arctan2(Tensor self, Tensor other) -> Tensor", Floating(Apply(BinaryOp.Atan2)) },
        { "aten::hypot(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, Binary(Hypotenuse) },
        { "aten::copysign.Tensor(Tensor self, Tensor other) -> Tensor", Floating(CopySign) },
        { "aten::copysign.Scalar(Tensor self, Scalar other) -> Tensor", Floating(CopySign) },
        { "aten::nextafter(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, NextAfter },
        { "aten::logaddexp(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, Binary((a, b) => LogAddExp(a, b, x => x.Exp().Log1p())) },
        { "aten::logaddexp2(Tensor self, Tensor other) -> Tensor", DTypeSet.Floats, Binary((a, b) => LogAddExp(a, b, x => x.Like(2).Apply(BinaryOp.Pow, x).Log1p() * x.Like(1 / Math.Log(2)))) },
        { "aten::xlogy.Tensor(Tensor self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::xlogy.Scalar_Other(Tensor self, Scalar other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::special_xlogy(Tensor self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::special_xlogy.self_scalar(Scalar self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::special_xlogy.other_scalar(Tensor self, Scalar other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log())) },
        { "aten::special_xlog1py(Tensor self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log1p())) },
        { "aten::special_xlog1py.self_scalar(Scalar self, Tensor other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log1p())) },
        { "aten::special_xlog1py.other_scalar(Tensor self, Scalar other) -> Tensor", Floating((x, y) => XLog(x, y, y.Log1p())) },
        { "aten::gcd(Tensor self, Tensor other) -> Tensor", DTypeSet.Integers, GreatestCommonDivisor },
        { "aten::lcm(Tensor self, Tensor other) -> Tensor", DTypeSet.Integers, LeastCommonMultiple },
        { "aten::heaviside(Tensor self, Tensor values) -> Tensor", Binary((x, y) => Expr.Select(x.EqualTo(x.Zero), y, (x > x.Zero).As(x.Type))) },
        { "aten::ldexp.Tensor(Tensor self, Tensor other) -> Tensor", Floating((x, y) => x * x.Like(2).Apply(BinaryOp.Pow, y)) },
        { "aten::lerp.Scalar(Tensor self, Tensor end, Scalar weight) -> Tensor", DTypeSet.Floats, Lerp },
        { "aten::lerp.Tensor(Tensor self, Tensor end, Tensor weight) -> Tensor", DTypeSet.Floats, Lerp },
        { "aten::addcmul(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", Ternary((self, a, b, value) => self + (value * a * b)) },
        { "aten::addcdiv(Tensor self, Tensor tensor1, Tensor tensor2, *, Scalar value=1) -> Tensor", DTypeSet.Floats, Ternary((self, a, b, value) => self + (value * (a / b))) },

        { "aten::bitwise_and.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.And) },
        { "aten::bitwise_and.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.And) },
        { "aten::bitwise_and.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Integers(BinaryOp.And) },
        { "aten::bitwise_or.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Or) },
        { "aten::bitwise_or.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Or) },
        { "aten::bitwise_or.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Integers(BinaryOp.Or) },
        { "aten::bitwise_xor.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Xor) },
        { "aten::bitwise_xor.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Xor) },
        { "aten::bitwise_xor.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Integers(BinaryOp.Xor) },
        { "aten::__and__.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.And) },
        { "aten::__and__.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.And) },
        { "aten::__or__.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Or) },
        { "aten::__or__.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Or) },
        { "aten::__xor__.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Xor) },
        { "aten::__xor__.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Xor) },
        { "aten::bitwise_left_shift.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Shl) },
        { "aten::bitwise_left_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Shl) },
        { "aten::bitwise_left_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Integers(BinaryOp.Shl) },
        { "aten::bitwise_right_shift.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Shr) },
        { "aten::bitwise_right_shift.Tensor_Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Shr) },
        { "aten::bitwise_right_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor", Integers(BinaryOp.Shr) },
        { "aten::__lshift__.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Shl) },
        { "aten::__lshift__.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Shl) },
        { "aten::__rshift__.Tensor(Tensor self, Tensor other) -> Tensor", Integers(BinaryOp.Shr) },
        { "aten::__rshift__.Scalar(Tensor self, Scalar other) -> Tensor", Integers(BinaryOp.Shr) },
    };

    /// <summary>A function of two elements in their common dtype.</summary>
    internal static Lowering Binary(Func<Expr, Expr, Expr> function) => call =>
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        var type = TypePromotion.Result(a, b);
        return call.Context.Pointwise(type, type, [a, b], x => function(x[0], x[1]));
    };

    /// <summary>A division of two elements, which of integers must not be by zero.</summary>
    private static Lowering Dividing(Func<Expr, Expr, Expr> function) => call =>
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        call.CheckDivisor(a, b, TypePromotion.Result(a, b));
        return Binary(function)(call);
    };

    /// <summary>A function of two elements whose results are floats.</summary>
    internal static Lowering Floating(Func<Expr, Expr, Expr> function) => call =>
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        var type = TypePromotion.Result(a, b).ToFloat();
        return call.Context.Pointwise(type, type, [a, b], x => function(x[0], x[1]));
    };

    private static Func<Expr, Expr, Expr> Apply(BinaryOp op) => (a, b) => a.Apply(op, b);

    private static Lowering Integers(BinaryOp op) => Binary(Apply(op));

    private static Lowered Add(Call call) => Binary((a, b) => a.Plus(Scaled(call, b)))(call);

    private static Lowered Subtract(Call call) => Binary((a, b) => a - Scaled(call, b))(call);

    private static Lowered SubtractReversed(Call call) => Binary((a, b) => b - Scaled(call, a))(call);

    private static Expr Scaled(Call call, Expr x)
    {
        var alpha = call.Operand("alpha");
        return alpha.Known == 1 ? x : x.Times(alpha.At([], x.Type));
    }

    private static Lowered DivideRounding(Call call) => !call.Has("rounding_mode")
        ? Floating((a, b) => a / b)(call)
        : call.Text("rounding_mode") switch
        {
            "floor" => Dividing(Apply(BinaryOp.FloorDiv))(call),
            "trunc" => Dividing((a, b) => a.Type.IsFloat() ? Quotient(call, a / b).Apply(UnaryOp.Trunc) : a / b)(call),
            var other => throw call.Expected("the rounding mode 'floor' or 'trunc'", $"'{other}'"),
        };

    /// <summary>A quotient of 16-bit floats is rounded before it is cut off, as PyTorch has it; not that by a single number.</summary>
    private static Expr Quotient(Call call, Expr quotient)
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        return b.IsNumber || b.Dims.All(size => size.IsOne) ? quotient : quotient.As(TypePromotion.Result(a, b)).As(quotient.Type);
    }

    private static Expr Power(Expr a, Expr b) => b is ConstExpr exponent ? a.Power(exponent.Value) : a.Apply(BinaryOp.Pow, b);

    /// <summary>A number that is negative is no exponent of integers; PyTorch does not look at a tensor's.</summary>
    private static Lowered IntegerPower(Call call)
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        if (!TypePromotion.Result(a, b).IsFloat())
        {
            call.Context.Check(
                [], _ => b.At([], DType.Int64) < Expr.Const(DType.Int64, 0L), _ => b.At([], DType.Int64), 0,
                "an integer cannot be raised to the power {value}, which is negative");
        }

        return Binary(Power)(call);
    }

    private static Lowered FloatPower(Call call) =>
        call.Context.Pointwise(DType.Float64, DType.Float64, [call.Operand(0), call.Operand(1)], x => Power(x[0], x[1]));

    private static Expr UnlessNan(Expr a, Expr b, Expr result) => a.Type.IsFloat() ? Expr.Select(a.IsNan(), b, Expr.Select(b.IsNan(), a, result)) : result;

    /// <summary>In float64, where no square of a float32 overflows.</summary>
    private static Expr Hypotenuse(Expr a, Expr b)
    {
        var (x, y) = (a.As(DType.Float64), b.As(DType.Float64));
        return Expr.Select(a.IsInfinite() | b.IsInfinite(), a.Like(double.PositiveInfinity), ((x * x) + (y * y)).Sqrt().As(a.Type));
    }

    private static Expr CopySign(Expr a, Expr b) => Expr.Select(b.SignBit(), -a.Abs(), a.Abs());

    /// <summary>Floats of one sign are in the order of their bits.</summary>
    private static Lowered NextAfter(Call call)
    {
        var (self, other) = (call.Operand(0), call.Operand(1));
        var type = TypePromotion.Result(self, other);
        var bits = type.SameSizeInteger();
        return call.Context.Pointwise(type, type, [self, other], operands =>
        {
            var (a, b) = (operands[0], operands[1]);
            var away = Expr.Select((a < b).EqualTo(a > a.Zero), Expr.Const(bits, 1L), Expr.Const(bits, -1L));
            var next = (a.As(type).Bitcast(bits) + away).Bitcast(type).As(a.Type);
            var smallest = Expr.Const(bits, 1L).Bitcast(type).As(a.Type);
            var fromZero = Expr.Select(b > b.Zero, smallest, -smallest);
            return Expr.Select(a.IsNan() | b.IsNan(), a + b, Expr.Select(a.EqualTo(b), b, Expr.Select(a.EqualTo(a.Zero), fromZero, next)));
        });
    }

    /// <summary>The larger, and a little more; equal infinities stay what they are.</summary>
    private static Expr LogAddExp(Expr a, Expr b, Func<Expr, Expr> more) =>
        Expr.Select(a.EqualTo(b) & a.IsInfinite(), a, a.Max(b) + more(-(a - b).Abs()));

    private static Expr XLog(Expr x, Expr y, Expr log) => Expr.Select(y.IsNan(), y, Expr.Select(x.EqualTo(x.Zero), x.Zero, x * log));

    private static Lowered Lerp(Call call)
    {
        Operand start = call.Tensor(0), end = call.Tensor(1), weight = call.Operand("weight");
        var type = call.Tensor(0).Type;
        return call.Context.Pointwise(type, type, [start, end, weight], x => Expr.Select(
            x[2].Abs() < x[2].Like(0.5), x[0] + (x[2] * (x[1] - x[0])), x[1] - ((x[1] - x[0]) * (x[2].One - x[2]))));
    }

    private static Lowered GreatestCommonDivisor(Call call)
    {
        var type = TypePromotion.Result(call.Operand(0), call.Operand(1));
        return CommonDivisor(call, type);
    }

    /// <summary>Euclid's algorithm, as often as the largest numbers (Fibonacci's) need.</summary>
    private static TensorBuffer CommonDivisor(Call call, DType type)
    {
        var context = call.Context;
        Operand first = call.Operand(0), second = call.Operand(1);
        var a = context.Pointwise(type, type, [first, second], x => x[0].Abs());
        var b = context.Pointwise(type, type, [first, second], x => x[1].Abs());
        var steps = type.Size() * 12;
        context.Loop(steps, _ =>
        {
            var rest = context.Map(type, a.Dims, i => Expr.Select(
                b.At(i).EqualTo(b.At(i).Zero), b.At(i), a.At(i).Apply(BinaryOp.Rem, Expr.Select(b.At(i).EqualTo(b.At(i).Zero), b.At(i).One, b.At(i)))));
            context.MapInto(a, a.Dims, i => i, i => Expr.Select(b.At(i).EqualTo(b.At(i).Zero), a.At(i), b.At(i)));
            context.MapInto(b, b.Dims, i => i, rest.At);
        });
        return a;
    }

    private static Lowered LeastCommonMultiple(Call call)
    {
        var type = TypePromotion.Result(call.Operand(0), call.Operand(1));
        var divisor = CommonDivisor(call, type);
        return call.Context.Pointwise(type, type, [call.Operand(0), call.Operand(1), divisor], x => Expr.Select(
            x[2].EqualTo(x[2].Zero), x[2], (x[0] / Expr.Select(x[2].EqualTo(x[2].Zero), x[2].One, x[2]) * x[1]).Abs()));
    }

    private static Lowering Ternary(Func<Expr, Expr, Expr, Expr, Expr> function) => call =>
    {
        ImmutableArray<Operand> operands = [call.Tensor(0), call.Tensor(1), call.Tensor(2)];
        var type = TypePromotion.Result(operands.AsSpan());
        return call.Context.Pointwise(type, type, operands.AsSpan(), x => function(x[0], x[1], x[2], call.Operand("value").At([], x[0].Type)));
    };
}
