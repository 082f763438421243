using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>The scalar meaning of each <see cref="UnaryOp"/> and <see cref="BinaryOp"/>.</summary>
internal static class ScalarMath
{
    public static long FloorModulo(long a, long b) => b == 0 ? 0 : b == -1 ? 0 : a - (Dim.FloorDivide(a, b) * b);

    /// <summary>As a C++ cast on x86 does for what fits; saturating for what does not; NaN gives 0.</summary>
    public static long ToInteger(double value, DType type) => type switch
    {
        _ when double.IsNaN(value) => 0,
        DType.Int32 => (long)Math.Clamp(Math.Truncate(value), int.MinValue, int.MaxValue),
        _ => value >= 9.2233720368547758e18 ? long.MaxValue : value <= -9.2233720368547758e18 ? long.MinValue : (long)value,
    };

    public static Func<double> Unary(UnaryOp op, Func<double> x) => op switch
    {
        UnaryOp.Neg => () => -x(),
        UnaryOp.Abs => () => Math.Abs(x()),
        UnaryOp.Sqrt => () => Math.Sqrt(x()),
        UnaryOp.Exp => () => Math.Exp(x()),
        UnaryOp.Expm1 => () => SpecialFunctions.Expm1(x()),
        UnaryOp.Log => () => Math.Log(x()),
        UnaryOp.Log1p => () => SpecialFunctions.Log1p(x()),
        UnaryOp.Sin => () => Math.Sin(x()),
        UnaryOp.Cos => () => Math.Cos(x()),
        UnaryOp.Tan => () => Math.Tan(x()),
        UnaryOp.Asin => () => Math.Asin(x()),
        UnaryOp.Acos => () => Math.Acos(x()),
        UnaryOp.Atan => () => Math.Atan(x()),
        UnaryOp.Sinh => () => Math.Sinh(x()),
        UnaryOp.Cosh => () => Math.Cosh(x()),
        UnaryOp.Tanh => () => Math.Tanh(x()),
        UnaryOp.Asinh => () => Math.Asinh(x()),
        UnaryOp.Acosh => () => Math.Acosh(x()),
        UnaryOp.Atanh => () => Math.Atanh(x()),
        UnaryOp.Sigmoid => () => 1 / (1 + Math.Exp(-x())),
        UnaryOp.Erf => () => SpecialFunctions.Erf(x()),
        UnaryOp.Erfc => () => SpecialFunctions.Erfc(x()),
        UnaryOp.Erfinv => () => SpecialFunctions.Erfinv(x()),
        UnaryOp.Lgamma => () => SpecialFunctions.Lgamma(x()),
        UnaryOp.Digamma => () => SpecialFunctions.Digamma(x()),
        UnaryOp.Floor => () => Math.Floor(x()),
        UnaryOp.Ceil => () => Math.Ceiling(x()),
        UnaryOp.Trunc => () => Math.Truncate(x()),
        UnaryOp.Round => () => Math.Round(x(), MidpointRounding.ToEven),
        _ => throw new NotSupportedException($"{op} of a float"),
    };

    public static Func<long> Unary(UnaryOp op, Func<long> x) => op switch
    {
        UnaryOp.Neg => () => unchecked(-x()),
        UnaryOp.Abs => () => x() is var v && v < 0 ? unchecked(-v) : v,
        UnaryOp.BitNot => () => ~x(),
        UnaryOp.Floor or UnaryOp.Ceil or UnaryOp.Trunc or UnaryOp.Round => x,
        _ => throw new NotSupportedException($"{op} of an integer"),
    };

    public static Func<double> FloatBinary(BinaryOp op, Func<double> a, Func<double> b) => op switch
    {
        BinaryOp.Add => () => a() + b(),
        BinaryOp.Sub => () => a() - b(),
        BinaryOp.Mul => () => a() * b(),
        BinaryOp.Div => () => a() / b(),
        BinaryOp.Rem => () => a() % b(),
        BinaryOp.Mod => () => PythonModulo(a(), b()),
        BinaryOp.FloorDiv => () => PythonFloorDivide(a(), b()),
        BinaryOp.Min => () => Math.Min(a(), b()),
        BinaryOp.Max => () => Math.Max(a(), b()),
        BinaryOp.Pow => () => Math.Pow(a(), b()),
        BinaryOp.Atan2 => () => Math.Atan2(a(), b()),
        _ => throw new NotSupportedException($"{op} of floats"),
    };

