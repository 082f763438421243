using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Division as PyTorch has it; integers divided by zero give 0.</summary>
internal static class Division
{
    public static long Truncated(long a, long b) => b switch
    {
        0 => 0,
        -1 => unchecked(-a),
        _ => a / b,
    };

    public static long Floored(long a, long b) => b switch
    {
        0 => 0,
        -1 => unchecked(-a),
        _ => Dim.FloorDivide(a, b),
    };

    /// <summary>The remainder with the divisor's sign.</summary>
    public static long Modulo(long a, long b) => b is 0 or -1 ? 0 : a - (Dim.FloorDivide(a, b) * b);

    /// <inheritdoc cref="Modulo(long, long)"/>
    public static double Modulo(double a, double b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    /// <summary>As c10::div_floor_floating: exact where the quotient is near a whole number.</summary>
    public static double Floored(double a, double b)
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
}
