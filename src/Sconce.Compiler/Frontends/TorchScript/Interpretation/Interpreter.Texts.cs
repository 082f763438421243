using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Strings, which exist when compiling only: for messages, names of modes, keys.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> TextBuiltins =>
    [
        ("aten::format", (it, a) => it.Format(a)),
        ("aten::str", (it, a) => it.TextOf(a[0])),
        ("aten::lower", Changing(text => text.ToLowerInvariant())),
        ("aten::upper", Changing(text => text.ToUpperInvariant())),
        ("aten::strip", Trimming((text, characters) => text.Trim(characters))),
        ("aten::lstrip", Trimming((text, characters) => text.TrimStart(characters))),
        ("aten::rstrip", Trimming((text, characters) => text.TrimEnd(characters))),
        ("aten::startswith", (it, a) => Datum.Of(TextIn(a[0]).StartsWith(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::endswith", (it, a) => Datum.Of(TextIn(a[0]).EndsWith(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::find", (it, a) => Datum.Of(TextIn(a[0]).IndexOf(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::rfind", (it, a) => Datum.Of(TextIn(a[0]).LastIndexOf(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::replace", (it, a) => Datum.Of(TextIn(a[1]).Length == 0 ? TextIn(a[0]) : TextIn(a[0]).Replace(TextIn(a[1]), TextIn(a[2]), StringComparison.Ordinal))),
        ("aten::join", (it, a) => Datum.Of(string.Join(TextIn(a[0]), ItemsOf(a[1]).Select(TextIn)))),
        ("aten::splitlines", (it, a) => it.NewList(TextIn(a[0]).Split('\n').Select(Datum.Of))),
        ("aten::isdigit", (it, a) => Datum.Of(TextIn(a[0]) is { Length: > 0 } text && text.All(char.IsAsciiDigit))),
        ("aten::isalpha", (it, a) => Datum.Of(TextIn(a[0]) is { Length: > 0 } text && text.All(char.IsAsciiLetter))),
        ("aten::ord", (it, a) => TextIn(a[0]) is [var c] ? Datum.Of((long)c) : throw SconceException.Expected("one character", a[0].Kind)),
        ("aten::chr", (it, a) => Datum.Of(((char)it.Whole(a[0])).ToString())),
        ("aten::hex", (it, a) => Datum.Of(it.Whole(a[0]) is var value && value < 0 ? $"-0x{-value:x}" : $"0x{it.Whole(a[0]):x}")),
        ("aten::split", (it, a) => a[0] is Datum.Text ? it.NewList((a.Find(1, "separator") is Datum.Text separator
            ? TextIn(a[0]).Split(separator.Value) : TextIn(a[0]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(Datum.Of)) : null),
        ("aten::percentFormat", (it, a) => it.PercentFormat(TextIn(a[0]), a.Count == 2 && a[1] is Datum.Tuple parts ? parts.Items : [.. a.Given.Skip(1)])),
        ("prim::Print", (_, _) => Datum.Nothing),
        ("aten::warn", (_, _) => Datum.Nothing),
        ("aten::warnings_warn", (_, _) => Datum.Nothing),
        ("prim::RaiseException", (it, a) => throw new RaisedException(a[0] is Datum.Text text ? text.Value : "")),
    ];

    /// <summary>Text with its % replaced: whole numbers, floats of six decimals, and whatever may be written.</summary>
    private Datum.Text PercentFormat(string format, IReadOnlyList<Datum> values)
    {
        var (text, next, isRough) = (new System.Text.StringBuilder(), 0, false);
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            var kind = ++i < format.Length ? format[i] : throw SconceException.Expected("a kind of value after %", "the end of the text");
            if (kind == '%')
            {
                text.Append('%');
                continue;
            }

            var value = next < values.Count ? values[next++].Usable() : throw SconceException.Expected("a value for each %", $"{values.Count}");
            var part = (kind, value) switch
            {
                ('d' or 'i', _) when IsNumber(value) && ToInt(value).Known is { } whole => Datum.Of(FormattableString.Invariant($"{whole}")),
                ('f' or 'F', _) when IsNumber(value) && ToFloat(value).Known is { } number => Datum.Of(FormattableString.Invariant($"{number:F6}")),
                ('s', _) => TextOf(value),
                _ => new Datum.Text("", IsRough: true),
            };
            text.Append(part.Value);
            isRough |= part.IsRough;
        }

        return new(text.ToString(), isRough);
    }

    private static string TextIn(Datum datum) => datum switch
    {
        Datum.Text { IsRough: false } text => text.Value,
        Datum.Text => throw Unknown("a string"),
        _ => throw SconceException.Expected("a string", datum.Kind),
    };

    private static Builtin Changing(Func<string, string> change) => (_, a) => a[0] is Datum.Text text ? new Datum.Text(change(text.Value), text.IsRough) : null;

    private static Builtin Trimming(Func<string, char[]?, string> trim) => (_, a) => a[0] is Datum.Text
        ? Datum.Of(trim(TextIn(a[0]), a.Find(1, "chars") is Datum.Text { Value: not " \n\t\f\v" } characters ? characters.Value.ToCharArray() : null)) : null;

    private static Datum.Int CountIn(Datum.Text text, BuiltinCall a)
    {
        var (whole, part) = (TextIn(text), TextIn(a[1]));
        return Datum.Of(part.Length == 0 ? whole.Length + 1 : (whole.Length - whole.Replace(part, "", StringComparison.Ordinal).Length) / part.Length);
    }

    private Datum.Text Format(BuiltinCall a)
    {
        var pattern = a[0] as Datum.Text ?? throw SconceException.Expected("a string to format", a[0].Kind);
        var (made, rough, next) = (new StringBuilder(), pattern.IsRough, 1);
        for (var i = 0; i < pattern.Value.Length; i++)
        {
            var c = pattern.Value[i];
            if (c is '{' or '}' && i + 1 < pattern.Value.Length && pattern.Value[i + 1] == c)
            {
                made.Append(c);
                i++;
            }
            else if (c == '{' && pattern.Value.IndexOf('}', i) is >= 0 and var end)
            {
                if (next < a.Count)
                {
                    var text = TextOf(a[next++]);
                    made.Append(text.Value);
                    rough |= text.IsRough || end > i + 1;
                }

                i = end;
            }
            else
            {
                made.Append(c);
            }
        }

        Budget.Take(sizeof(char) * made.Length);
        return new(made.ToString(), rough);
    }

    /// <summary>A value as <c>str</c> writes it; what only the run knows is a gap in a message.</summary>
    private Datum.Text TextOf(Datum datum) => datum switch
    {
        Datum.Text text => text,
        Datum.Int { Known: { } known } => Datum.Of(known.ToString(CultureInfo.InvariantCulture)),
        Datum.Int { Size: { } size } => new(size.ToString(), IsRough: true),
        Datum.Float { Known: { } known } => new(FloatText(known), IsRough: false),
        Datum.Bool { Known: { } known } => Datum.Of(known ? "True" : "False"),
        Datum.None => Datum.Of("None"),
        Datum.Device device => Datum.Of(device.Name),
        Datum.List or Datum.Tuple when ItemsOf(datum).Select(Quoted).ToList() is var items => new(
            (datum is Datum.List ? "[" : "(") + string.Join(", ", items.Select(item => item.Value)) + (datum is Datum.List ? "]" : items.Count == 1 ? ",)" : ")"), items.Exists(item => item.IsRough)),
        _ => new("…", IsRough: true),
    };

    private Datum.Text Quoted(Datum datum) => datum is Datum.Text text ? new($"'{text.Value}'", text.IsRough) : TextOf(datum);

    private static string FloatText(double value) => value switch
    {
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ when double.IsNaN(value) => "nan",
        _ => value.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.AsSpan().IndexOfAny('.', 'E') < 0 ? $"{digits}.0" : digits.Replace('E', 'e'),
    };
}
