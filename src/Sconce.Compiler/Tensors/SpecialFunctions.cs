namespace Sconce.Compiler.Tensors;

/// <summary>Functions that <see cref="Math"/> lacks, in double precision, good to about 1e-15 relative unless said otherwise.</summary>
internal static class SpecialFunctions
{
    /// <summary>Kahan's form: exact where e^x rounds, corrected elsewhere.</summary>
    public static double Expm1(double x)
    {
        if (Math.Abs(x) > 0.5)
        {
            return Math.Exp(x) - 1;
        }

        // Taylor's series; 18 terms reach 2^-53 at 0.5.
        var (sum, term) = (0.0, 1.0);
        for (var n = 1; n <= 18; n++)
        {
            term *= x / n;
            sum += term;
        }

        return x == 0 ? x : sum;
    }

    public static double Log1p(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) || u <= 0 ? Math.Log(u) : Math.Log(u) * x / (u - 1);
    }

    /// <summary>By its series below 2.5, by the continued fraction of erfc above.</summary>
    public static double Erf(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        var a = Math.Abs(x);
        if (a >= 2.5)
        {
            return Math.CopySign(1 - ErfcTail(a), x);
        }

        var (sum, term) = (a, a);
        for (var n = 1; n < 80 && Math.Abs(term) > 1e-18 * sum; n++)
        {
            term *= 2 * a * a / ((2 * n) + 1);
            sum += term;
        }

        return Math.CopySign(2 / Math.Sqrt(Math.PI) * Math.Exp(-a * a) * sum, x);
    }

    public static double Erfc(double x) => double.IsNaN(x) ? x : x >= 2.5 ? ErfcTail(x) : 1 - Erf(x);

    /// <summary>Giles' start, two Newton steps.</summary>
    public static double Erfinv(double y)
    {
        if (double.IsNaN(y) || Math.Abs(y) > 1)
        {
            return double.NaN;
        }

        if (Math.Abs(y) == 1)
        {
            return y * double.PositiveInfinity;
        }

        var w = -Math.Log((1 - y) * (1 + y));
        var a = 8 * (Math.PI - 3) / (3 * Math.PI * (4 - Math.PI));
        var first = (2 / (Math.PI * a)) - (w / 2);
        var x = Math.CopySign(Math.Sqrt(Math.Sqrt((first * first) + (w / a)) - first), y);
        for (var i = 0; i < 4 && y != 0; i++)
        {
            var error = Math.Abs(y) > 0.5 ? Math.CopySign(1 - Math.Abs(y) - Erfc(Math.Abs(x)), -y) : Erf(x) - y;
            error = Math.Abs(y) > 0.5 ? Math.CopySign(1, y) * ((1 - Math.Abs(y)) - Erfc(Math.Abs(x))) : error;
            x -= error / (2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x));
        }

        return y == 0 ? y : x;
    }

    /// <summary>Lanczos' approximation (g = 7, 9 terms) with reflection below 0.5.</summary>
    public static double Lgamma(double x)
    {
        if (double.IsInfinity(x))
        {
            return double.PositiveInfinity;
        }

        if (x <= 0 && Math.Floor(x) == x)
        {
            return double.PositiveInfinity;
        }

        if (x is 1 or 2)
        {
            return 0;
        }

        if (x < 0.5)
        {
            return Math.Log(Math.PI / Math.Abs(Math.Sin(Math.PI * x))) - Lgamma(1 - x);
        }

        ReadOnlySpan<double> c =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        x -= 1;
        var sum = c[0];
        for (var i = 1; i < c.Length; i++)
        {
            sum += c[i] / (x + i);
        }

        var t = x + 7.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>Recurrence up to 10, then the asymptotic series; reflection below 0, as PyTorch's calc_digamma.</summary>
    public static double Digamma(double x)
    {
        if (x == 0)
        {
            return Math.CopySign(double.PositiveInfinity, -x);
        }

        if (x < 0)
        {
            return Math.Floor(x) == x ? double.NaN : Digamma(1 - x) - (Math.PI / Math.Tan(Math.PI * (x - Math.Truncate(x))));
        }

        var result = 0.0;
        for (; x < 10; x++)
        {
            result -= 1 / x;
        }

        // Bernoulli numbers B2n / 2n, highest first.
        ReadOnlySpan<double> coefficients = [-691.0 / 32760, 1.0 / 132, -1.0 / 240, 1.0 / 252, -1.0 / 120, 1.0 / 12];
        var (z, series) = (1 / (x * x), 0.0);
        foreach (var coefficient in coefficients)
        {
            series = (series + coefficient) * z;
        }

        return result + Math.Log(x) - (0.5 / x) - series;
    }

    /// <summary>Lentz' evaluation of the continued fraction, for x ≥ 2.</summary>
    private static double ErfcTail(double x)
    {
        if (x > 27)
        {
            return 0;
        }

        var fraction = 0.0;
        for (var n = 60; n >= 1; n--)
        {
            fraction = n / 2.0 / (x + fraction);
        }

        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + fraction);
    }

    /// <summary>Exact but for wrapping; a negative exponent gives 0, or ±1 for a base of ±1.</summary>
    public static long Power(long x, long exponent)
    {
        if (exponent < 0)
        {
            return x switch { 1 => 1, -1 => exponent % 2 == 0 ? 1 : -1, _ => 0 };
        }

        return (long)Power((ulong)x, (ulong)exponent);
    }

    /// <summary>The same of numbers without a sign.</summary>
    public static ulong Power(ulong x, ulong exponent)
    {
        var result = 1UL;
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
