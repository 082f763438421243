using System.Numerics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// A quotient of two <see cref="Dim"/>s, which is what stands inside <c>CeilToInt(IntTrueDiv(s0, 2))</c>, or a size times a float, as in <c>TruncToInt(0.3 * s0)</c>, with
/// which nothing can be done but to round it down; null is an unknown number.
/// </summary>
internal sealed class Fraction
{
    private const int MostTerms = 256;
    private const int LargestPower = 8;
    private const long LargestFloatDenominator = 1 << 20;

    private readonly Dim numerator;
    private readonly Dim denominator;

    /// <summary>A float that is no small binary fraction, by which the numerator is multiplied.</summary>
    private readonly double? factor;

    private Fraction(Dim numerator, Dim denominator, double? factor = null)
    {
        (this.numerator, this.denominator, this.factor) = (numerator, denominator, factor);
        if (numerator.Terms.Length > MostTerms || denominator.Terms.Length > MostTerms)
        {
            throw new FormatException($"an expression with more than {MostTerms} terms");
        }
    }

    public static Fraction Of(Dim value) => new(value, 1);

    /// <summary>A float: a scale of 1.5 is a fraction, one of 0.3 can only be multiplied by a size; null for what is not positive or no number.</summary>
    public static Fraction? FromDouble(double value)
    {
        for (long denominator = 1; denominator <= LargestFloatDenominator; denominator *= 2)
        {
            var scaled = value * denominator;
            if (Math.Abs(scaled) < int.MaxValue && Math.Floor(scaled) == scaled)
            {
                return new((long)scaled, denominator);
            }
        }

        return value > 0 && double.IsFinite(value) ? new(1, 1, value) : null;
    }

    /// <summary>Whether the number is a quotient of sizes.</summary>
    public bool IsExact => factor is null;

    public static Fraction? operator +(Fraction? a, Fraction? b) => a is not { IsExact: true } || b is not { IsExact: true } ? null
        : a.denominator.Equals(b.denominator) ? new(a.numerator + b.numerator, a.denominator)
        : new((a.numerator * b.denominator) + (b.numerator * a.denominator), a.denominator * b.denominator);

    public static Fraction? operator -(Fraction? a, Fraction? b) => a + (b * Of(-1));

    public static Fraction? operator *(Fraction? a, Fraction? b)
    {
        if (a is null || b is null)
        {
            return null;
        }

        if (!a.IsExact || !b.IsExact)
        {
            return !a.IsExact && a.numerator.Equals(Dim.One) ? Times(a.factor, b) : !b.IsExact && b.numerator.Equals(Dim.One) ? Times(b.factor, a) : null;
        }

        if ((long)a.numerator.Terms.Length * b.numerator.Terms.Length > MostTerms)
        {
            throw new FormatException($"an expression with more than {MostTerms} terms");
        }

        return new(a.numerator * b.numerator, a.denominator * b.denominator);
    }

    /// <summary>The divisor's sign must be known: everything below relies on a denominator that is not negative (where it is 0, nothing is said).</summary>
    public static Fraction? operator /(Fraction? a, Fraction? b) =>
        a is not { IsExact: true } || b is not { IsExact: true } || b.numerator.Equals(Dim.Zero) ? null
        : b.numerator.IsNonNegative ? new(a.numerator * b.denominator, a.denominator * b.numerator)
        : (-b.numerator).IsNonNegative ? new(-a.numerator * b.denominator, a.denominator * -b.numerator)
        : null;

    private static Fraction? Times(double? factor, Fraction size) => size is { IsExact: true, denominator.IsConstant: true, denominator.Value: 1 } ? new(size.numerator, 1, factor) : null;