    public static Func<long> IntegerBinary(BinaryOp op, Func<long> a, Func<long> b) => op switch
    {
        BinaryOp.Add => () => unchecked(a() + b()),
        BinaryOp.Sub => () => unchecked(a() - b()),
        BinaryOp.Mul => () => unchecked(a() * b()),
        BinaryOp.Div => () => (a(), b()) is var (x, y) && y == 0 ? 0 : y == -1 ? unchecked(-x) : x / y,
        BinaryOp.Rem => () => (a(), b()) is var (x, y) && y is 0 or -1 ? 0 : x % y,
        BinaryOp.Mod => () => FloorModulo(a(), b()),
        BinaryOp.FloorDiv => () => (a(), b()) is var (x, y) && y == 0 ? 0 : y == -1 ? unchecked(-x) : Dim.FloorDivide(x, y),
        BinaryOp.Min => () => Math.Min(a(), b()),
        BinaryOp.Max => () => Math.Max(a(), b()),
        BinaryOp.Pow => () => IntegerPower(a(), b()),
        BinaryOp.And => () => a() & b(),
        BinaryOp.Or => () => a() | b(),
        BinaryOp.Xor => () => a() ^ b(),
        BinaryOp.Shl => () => b() is var s && s is < 0 or > 63 ? 0 : a() << (int)s,
        BinaryOp.Shr => () => b() is var s && s is < 0 or > 63 ? (a() < 0 ? -1 : 0) : a() >> (int)s,
        BinaryOp.Eq => () => a() == b() ? 1 : 0,
        BinaryOp.Ne => () => a() != b() ? 1 : 0,
        BinaryOp.Lt => () => a() < b() ? 1 : 0,
        BinaryOp.Le => () => a() <= b() ? 1 : 0,
        BinaryOp.Gt => () => a() > b() ? 1 : 0,
        BinaryOp.Ge => () => a() >= b() ? 1 : 0,
        _ => throw new NotSupportedException($"{op} of integers"),
    };

    public static Func<long> Compare(BinaryOp op, Func<double> a, Func<double> b) => op switch
    {
        BinaryOp.Eq => () => a() == b() ? 1 : 0,
        BinaryOp.Ne => () => a() != b() ? 1 : 0,
        BinaryOp.Lt => () => a() < b() ? 1 : 0,
        BinaryOp.Le => () => a() <= b() ? 1 : 0,
        BinaryOp.Gt => () => a() > b() ? 1 : 0,
        BinaryOp.Ge => () => a() >= b() ? 1 : 0,
        _ => throw new NotSupportedException($"{op} is no comparison"),
    };

    private static double PythonModulo(double a, double b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    /// <summary>As c10::div_floor_floating: exact where the quotient is near a whole number.</summary>
    private static double PythonFloorDivide(double a, double b)
    {
        if (b == 0)
        {
            return a / b;
        }

        var rest = a % b;
        var quotient = (a - rest) / b;
        if (rest != 0 && (b < 0) != (rest < 0))
        {
            quotient -= 1;
        }

        if (quotient == 0)
        {
            return Math.CopySign(0, a / b);
        }

        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static long IntegerPower(long x, long exponent)
    {
        if (exponent < 0)
        {
            return x switch { 1 => 1, -1 => exponent % 2 == 0 ? 1 : -1, _ => 0 };
        }

        var result = 1L;
        for (var left = exponent; left > 0; left >>= 1)
        {
            if ((left & 1) != 0)
            {
                result = unchecked(result * x);
            }

            x = unchecked(x * x);
        }

        return result;
    }
}
