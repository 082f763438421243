using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// Finds the sizes that guards bind to the multiples of a number (<c>x.view(-1, 4)</c>), which comes in many forms: so the guards are tried, not matched.
/// With such a size written as the multiple of another symbol, what a model divides it by divides without a rest.
/// </summary>
internal static class Multiples
{
    public const int MostGuards = 512;
    public const int LongestGuard = 2000;
    private const int Tried = 256;

    public static Dictionary<string, long> Find(IEnumerable<SizeCondition> guards, Dictionary<Symbol, long> examples)
    {
        var result = new Dictionary<string, long>();

        // Each guard by itself: one that ties the size to another input's would hide what the others say. One of several sizes (a product's) binds this one
        // only where it does so whatever the others are.
        foreach (var guard in guards)
        {
            var symbols = new HashSet<Atom>();
            guard.VisitLeaves(leaf => symbols.Add(leaf));
            foreach (var symbol in symbols.OfType<Symbol>())
            {
                if (examples.TryGetValue(symbol, out var example) && FactorOf(guard, symbol, examples) is > 1 and var factor && example % factor == 0
                    && (symbols.Count == 1 || Enumerable.Range(1, 3).All(more =>
                        Allowed(guard, symbol, examples.ToDictionary(pair => pair.Key, pair => pair.Value + more)).TrueForAll(size => size % factor == 0))))
                {
                    var before = result.GetValueOrDefault(symbol.Name, 1);
                    result[symbol.Name] = before / Dim.Gcd(before, factor) * factor;
                }
            }
        }

        return result;
    }

    /// <summary>The number whose multiples, and no other sizes, a guard lets through; 1 where there is none.</summary>
    private static long FactorOf(SizeCondition guard, Symbol symbol, Dictionary<Symbol, long> examples)
    {
        var last = Tries(symbol).Last;
        var allowed = Allowed(guard, symbol, examples);
        var factor = allowed.Aggregate(0L, Dim.Gcd);
        return factor > 1 && allowed.Count > 2 && allowed.Count == (last / factor) - (allowed[0] / factor) + 1 ? factor : 1;
    }

    private static (long First, long Last) Tries(Symbol symbol)
    {
        var first = Math.Max(symbol.Min, 0);
        return (first, (long)Int128.Min(symbol.Max ?? long.MaxValue, (Int128)first + Tried));
    }

    /// <summary>The sizes that a guard lets through, of those that are tried.</summary>
    private static List<long> Allowed(SizeCondition guard, Symbol symbol, Dictionary<Symbol, long> examples)
    {
        var (first, last) = Tries(symbol);
        var allowed = new List<long>();
        for (var step = 0L; step <= last - first; step++)
        {
            if (Holds(guard, leaf => leaf.Equals(symbol) ? first + step : examples[(Symbol)leaf]))
            {
                allowed.Add(first + step);
            }
        }

        return allowed;
    }

    private static bool Holds(SizeCondition guard, Func<Atom, long> sizes)
    {
        try
        {
            return guard.Evaluate(sizes);
        }
        catch (Exception error) when (error is ArithmeticException or KeyNotFoundException)
        {
            // A size without an example, or beyond 64 bits: nothing is said.
            return true;
        }
    }
}