    public static Fraction? Power(Fraction? value, Fraction? exponent)
    {
        if (value is not { IsExact: true } || exponent is not { IsExact: true, denominator: { IsConstant: true, Value: 1 }, numerator.IsConstant: true })
        {
            return null;
        }

        var count = exponent.numerator.Value;
        if (count is < -LargestPower or > LargestPower)
        {
            return null;
        }

        Fraction? result = Of(1);
        for (var i = 0; i < Math.Abs(count); i++)
        {
            result *= value;
        }

        return count < 0 ? Of(1) / result : result;
    }

    public static Fraction? FloorDivide(Fraction? a, Fraction? b) => Floor(a / b);

    /// <summary>The remainder has the divisor's sign.</summary>
    public static Fraction? Modulo(Fraction? a, Fraction? b) =>
        a?.ToDim() is not { } left || b?.ToDim() is not { } right || right.Equals(Dim.Zero) ? null
        : right.IsNonNegative ? Of(left.Mod(right))
        : (-right).IsNonNegative ? Of(-(-left).Mod(-right))
        : null;

    public static Fraction? Floor(Fraction? value) => value is not { IsExact: true } ? null : Of(value.numerator.FloorDiv(value.denominator));

    /// <summary>Rounds down, a size times a float too.</summary>
    /// <param name="value">The number.</param>
    /// <param name="exact">What must hold for the result to be what PyTorch computes; null where nothing must.</param>
    public static Fraction? Floor(Fraction? value, out SizeCondition? exact)
    {
        exact = null;
        return value is not { factor: { } factor } ? Floor(value)
            : value.numerator.IsNonNegative && FloatProduct.Floor(value.numerator, factor, out exact) is { } product ? Of(product)
            : null;
    }

    public static Fraction? Ceiling(Fraction? value) => value is not { IsExact: true } ? null : Of(value.numerator.CeilDiv(value.denominator));

    /// <summary>Rounds towards zero, where the sign is known; as <see cref="Floor(Fraction?, out SizeCondition?)"/>.</summary>
    public static Fraction? Truncate(Fraction? value, out SizeCondition? exact)
    {
        exact = null;
        return value is null ? null
            : value.numerator.IsNonNegative ? Floor(value, out exact)
            : (-value.numerator).IsNonNegative ? Ceiling(value)
            : null;
    }

    /// <summary>Rounds to the nearest integer; halves to the even one, as Python does.</summary>
    public static Fraction? RoundToEven(Fraction? value)
    {
        if (value is not { IsExact: true })
        {
            return null;
        }

        var (twice, divisor) = ((value.numerator * 2) + value.denominator, value.denominator * 2);
        var nearest = twice.FloorDiv(divisor);
        var isHalf = 1 - Dim.Min(1, twice.Mod(divisor));
        return Of(nearest - (isHalf * nearest.Mod(2)));
    }

    /// <summary>The lowest bits, where the mask is one of them: <c>s &amp; 3</c>.</summary>
    public static Fraction? And(Fraction? value, Fraction? mask) =>
        mask?.ToDim() is { IsConstant: true, Value: > 0 and < 1 << 30 and var bits } && BitOperations.IsPow2(bits + 1) ? Modulo(value, Of(bits + 1)) : null;

    /// <summary>A comparison of two numbers, as one of two integers; null where one is not known.</summary>
    public static SizeCondition.Compare? Compare(Fraction? a, SizeComparison comparison, Fraction? b) =>
        a is not { IsExact: true } || b is not { IsExact: true } ? null
        : a.denominator.Equals(b.denominator) ? new(a.numerator, comparison, b.numerator)
        : new(a.numerator * b.denominator, comparison, b.numerator * a.denominator);

    public static Fraction? Either(Fraction? a, Fraction? b, Func<Dim, Dim, Dim> choose) =>
        a?.ToDim() is { } left && b?.ToDim() is { } right ? Of(choose(left, right)) : null;

    /// <summary>The value, where it is an integer whatever the symbols are.</summary>
    public Dim? ToDim() => IsExact && numerator.Mod(denominator) is { IsConstant: true, Value: 0 } ? numerator.FloorDiv(denominator) : null;
}
