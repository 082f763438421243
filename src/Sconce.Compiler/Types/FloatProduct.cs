using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>
/// A size times a float, rounded down, in whole numbers: <c>int(0.3 * size)</c> is <c>3 * size // 10</c>. PyTorch rounds the product to a float64 first, which may fall
/// below the whole number it should be: <c>int(0.7 * 90)</c> is 62. Few factors have such sizes, and where they do the sizes are told.
/// </summary>
internal static class FloatProduct
{
    /// <summary>Why a size is refused that does not meet what a product needs.</summary>
    public const string Why = "PyTorch rounds this size times a float to less than the whole number that it is, which is not followed here";

    private const int LargestDivisor = 64;

    /// <summary>Up to here the sizes that round to less are listed; a size beyond is refused where there are any.</summary>
    private const int LargestListedBits = 24;

    /// <summary>Sizes that a tensor can have are below 2 to this power.</summary>
    private const int LargestBits = 40;

    /// <summary>The product of a size that is not negative and a positive factor, rounded down; null for a factor that is no small fraction.</summary>
    /// <param name="size">The size.</param>
    /// <param name="factor">The float.</param>
    /// <param name="exact">What the size must meet for that to be what PyTorch computes; null where it always is.</param>
    public static Dim? Floor(Dim size, double factor, out SizeCondition? exact)
    {
        exact = null;
        if (size.IsConstant)
        {
            return (long)Math.Floor(size.Value * factor);
        }

        if (Ratio(factor) is not var (numerator, denominator))
        {
            return null;
        }

        var conditions = ImmutableArray.CreateBuilder<SizeCondition>();
        foreach (var (first, last) in RoundedBelow(factor, numerator, denominator))
        {
            conditions.Add(new SizeCondition.Any(
            [
                new SizeCondition.Compare(size.Mod(denominator), SizeComparison.NotEqual, Dim.Zero),
                new SizeCondition.Compare(size, SizeComparison.Less, first),
                new SizeCondition.Compare(size, SizeComparison.Greater, last),
            ]));
        }

        if (conditions.Count > 0)
        {
            conditions.Add(new SizeCondition.Compare(size, SizeComparison.Less, 1L << LargestListedBits));
            exact = new SizeCondition.All(conditions.ToImmutable());
        }

        return (size * numerator).FloorDiv(denominator);
    }

    /// <summary>The fraction whose nearest float64 the factor is.</summary>
    private static (long Numerator, long Denominator)? Ratio(double factor)
    {
        for (var divisor = 1; divisor <= LargestDivisor; divisor++)
        {
            var times = Math.Round(factor * divisor);
            if (times is > 0 and < int.MaxValue && times / divisor == factor)
            {
                return ((long)times, divisor);
            }
        }

        return null;
    }

    /// <summary>
    /// Ranges of sizes whose multiples of the denominator are rounded to less than the whole number they should be. How far the float's own error moves a product is the
    /// same part of it always, and how far a float64 can be off grows by steps at powers of two: so it is the upper part of each such span, if any.
    /// </summary>
    private static List<(long First, long Last)> RoundedBelow(double factor, long numerator, long denominator)
    {
        var ranges = new List<(long First, long Last)>();
        bool IsBelow(long times) => Math.Floor(factor * (denominator * times)) < numerator * times;
        for (var bits = 0; bits < LargestBits; bits++)
        {
            // Multiples of the numerator from 2^bits on, below the next power; a power of two itself lies where the steps below it are finer still.
            var first = ((1L << bits) + numerator - 1) / numerator;
            var last = ((2L << bits) - 1) / numerator;
            if (first <= last && numerator * first == 1L << bits)
            {
                if (IsBelow(first))
                {
                    ranges.Add((denominator * first, denominator * first));
                }

                first++;
            }

            if (first > last || !IsBelow(last))
            {
                continue;
            }

            var (low, high) = (first, last);
            while (low < high)
            {
                var middle = low + ((high - low) / 2);
                (low, high) = IsBelow(middle) ? (low, middle) : (middle + 1, high);
            }

            ranges.Add((denominator * low, denominator * last));
        }

        ranges.RemoveAll(range => range.First >= 1L << LargestListedBits && ranges[0].First < 1L << LargestListedBits);
        return ranges;
    }
}
