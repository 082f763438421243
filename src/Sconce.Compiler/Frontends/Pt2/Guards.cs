using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// What PyTorch assumed about the sizes of inputs while it traced, as Python code. The common case is that a size must be a multiple of a number
/// (<c>x.view(-1, 4)</c>), which comes in many forms: so the guards are tried, not matched.
/// </summary>
internal static class Guards
{
    private const int Tried = 256;
    private const int MostGuards = 512;
    private const int LongestGuard = 2000;

    /// <summary>The symbols that must be multiples of a number above 1, with that number.</summary>
    public static Dictionary<string, long> FindMultiples(
        List<string> code, IReadOnlyDictionary<string, List<SymIntJson>> inputs, SymbolTable symbols)
    {
        var result = new Dictionary<string, long>();
        if (code.Count == 0 || code.Count > MostGuards)
        {
            return result;
        }

        var guards = code.Select(Parse).OfType<(Dim Left, string Comparison, Dim Right)>().ToList();
        var examples = Examples(inputs, symbols);
        foreach (var (symbol, example) in examples)
        {
            // Each guard by itself: one that ties the size to another input's would hide what the others say.
            foreach (var guard in guards.Where(guard => guard.Left.DependsOn(symbol) || guard.Right.DependsOn(symbol)))
            {
                var factor = FactorOf(guard, symbol, examples);
                if (factor > 1 && example % factor == 0)
                {
                    var before = result.GetValueOrDefault(symbol.Name, 1);
                    result[symbol.Name] = before / Gcd(before, factor) * factor;
                }
            }
        }

        return result;

        (Dim Left, string Comparison, Dim Right)? Parse(string guard)
        {
            try
            {
                return guard.Length > LongestGuard ? null : SympyParser.ParseGuard(guard, SizeOf);
            }
            catch (FormatException)
            {
                // Code about something else than sizes.
                return null;
            }
        }

        Dim? SizeOf(string input, int dim) =>
            inputs.TryGetValue(input, out var sizes) && dim < sizes.Count ? symbols.Parse(sizes[dim]) : null;
    }

    /// <summary>The number whose multiples, and no other sizes, a guard lets through; 1 where there is none.</summary>
    private static long FactorOf((Dim Left, string Comparison, Dim Right) guard, Symbol symbol, Dictionary<Symbol, long> examples)
    {
        var last = Math.Min(symbol.Max ?? long.MaxValue, symbol.Min + Tried);
        var allowed = new List<long>();
        for (var size = symbol.Min; size <= last; size++)
        {
            if (Holds(guard, leaf => leaf.Equals(symbol) ? size : examples[(Symbol)leaf]))
            {
                allowed.Add(size);
            }
        }

        var factor = allowed.Aggregate(0L, Gcd);
        return factor > 1 && allowed.Count > 2 && allowed.Count == (last / factor) - (allowed[0] / factor) + 1 ? factor : 1;
    }

    /// <summary>The sizes of the example inputs: with them, all guards hold.</summary>
    private static Dictionary<Symbol, long> Examples(IReadOnlyDictionary<string, List<SymIntJson>> inputs, SymbolTable symbols)
    {
        var result = new Dictionary<Symbol, long>();
        foreach (var size in inputs.Values.SelectMany(sizes => sizes))
        {
            if (symbols.Parse(size) is { } dim && size.AsExpr?.Hint?.AsInt is { } value)
            {
                dim.VisitLeaves(leaf =>
                {
                    if (leaf is Symbol symbol && dim.LinearIn(leaf) is ({ IsConstant: true, Value: not 0 and var factor }, { IsConstant: true, Value: var offset }))
                    {
                        result.TryAdd(symbol, (value - offset) / factor);
                    }
                });
            }
        }

        return result;
    }

    private static bool Holds((Dim Left, string Comparison, Dim Right) guard, Func<Atom, long> sizes)
    {
        try
        {
            var order = guard.Left.Evaluate(sizes).CompareTo(guard.Right.Evaluate(sizes));
            return guard.Comparison switch
            {
                "==" => order == 0,
                "!=" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                _ => order >= 0,
            };
        }
        catch (Exception error) when (error is ArithmeticException or KeyNotFoundException)
        {
            // A size without an example, or beyond 64 bits: nothing is said.
            return true;
        }
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
