using System.Globalization;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// Parses sympy's text into <see cref="Dim"/>s: what PyTorch 2.14 writes (<c>Add(Mul(Integer(2), Symbol('s0', …)), Integer(-1))</c>)
/// and the infix form of older files (<c>(s0 - 1)//8 + 1</c>). What a Dim cannot say (a rounding of a float that is
/// no fraction, a truth value) comes out as null; text that is no expression throws <see cref="FormatException"/>.
/// </summary>
internal ref partial struct SympyParser(string text, Func<string, SymbolSigns, Dim> symbol, Func<string, int?, Dim?>? input = null, Action<SizeCondition>? exact = null)
{
    /// <summary>Those whose sign begins with another's stand before it.</summary>
    private static readonly SizeComparison[] Comparisons =
        [SizeComparison.Equal, SizeComparison.NotEqual, SizeComparison.LessOrEqual, SizeComparison.GreaterOrEqual, SizeComparison.Less, SizeComparison.Greater];

    private const int LongestText = 1 << 16;
    private const int DeepestNesting = 100;

    private readonly ReadOnlySpan<char> text = text.Length <= LongestText
        ? text
        : throw new FormatException($"an expression of {text.Length} characters");

    private readonly Func<string, SymbolSigns, Dim> symbol = symbol;
    private readonly Func<string, int?, Dim?>? input = input;
    private readonly Action<SizeCondition>? exact = exact;
    private readonly List<SizeCondition> divisors = [];
    private (SizeCondition Condition, int End)? bracketed = null;
    private int position = 0;
    private int depth = 0;

    public static Dim? Parse(string text, Func<string, SymbolSigns, Dim> symbol)
    {
        var parser = new SympyParser(text, symbol);
        try
        {
            var result = parser.Sum();
            parser.SkipSpace();
            return parser.position == parser.text.Length ? result?.ToDim() : throw parser.Unexpected();
        }
        catch (OverflowException)
        {
            throw new FormatException($"'{text}' exceeds 64 bits");
        }
    }

    private Fraction? Sum()
    {
        Enter();
        var result = Product();
        while (true)
        {
            if (Take("+"))
            {
                result += Product();
            }
            else if (Take("-"))
            {
                result -= Product();
            }
            else
            {
                depth--;
                return result;
            }
        }
    }

    private Fraction? Product()
    {
        var result = Unary();
        while (true)
        {
            if (Take("//"))
            {
                result = Fraction.FloorDivide(result, Divisor(Unary()));
            }
            else if (Take("/"))
            {
                result /= Divisor(Unary());
            }
            else if (Take("%"))
            {
                result = Fraction.Modulo(result, Divisor(Unary()));
            }
            else if (!Peek("**") && Take("*"))
            {
                result *= Unary();
            }
            else
            {
                return result;
            }
        }
    }

    private Fraction? Unary()
    {
        Enter();
        Fraction? result;
        if (Take("-"))
        {
            result = Fraction.Of(-1) * Unary();
        }
        else
        {
            result = Primary();
            if (Take("**"))
            {
                result = Fraction.Power(result, Unary());
            }
        }

        depth--;
        return result;
    }

    private Fraction? Primary()
    {
        SkipSpace();
        if (Take("("))
        {
            return InBrackets();
        }

        if (position >= text.Length)
        {
            throw new FormatException("an expression that ends too early");
        }

        if (char.IsAsciiDigit(text[position]) || text[position] == '.')
        {
            return Number();
        }

        var name = Name();
        if (name == "L" && input is not null)
        {
            return Input();
        }

        if (!Take("("))
        {
            return name is "oo" or "int_oo" or "true" or "false" or "True" or "False" ? null : Fraction.Of(symbol(name, SymbolSigns.Positive));
        }

        return name switch
        {
            "Symbol" => SymbolCall(),
            "Float" => FloatCall(),
            _ => Call(name),
        };
    }

    private Fraction? Call(string name)
    {
        var operands = new List<Operand>();
        while (!Take(")"))
        {
            operands.Add(Or());
            if (!Take(",") && !Peek(")"))
            {
                throw Unexpected();
            }
        }

        if (Condition(name, operands) is { } condition)
        {
            SkipSpace();
            bracketed = (condition, position);
            return null;
        }

        var arguments = operands.ConvertAll(operand => operand.Number);
        var (first, second) = (arguments.ElementAtOrDefault(0), arguments.ElementAtOrDefault(1));
        return (name, arguments.Count) switch
        {
            ("Add", _) => arguments.Aggregate<Fraction?, Fraction?>(Fraction.Of(0), (a, b) => a + b),
            ("Mul", _) => arguments.Aggregate<Fraction?, Fraction?>(Fraction.Of(1), (a, b) => a * b),
            ("Pow" or "PowByNatural", 2) => Fraction.Power(first, second),
            ("Integer" or "Identity" or "ToFloat" or "torch.sym_float", 1) => first,
            ("Rational" or "IntTrueDiv" or "FloatTrueDiv", 2) => first / Divisor(second),
            ("FloorDiv" or "CleanDiv", 2) => Fraction.FloorDivide(first, Divisor(second)),
            ("CeilDiv", 2) => Fraction.Ceiling(first / Divisor(second)),
            ("Mod" or "PythonMod", 2) => Fraction.Modulo(first, Divisor(second)),
            ("ModularIndexing", 3) => Fraction.Modulo(Fraction.FloorDivide(first, second), arguments[2]),
            ("FloorToInt" or "floor" or "math.floor", 1) => Rounded(Fraction.Floor(first, out var need), need),
            ("CeilToInt" or "ceiling" or "math.ceil", 1) => Fraction.Ceiling(first),
            ("TruncToInt" or "math.trunc", 1) => Rounded(Fraction.Truncate(first, out var need), need),
            ("RoundToInt" or "round", 1) => Fraction.RoundToEven(first),
            ("Abs" or "abs", 1) => Fraction.Either(first, Fraction.Of(-1) * first, Dim.Max),
            ("Max" or "max" or "torch.sym_max", > 0) => arguments.Skip(1).Aggregate<Fraction?, Fraction?>(first, (a, b) => Fraction.Either(a, b, Dim.Max)),
            ("Min" or "min" or "torch.sym_min", > 0) => arguments.Skip(1).Aggregate<Fraction?, Fraction?>(first, (a, b) => Fraction.Either(a, b, Dim.Min)),
            _ => null,
        };
    }

    private Fraction? SymbolCall()
    {
        var name = Quoted();
        var signs = SymbolSigns.Any;
        while (Take(","))
        {
            var assumption = Name();
            Need("=");
            if (Name() == "True")
            {
                signs = assumption switch
                {
                    "positive" => SymbolSigns.Positive,
                    "nonnegative" when signs == SymbolSigns.Any => SymbolSigns.NonNegative,
                    _ => signs,
                };
            }
        }

        Need(")");
        return Fraction.Of(symbol(name, signs));
    }

    private Fraction? FloatCall()
    {
        var value = double.TryParse(Quoted(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;
        while (Take(","))
        {
            Name();
            Need("=");
            Number();
        }

        Need(")");
        return Fraction.FromDouble(value);
    }

    private Fraction? Number()
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiDigit(text[position]) || text[position] == '.'))
        {
            position++;
        }

        var digits = text[start..position];
        return digits.Contains('.')
            ? Fraction.FromDouble(double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unexpected())
            : Fraction.Of(long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole : throw new OverflowException());
    }

    private string Name()
    {
        SkipSpace();
        var start = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '_' or '.'))
        {
            position++;
        }

        return position > start ? text[start..position].ToString() : throw Unexpected();
    }

    private string Quoted()
    {
        Need("'");
        var length = text[position..].IndexOf('\'');
        if (length < 0)
        {
            throw new FormatException("a name without its closing quote");
        }

        var name = text.Slice(position, length).ToString();
        position += length + 1;
        return name;
    }

    private bool Peek(string token)
    {
        SkipSpace();
        return text[position..].StartsWith(token, StringComparison.Ordinal);
    }

    private bool Take(string token)
    {
        if (!Peek(token))
        {
            return false;
        }

        position += token.Length;
        return true;
    }

    private void Need(string token)
    {
        if (!Take(token))
        {
            throw Unexpected();
        }
    }

    private void SkipSpace()
    {
        while (position < text.Length && text[position] == ' ')
        {
            position++;
        }
    }

    private readonly FormatException Unexpected() =>
        new(position < text.Length ? $"'{text[position]}' at character {position} of an expression" : "an expression that ends too early");
}

/// <summary>Sympy's assumptions about a symbol.</summary>
internal enum SymbolSigns
{
    Any,
    NonNegative,
    Positive,
}
