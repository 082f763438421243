namespace Sconce.Fuzz.Mutation;

/// <summary>Sizes and guards as PyTorch writes them, or nearly so.</summary>
internal static class Expressions
{
    public static string Make(Random random, IReadOnlyList<string> symbols, string? around = null, int depth = 0)
    {
        if (depth > 4 || random.OneIn(3))
        {
            return around ?? (random.Next(4) switch
            {
                0 => $"Integer({(random.OneIn(3) ? random.Edge() : random.Small())})",
                1 => $"{random.Next(0, 100)}",
                _ => $"Symbol('{random.Of(symbols)}', positive=True, integer=True)",
            });
        }

        var (a, b) = (Make(random, symbols, around, depth + 1), Make(random, symbols, null, depth + 1));
        return random.Next(16) switch
        {
            0 or 1 => $"Add({a}, {b})",
            2 or 3 => $"Mul({a}, {b})",
            4 => $"FloorDiv({a}, {b})",
            5 => $"Mod({a}, {b})",
            6 => $"Max({a}, {b})",
            7 => $"Min({a}, {b})",
            8 => $"Pow({a}, Integer({random.Next(-3, 12)}))",
            9 => $"CeilToInt(IntTrueDiv({a}, {b}))",
            10 => $"({a})//({b})",
            11 => $"({a}) % ({b})",
            12 => $"{a} + {b}*{a}",
            13 => $"Mul(Float('{random.Next(1, 40) / 4.0}', precision=53), {a})",
            14 => $"TruncToInt(Rational({random.Small()}, {random.Small()}))",
            _ => $"ModularIndexing({a}, {b}, Integer(3))",
        };
    }

    public static string Guard(Random random, IReadOnlyList<string> inputs)
    {
        var (left, right) = (Term(0), random.OneIn(2) ? Term(0) : $"{random.Small()}");
        return $"{left} {random.Of(["==", "!=", "<", "<=", ">", ">=", "is", ""])} {right}";

        string Term(int depth) => random.Next(depth > 3 ? 2 : 8) switch
        {
            0 or 1 => $"L['{random.Of(inputs)}'].size()[{random.Next(-1, 5)}]",
            2 => $"({Term(depth + 1)} % {(random.OneIn(3) ? random.Edge() : random.Small())})",
            3 => $"({Term(depth + 1)} * {Term(depth + 1)})",
            4 => $"({Term(depth + 1)} // {(random.OneIn(3) ? random.Edge() : random.Small())})",
            5 => $"({Term(depth + 1)} + {(random.OneIn(3) ? random.Edge() : random.Small())})",
            6 => $"max({Term(depth + 1)}, {Term(depth + 1)})",
            _ => $"{random.Edge()}",
        };
    }
}
