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
        ("aten::startswith", (it, a) => Datum.Of(PartOf(a, 2).Text.StartsWith(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::endswith", (it, a) => Datum.Of(PartOf(a, 2).Text.EndsWith(TextIn(a[1]), StringComparison.Ordinal))),
        ("aten::find", (it, a) => PlaceIn(a, isLast: false, mustBe: false)),
        ("aten::rfind", (it, a) => PlaceIn(a, isLast: true, mustBe: false)),
        ("aten::rindex", (it, a) => PlaceIn(a, isLast: true, mustBe: true)),
        ("aten::replace", (it, a) => Datum.Of(Replaced(TextIn(a[0]), TextIn(a[1]), TextIn(a[2]), Most(a, 3, "max")))),
        ("aten::partition", (it, a) => Partition(a, isLast: false)),
        ("aten::rpartition", (it, a) => Partition(a, isLast: true)),
        ("aten::capitalize", (it, a) => Datum.Of(TextIn(a[0]) is { Length: > 0 } text ? $"{char.ToUpperInvariant(text[0])}{text[1..].ToLowerInvariant()}" : "")),
        ("aten::zfill", (it, a) => Datum.Of(TextIn(a[0]).PadLeft(Sane(it.Whole(a[1]), 1), '0'))),
        ("aten::ljust", (it, a) => Datum.Of(TextIn(a[0]).PadRight(Sane(it.Whole(a[1]), 1), FillOf(a)))),
        ("aten::rjust", (it, a) => Datum.Of(TextIn(a[0]).PadLeft(Sane(it.Whole(a[1]), 1), FillOf(a)))),
        ("aten::join", (it, a) => Datum.Of(string.Join(TextIn(a[0]), ItemsOf(a[1]).Select(TextIn)))),
        ("aten::splitlines", (it, a) => it.NewList(TextIn(a[0]).Split('\n').Select(Datum.Of))),
        ("aten::isdigit", (it, a) => Datum.Of(TextIn(a[0]) is { Length: > 0 } text && text.All(char.IsAsciiDigit))),
        ("aten::isalpha", (it, a) => Datum.Of(TextIn(a[0]) is { Length: > 0 } text && text.All(char.IsAsciiLetter))),
        ("aten::ord", (it, a) => TextIn(a[0]) is [var c] ? Datum.Of((long)c) : throw SconceException.Expected("one character", a[0].Kind)),
        ("aten::chr", (it, a) => Datum.Of(((char)it.Whole(a[0])).ToString())),
        ("aten::hex", (it, a) => Datum.Of(it.Whole(a[0]) is var value && value < 0 ? $"-0x{-value:x}" : $"0x{it.Whole(a[0]):x}")),
        ("aten::split", (it, a) => a[0] is Datum.Text ? it.NewList(Pieces(TextIn(a[0]), a, isLast: false).Select(Datum.Of)) : null),
        ("aten::rsplit", (it, a) => a[0] is Datum.Text ? it.NewList(Pieces(TextIn(a[0]), a, isLast: true).Select(Datum.Of)) : null),
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
        var (whole, part) = (PartOf(a, 2).Text, TextIn(a[1]));
        return Datum.Of(part.Length == 0 ? whole.Length + 1 : (whole.Length - whole.Replace(part, "", StringComparison.Ordinal).Length) / part.Length);
    }

    /// <summary>What lies between the bounds that a call gives, of which negative ones count from the end, and where it begins.</summary>
    private static (string Text, int Start) PartOf(BuiltinCall a, int place)
    {
        var text = TextIn(a[0]);
        var start = Bound(a.Find(place, "start"), 0, 0);
        var end = Bound(a.Find(place + 1, "end"), text.Length, 1);
        return (end > start ? text[start..end] : "", start);

        int Bound(Datum given, int otherwise, int more) => given switch
        {
            Datum.None => otherwise,
            Datum.Int { Known: { } known } => (int)Math.Clamp(known < 0 ? text.Length + known + more : known, 0, text.Length),
            _ => throw Unknown("a place in a string"),
        };
    }

    private static Datum.Int PlaceIn(BuiltinCall a, bool isLast, bool mustBe)
    {
        var (part, start) = PartOf(a, 2);
        var at = isLast ? part.LastIndexOf(TextIn(a[1]), StringComparison.Ordinal) : part.IndexOf(TextIn(a[1]), StringComparison.Ordinal);
        return at >= 0 ? Datum.Of(start + at) : mustBe ? throw new RaisedException("substring not found") : Datum.Of(-1);
    }

    /// <summary>How often something is done; without bound where nothing or a negative number says so.</summary>
    private static long Most(BuiltinCall a, int place, string name) => a.Find(place, name) switch
    {
        Datum.None => long.MaxValue,
        Datum.Int { Known: { } known } => known < 0 ? long.MaxValue : known,
        _ => throw Unknown("a count"),
    };

    private static string Replaced(string text, string old, string replacement, long most)
    {
        if (old.Length == 0)
        {
            return text;
        }

        var (made, from) = (new StringBuilder(), 0);
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0 && most > 0; at = text.IndexOf(old, from, StringComparison.Ordinal), most--)
        {
            made.Append(text, from, at - from).Append(replacement);
            from = at + old.Length;
            Budget.Take(sizeof(char) * replacement.Length);
        }

        return made.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Text in pieces: between separators, or the words; what is left after the most that are asked for stays one.</summary>
    private static IReadOnlyList<string> Pieces(string text, BuiltinCall a, bool isLast)
    {
        var most = Most(a, 2, "max");
        if (a.Find(1, "separator") is not Datum.Text { Value: var separator })
        {
            return most == long.MaxValue ? text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : throw SconceException.Unsupported("a split at spaces that ends after some");
        }

        var pieces = text.Split(separator);
        var count = pieces.Length - 1 <= most ? 0 : pieces.Length - 1 - (int)most;
        return isLast ? [string.Join(separator, pieces[..(count + 1)]), .. pieces[(count + 1)..]] : [.. pieces[..^(count + 1)], string.Join(separator, pieces[^(count + 1)..])];
    }

    private static Datum Partition(BuiltinCall a, bool isLast)
    {
        var (text, separator) = (TextIn(a[0]), TextIn(a[1]));
        var at = isLast ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        string[] parts = at >= 0 ? [text[..at], separator, text[(at + separator.Length)..]] : isLast ? ["", "", text] : [text, "", ""];
        return Datum.TupleOf(parts.Select(part => (Datum)Datum.Of(part)));
    }

    private static char FillOf(BuiltinCall a) => a.Find(2, "fillchar") is Datum.Text { Value: [var fill] } ? fill : ' ';

    /// <summary>Text with each {} replaced; whatever else has braces stays as it is.</summary>
    private Datum.Text Format(BuiltinCall a)
    {
        var pattern = a[0] as Datum.Text ?? throw SconceException.Expected("a string to format", a[0].Kind);
        var (made, rough, from) = (new StringBuilder(), pattern.IsRough, 0);
        for (var next = 1; pattern.Value.IndexOf("{}", from, StringComparison.Ordinal) is >= 0 and var at; next++)
        {
            // A pattern that is rough may have more gaps than are known.
            var text = next < a.Count || rough ? TextOf(next < a.Count ? a[next] : Datum.Nothing) : throw new RaisedException($"Too few arguments for format string: {pattern.Value}");
            made.Append(pattern.Value, from, at - from).Append(text.Value);
            rough |= text.IsRough;
            from = at + 2;
        }

        made.Append(pattern.Value, from, pattern.Value.Length - from);
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
