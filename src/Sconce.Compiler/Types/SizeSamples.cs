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

    /// <summary>Values of a symbol that is new to a sample are tried so often.</summary>
    private const int TriedNew = 4;

    private readonly ImmutableArray<Dictionary<Atom, long>> points;

    public SizeSamples(IReadOnlyCollection<Symbol> symbols, IReadOnlyCollection<SizeCondition> conditions)
    {
        var found = ImmutableArray.CreateBuilder<Dictionary<Atom, long>>();
        var random = 1u;
        var all = InOrder([.. symbols, .. conditions.SelectMany(Symbols)]);
        var (work, each) = (0L, all.Count + 1L);
        foreach (var condition in conditions)
        {
            condition.VisitLeaves(_ => each++);
        }

        for (var i = 0; i < Tried && found.Count < Wanted && work < MostWork; i++)
        {
            work += each;
            var point = new Dictionary<Atom, long>();
            all.ForEach(symbol => point.Add(symbol, Value(symbol, i < Steps.Length ? i : (int)(Next(ref random) % (uint)Steps.Length), point)));
            if (conditions.All(condition => Meets(condition, point)))
            {
                found.Add(point);
            }
        }

        points = found.ToImmutable();
    }

    private SizeSamples(ImmutableArray<Dictionary<Atom, long>> points) => this.points = points;

    /// <summary>Those with which one more condition holds, with values of the symbols that are new in it; null where there are none.</summary>
    public SizeSamples? Where(SizeCondition condition)
    {
        var missing = points.IsEmpty ? [] : InOrder(Symbols(condition)).FindAll(symbol => !points[0].ContainsKey(symbol));
        return (missing.Count == 0 ? points.Where(point => Meets(condition, point)) : points.Select(Extended).OfType<Dictionary<Atom, long>>()).ToImmutableArray() is { IsEmpty: false } left
            ? new(left) : null;

        Dictionary<Atom, long>? Extended(Dictionary<Atom, long> point, int number)
        {
            for (var tries = 0; tries < TriedNew; tries++)
            {
                var extended = new Dictionary<Atom, long>(point);
                missing.ForEach(symbol => extended.Add(symbol, Value(symbol, (number + (tries * Steps.Length / TriedNew)) % Steps.Length, extended)));
                if (Meets(condition, extended))
                {
                    return extended;
                }
            }

            return null;
        }
    }

    private static IEnumerable<Symbol> Symbols(SizeCondition condition)
    {
        var symbols = new List<Symbol>();
        condition.VisitLeaves(leaf =>
        {
            if (leaf is Symbol symbol)
            {
                symbols.Add(symbol);
            }
        });
        return symbols;
    }

    /// <summary>Each once, and after those that bound it.</summary>
    private static List<Symbol> InOrder(IEnumerable<Symbol> symbols)
    {
        var order = symbols.Distinct().ToList();
        order.Sort((a, b) => a.Order(b));
        return order;
    }

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

    private static long? Evaluate(Dim size, Dictionary<Atom, long> point) => Evaluate(size.Evaluate, point);

    private static bool Meets(SizeCondition condition, Dictionary<Atom, long> point) => Evaluate(condition.Evaluate, point) ?? false;

    /// <summary>Null where something in it has no value, or one beyond 64 bits.</summary>
    private static T? Evaluate<T>(Func<Func<Atom, long>, T> evaluate, Dictionary<Atom, long> point)
        where T : struct
    {
        var known = true;
        try
        {
            var value = evaluate(leaf => point.TryGetValue(leaf, out var at) ? at : Unknown());
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

    /// <summary>A value within a symbol's range; its bound may hang on symbols that have their values already.</summary>
    private static long Value(Symbol symbol, int number, Dictionary<Atom, long> point)
    {
        var low = symbol.Min == long.MinValue ? 0 : symbol.Min;
        var high = Math.Max(low, symbol.Bound is { IsConstant: false } bound && Evaluate(bound, point) is { } most ? most : symbol.Max ?? long.MaxValue);
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
