using System.Collections.Immutable;
using System.Globalization;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>
/// Reads what the caller says of inputs: <c>x=1x3x224x224</c>, <c>ids=int64:1x?</c>, <c>x=Nx3xH:64..1024xW:64..1024</c>, <c>scale=float32:scalar</c>, <c>rate=16000</c>, <c>mask=None</c>.
/// Sizes are separated by x; each is a number, <c>?</c> for any from 1, a range, or a name, which may have a range and means the same size wherever it stands.
/// </summary>
public static class InputSpecParser
{
    /// <summary>How inputs are written, for help and errors.</summary>
    public const string Forms =
        "NAME=SIZES, as x=1x3x224x224, x=?x3x?x? (sizes that each run decides), x=1..8x10 (within a range), x=Nx10 with y=N (the same size), ids=int64:1x?,"
        + " scale=float32:scalar; NAME=NUMBER for a parameter that is a number";

    private const char Separator = 'x';

    private static readonly Dictionary<string, DType> Types = Enum.GetValues<DType>().ToDictionary(type => type.Name());

    /// <summary>All inputs of a model together, since names of sizes are theirs together.</summary>
    /// <exception cref="SconceException">A text says nothing of an input.</exception>
    public static ImmutableArray<InputSpec> Parse(IEnumerable<string> texts)
    {
        var inputs = texts.Select(Split).ToList();
        if (inputs.GroupBy(input => input.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw SconceException.Expected($"the input '{twice.Key}' once", $"{twice.Count()} times");
        }

        var symbols = new Dictionary<string, Symbol>();
        foreach (var size in inputs.SelectMany(input => input.Sizes ?? []))
        {
            if (size.Named is { } name && size.HasRange && !symbols.TryAdd(name, new Symbol(name, size.Min, size.Max)) && (symbols[name].Min, symbols[name].Max) != (size.Min, size.Max))
            {
                throw SconceException.Expected($"one range for the size {name}", "two", hint: "give it once; elsewhere its name is enough");
            }
        }

        return
        [
            .. inputs.Select(input => new InputSpec(
                input.Name, input.Type, input.Sizes is { } sizes ? [.. sizes.Select((size, axis) => Dim(input.Name, size, axis))] : default) { Fixed = input.Fixed }),
        ];

        Dim Dim(string input, Size size, int axis)
        {
            if (size.Named is null && size.Min == size.Max)
            {
                return size.Min;
            }

            var name = size.Named ?? NameOf(input, axis);
            if (size.Named is null)
            {
                return new Symbol(name, size.Min, size.Max);
            }

            if (!symbols.TryGetValue(name, out var symbol))
            {
                symbols.Add(name, symbol = new Symbol(name, size.Min, size.Max));
            }

            return symbol;
        }
    }

    /// <summary>What a size without a name is called: by its input and axis.</summary>
    private static string NameOf(string input, int axis) => $"{string.Concat(input.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'))}_{axis}";

    private static Input Split(string text)
    {
        if (text.IndexOf('=') is not (> 0 and var equals) || text.AsSpan(0, equals).IsWhiteSpace())
        {
            throw SconceException.Expected("an input", $"'{text}'", hint: Forms);
        }

        var (name, said) = (text[..equals].Trim(), text[(equals + 1)..].Trim());
        if (Constant(said) is { } constant)
        {
            return new(name, DType.Float32, constant is Argument.Int { Value.ConstantTerm: >= 0 and var only } && only <= TensorData.MostElements ? [Size.Exactly(only)] : null, constant);
        }

        var (type, sizes) = (DType.Float32, said);
        if (said.IndexOf(':') is > 0 and var colon && Types.TryGetValue(said[..colon], out var given))
        {
            (type, sizes) = (given, said[(colon + 1)..]);
        }
        else if (Types.TryGetValue(said, out _))
        {
            throw SconceException.Expected($"sizes of the input '{name}' behind its dtype", $"'{text}'", hint: $"{name}={said}:1x3, or {name}={said}:scalar for a tensor without dims");
        }

        if (sizes == "scalar")
        {
            return new(name, type, [], null);
        }

        var parsed = sizes.Split(Separator, ',').Select(size => Size.Parse(size.Trim()) ?? throw SconceException.Expected(
            $"sizes of the input '{name}'", size.Length == 0 ? $"an empty one in '{text}'" : $"'{size}' in '{text}'",
            hint: size.Contains(':') ? $"dtypes are {string.Join(", ", Types.Keys)}" : Forms)).ToList();
        if (parsed.Aggregate((Int128)1, (product, size) => Int128.Min(product * Math.Max(size.Min, 1), (Int128)TensorData.MostElements + 1)) > TensorData.MostElements)
        {
            throw SconceException.Expected($"an input '{name}' that fits into a memory", $"'{text}'");
        }

        return new(name, type, parsed, null);
    }

    private static Argument? Constant(string text) => text switch
    {
        "None" => Argument.Nothing,
        "True" or "true" => new Argument.Bool(true),
        "False" or "false" => new Argument.Bool(false),
        ['"', .., '"'] or ['\'', .., '\''] when text.Length > 1 => new Argument.Text(text[1..^1]),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => new Argument.Int(integer),
        _ when text.Any(char.IsAsciiDigit) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => new Argument.Float(number),
        _ => null,
    };

    private sealed record Input(string Name, DType Type, List<Size>? Sizes, Argument? Fixed);

    private sealed record Size(string? Named, long Min, long? Max, bool HasRange)
    {
        private static readonly Size Any = new(null, 1, null, false);

        public static Size Exactly(long value) => new(null, value, value, false);

        public static Size? Parse(string text)
        {
            if (text == "?")
            {
                return Any;
            }

            string? name = null, range = text;
            if (char.IsAsciiLetter(text.FirstOrDefault()) || text.StartsWith('_'))
            {
                (name, range) = text.IndexOf(':') is > 0 and var colon ? (text[..colon], text[(colon + 1)..]) : (text, null);
                if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                {
                    return null;
                }
            }

            if (range is null)
            {
                return Any with { Named = name };
            }

            if (range.IndexOf("..", StringComparison.Ordinal) is not (>= 0 and var dots))
            {
                return name is null && Number(range) is { } exact ? Exactly(exact) : null;
            }

            long? min = dots == 0 ? 1 : Number(range[..dots]), max = dots + 2 == range.Length ? TensorData.MostElements : Number(range[(dots + 2)..]);
            return min is { } low && max is { } high && low <= high ? new(name, low, dots + 2 == range.Length ? null : high, true) : null;
        }

        private static long? Number(string text) =>
            long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= TensorData.MostElements ? value : null;
    }
}
