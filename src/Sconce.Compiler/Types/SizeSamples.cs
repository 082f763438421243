using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>
/// Values of the symbols with which all known conditions hold. A claim that fails for one of them needs no search for a proof, which is what makes
/// most questions cheap; what holds for all of them is proven by other means.
/// </summary>
internal sealed class SizeSamples
{
    private const int Wanted = 24;
    private const int Tried = 4096;

    /// <summary>Leaves of conditions that are evaluated at most, since a file may hold conditions of any size.</summary>
    private const long MostWork = 400_000;

    /// <summary>Ends of ranges, what lies beside powers of two, and odd numbers.</summary>
    private static readonly ImmutableArray<long> Steps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 22, 23, 30, 31, 32, 33, 46, 47, 63, 64, 95, 128, 225, 510];

    private readonly ImmutableArray<Dictionary<Atom, long>> points;

    public SizeSamples(IReadOnlyCollection<Symbol> symbols, IReadOnlyCollection<SizeCondition> conditions)
    {
        var found = ImmutableArray.CreateBuilder<Dictionary<Atom, long>>();
        var random = 1u;
        var (work, each) = (0L, symbols.Count + 1L);
        foreach (var condition in conditions)
        {
            condition.VisitLeaves(_ => each++);
        }

        for (var i = 0; i < Tried && found.Count < Wanted && work < MostWork; i++)
        {
            work += each;
            var point = symbols.ToDictionary(symbol => (Atom)symbol, symbol => Value(symbol, i < Steps.Length ? i : (int)(Next(ref random) % (uint)Steps.Length)));
            if (conditions.All(condition => Meets(condition, point)))
            {
                found.Add(point);
            }
        }

        points = found.ToImmutable();
    }

    private SizeSamples(ImmutableArray<Dictionary<Atom, long>> points) => this.points = points;

    /// <summary>Those with which one more condition holds; null where there are none.</summary>
    public SizeSamples? Where(SizeCondition condition) =>
        points.Where(point => Meets(condition, point)).ToImmutableArray() is { IsEmpty: false } left ? new(left) : null;

    /// <summary>True where some values of the symbols are known with which a size is as asked; null where the size depends on something else or no values are known.</summary>
    public bool? Any(Dim size, Func<long, bool> asked)
    {
        if (points.IsEmpty)
        {
            return null;
        }

        var any = false;
        foreach (var point in points)
        {
            if (Evaluate(size, point) is not { } value)
            {
                return null;
            }

            any |= asked(value);
        }

        return any;
    }

    /// <summary>The value that a size has for all samples; null where it has several.</summary>
    public long? Single(Dim size)
    {
        long? single = null;
        foreach (var point in points)
        {
            if (Evaluate(size, point) is not { } value || (single ?? value) != value)
            {
                return null;
            }

            single = value;
        }

        return single;
    }

    private static long? Evaluate(Dim size, Dictionary<Atom, long> point)
    {
        var known = true;
        try
        {
            var value = size.Evaluate(leaf => point.TryGetValue(leaf, out var at) ? at : Unknown());
            return known ? value : null;
        }
        catch (ArithmeticException)
        {
            return null;
        }

        long Unknown()
        {
            known = false;
            return 1;
        }
    }

    private static bool Meets(SizeCondition condition, Dictionary<Atom, long> point)
    {
        try
        {
            return condition.Evaluate(leaf => point[leaf]);
        }
        catch (Exception error) when (error is ArithmeticException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static long Value(Symbol symbol, int number)
    {
        var low = symbol.Min == long.MinValue ? 0 : symbol.Min;
        var high = symbol.Max ?? long.MaxValue;
        return low > high - Steps[number] ? low + (Steps[number] % (high - low + 1)) : low + Steps[number];
    }

    private static uint Next(ref uint random)
    {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        return random;
    }
}
