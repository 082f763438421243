using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Guards: comparisons of sizes of inputs, chained as Python chains them, with "and", "or", "not" and brackets.</summary>
internal ref partial struct SympyParser
{
    /// <summary>
    /// A guard, <c>(L['x'].size()[0] % 4) == 0</c>, as a condition; null where it says something that no <see cref="SizeCondition"/> can say.
    /// Text that is no guard throws <see cref="FormatException"/>.
    /// </summary>
    /// <param name="text">The guard.</param>
    /// <param name="input">The size of an input, by its path and a dim, or an integer's value.</param>
    /// <param name="exact">Takes what sizes must meet for a product with a float to be the one that PyTorch computes.</param>
    public static SizeCondition? ParseGuard(string text, Func<string, int?, Dim?> input, Action<SizeCondition> exact)
    {
        var parser = new SympyParser(text, (name, _) => throw new FormatException($"the name '{name}' in a guard"), input, exact);
        try
        {
            var condition = parser.Or().Condition;
            parser.SkipSpace();
            if (parser.position != parser.text.Length)
            {
                throw parser.Unexpected();
            }

            // Where Python would divide by zero it raises, so the guard does not hold, and its opposite neither.
            return condition is null || parser.divisors.Count == 0 ? condition : new SizeCondition.All([.. parser.divisors, condition]);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    /// <summary>A condition as sympy writes it, <c>StrictGreaterThan(Mul(Integer(3), Symbol('s0')), Integer(20))</c>; null where no <see cref="SizeCondition"/> can say it.</summary>
    public static SizeCondition? ParseCondition(string text, Func<string, SymbolSigns, Dim> symbol)
    {
        try
        {
            var parser = new SympyParser(text, symbol);
            var condition = parser.Or().Condition;
            parser.SkipSpace();
            return parser.position == parser.text.Length ? condition : throw parser.Unexpected();
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static SizeCondition? Condition(string name, List<Operand> operands) => (name, operands) switch
    {
        ("And", _) => Join(all: true, operands.ConvertAll(operand => operand.Condition)),
        ("Or", _) => Join(all: false, operands.ConvertAll(operand => operand.Condition)),
        ("Not", [{ Condition: { } inner }]) => inner.Not(),
        (_, [{ Number: { } left }, { Number: { } right }]) => (SizeComparison?)(name switch
        {
            "Equality" or "Eq" => SizeComparison.Equal,
            "Unequality" or "Ne" => SizeComparison.NotEqual,
            "StrictLessThan" or "Lt" => SizeComparison.Less,
            "LessThan" or "Le" => SizeComparison.LessOrEqual,
            "StrictGreaterThan" or "Gt" => SizeComparison.Greater,
            "GreaterThan" or "Ge" => SizeComparison.GreaterOrEqual,
            _ => null,
        }) is { } comparison ? Fraction.Compare(left, comparison, right) : null,
        _ => null,
    };

    private Operand Or() => Joined(all: false, "or");

    private Operand And() => Joined(all: true, "and");

    private Operand Joined(bool all, string word)
    {
        var first = all ? Not() : And();
        List<SizeCondition?>? parts = null;
        while (TakeWord(word))
        {
            (parts ??= [first.Condition]).Add((all ? Not() : And()).Condition);
        }

        return parts is null ? first : new(null, Join(all, parts));
    }

    private static SizeCondition? Join(bool all, List<SizeCondition?> parts)
    {
        if (parts.Contains(null))
        {
            return null;
        }

        ImmutableArray<SizeCondition> known = [.. parts.Select(part => part!)];
        return all ? new SizeCondition.All(known) : new SizeCondition.Any(known);
    }

    private Operand Not()
    {
        if (!TakeWord("not"))
        {
            return Comparison();
        }

        Enter();
        var inner = Not().Condition;
        depth--;
        return new(null, inner?.Not());
    }

    /// <summary>Sizes with a sign between each two, or a single operand.</summary>
    private Operand Comparison()
    {
        var left = Single();
        var parts = new List<SizeCondition?>();
        while (TakeComparison() is { } comparison)
        {
            // Truth values that are compared have no number: such a guard cannot be said.
            var right = Single();
            parts.Add(Fraction.Compare(left.Number, comparison, right.Number));
            left = right;
        }

        return parts.Count == 0 ? left : new(null, parts is [var only] ? only : Join(all: true, parts));
    }

    private Operand Single()
    {
        bracketed = null;
        var number = Sum();
        while (Take("&"))
        {
            number = Fraction.And(number, Sum());
        }

        // What stood in brackets is the whole operand only where nothing was computed with it.
        var condition = bracketed is var (inner, end) && end == position ? inner : null;
        bracketed = null;
        return new(number, condition);
    }

    /// <summary>What stands in brackets in a guard: a number, or a condition, which is kept beside.</summary>
    private Fraction? InBrackets()
    {
        var inner = Or();
        Need(")");
        SkipSpace();
        bracketed = inner.Condition is null ? null : (inner.Condition, position);
        return inner.Number;
    }

    private SizeComparison? TakeComparison()
    {
        foreach (var comparison in Comparisons)
        {
            if (Take(SizeCondition.Sign(comparison)))
            {
                return comparison;
            }
        }

        return null;
    }

    /// <summary>What <c>L['mask'][0].size()[1]</c> names: an input and one of its dims, or no dim (-1 for one that cannot be read).</summary>
    public static (string Path, int? Dim) ParseInput(string text)
    {
        try
        {
            return new SympyParser(text, (name, _) => throw new FormatException(name)) { position = 1 }.InputPath();
        }
        catch (FormatException)
        {
            return ("", -1);
        }
    }

    private Fraction? Input()
    {
        var (path, dim) = InputPath();
        return input!(path, dim) is { } size ? Fraction.Of(size) : null;
    }

    private (string Path, int? Dim) InputPath()
    {
        var path = "";
        while (true)
        {
            if (Take(".size()["))
            {
                var dim = Name();
                Need("]");
                return (path, int.TryParse(dim, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1);
            }

            if (Take("["))
            {
                path += (path.Length > 0 ? "." : "") + (Peek("'") ? Quoted() : Name());
                Need("]");
            }
            else if (Take("."))
            {
                var field = Name();
                var end = field.IndexOf('.');
                if (end >= 0)
                {
                    position -= field.Length - end;
                    field = field[..end];
                }

                path += $".{field}";
            }
            else
            {
                return (path, null);
            }
        }
    }

    /// <summary>A size times a float, rounded, is known where it is always what PyTorch computes, or where somebody sees to it.</summary>
    private readonly Fraction? Rounded(Fraction? value, SizeCondition? need)
    {
        if (need is null || exact is null)
        {
            return need is null ? value : null;
        }

        exact(need);
        return value;
    }

    /// <summary>Notes that a division needs a divisor that is not zero.</summary>
    private readonly Fraction? Divisor(Fraction? value)
    {
        if (input is not null && Fraction.Compare(value, SizeComparison.NotEqual, Fraction.Of(0)) is { Known: not true } condition)
        {
            divisors.Add(condition);
        }

        return value;
    }

    private bool TakeWord(string word)
    {
        if (!Peek(word) || (position + word.Length is var end && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')))
        {
            return false;
        }

        position = end;
        return true;
    }

    private void Enter()
    {
        if (++depth > DeepestNesting)
        {
            throw new FormatException("an expression nested too deeply");
        }
    }

    /// <summary>A number or a condition; neither where no <see cref="Dim"/> can say it.</summary>
    private readonly record struct Operand(Fraction? Number, SizeCondition? Condition);
}
