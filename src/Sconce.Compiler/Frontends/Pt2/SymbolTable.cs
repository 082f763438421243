using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The symbols of a model with their ranges, and its expressions over them, each parsed once.</summary>
internal sealed class SymbolTable(IReadOnlyDictionary<string, RangeJson> ranges, IReadOnlyDictionary<string, long> multiples, Where place)
{
    /// <summary>PyTorch traces every size as if it were 2 or more, and writes that down as if it were the model's own; when it runs, it asks for lower bounds above 2 alone.</summary>
    private const int Specialised = 2;

    /// <summary>What a float64 still holds exactly, as the numbers of a loader's conditions are.</summary>
    private const long LeastNumber = 1 - (1L << 53);

    private readonly Dictionary<string, Dim> symbols = [];
    private readonly Dictionary<string, Dim?> expressions = [];
    private readonly HashSet<Atom> fromInputs = [];

    /// <summary>Symbols of integers that size no tensor: they may be anything that the guards let through.</summary>
    public HashSet<string> Numbers { get; } = [];

    /// <summary>What symbols are that a method says the number of.</summary>
    public Dictionary<string, long> Fixed { get; } = [];

    /// <summary>What symbols are called that are integers among the inputs: as these are.</summary>
    public Dictionary<string, string> Names { get; } = [];

    /// <summary>The symbols that inputs' sizes give, in the order in which they appear there.</summary>
    public List<Symbol> FromInputs { get; } = [];

    /// <summary>The expression, or null where it is nothing that a <see cref="Dim"/> can say.</summary>
    public Dim? Parse(SymIntJson value)
    {
        if (value.AsInt is { } constant)
        {
            return constant;
        }

        if (value.AsExpr is not { ExprStr: var text })
        {
            throw new SconceException("a size is neither a number nor an expression", place, "the file is damaged: export it again");
        }

        if (!expressions.TryGetValue(text, out var result))
        {
            try
            {
                result = SympyParser.Parse(text, Find);
            }
            catch (FormatException error)
            {
                throw new SconceException(
                    $"the size '{(text.Length > 200 ? text[..200] + "…" : text)}' cannot be read: {error.Message}",
                    place, "the file is damaged: export it again", inner: error);
            }

            expressions.Add(text, result);
        }

        return result;
    }

    /// <summary>A condition over sizes of inputs; null for one over numbers that only the data tell.</summary>
    public SizeCondition? Condition(string text)
    {
        var known = true;
        SizeCondition? condition;
        try
        {
            condition = SympyParser.ParseCondition(text, (name, signs) =>
            {
                var symbol = Find(name, signs);
                known &= IsKnown(symbol);
                return symbol;
            });
        }
        catch (FormatException)
        {
            condition = null;
        }

        return !known ? null : condition ?? throw SconceException.Unsupported(
            $"the model asserts of its inputs' sizes that {(text.Length > 200 ? text[..200] + "…" : text)}, which Sconce cannot look at before a run", place,
            "write this assertion with whole numbers alone, or export the model with fixed sizes");
    }

    /// <summary>A tensor's sizes; null where one of them cannot be said.</summary>
    public ImmutableArray<Dim>? Sizes(List<SymIntJson> values)
    {
        var dims = values.Select(Parse).ToArray();
        var product = dims.Where(dim => dim is { IsConstant: true }).Aggregate((Int128)1, (a, dim) => Int128.Min(a * Int128.Max(dim!.Value, 1), TensorData.MostElements + 1));
        if (product > TensorData.MostElements || dims.Any(dim => dim is { IsConstant: true, Value: < 0 or > TensorData.MostElements }))
        {
            throw new SconceException(
                $"a tensor of {string.Join(" x ", dims.Select(dim => $"{dim}"))} elements", place, "the file is damaged: export it again");
        }

        return dims.All(dim => dim is not null) ? [.. dims.Select(dim => dim!)] : null;
    }

    /// <summary>A tensor's strides, which only decide aliasing; null where one of them cannot be said.</summary>
    public ImmutableArray<Dim>? Strides(List<SymIntJson> values)
    {
        var dims = values.Select(Parse).ToArray();
        return dims.All(dim => dim is not null && dim.ConstantTerm is >= -TensorData.MostElements and <= TensorData.MostElements) ? [.. dims.Select(dim => dim!)] : null;
    }

    /// <summary>Notes that these sizes are known at the start of a run.</summary>
    public void AddInput(IEnumerable<Dim> sizes)
    {
        foreach (var size in sizes)
        {
            size.VisitLeaves(leaf =>
            {
                if (leaf is Symbol symbol && fromInputs.Add(symbol))
                {
                    FromInputs.Add(symbol);
                }
            });
        }
    }

    /// <summary>Notes that conditions may speak of an integer among the inputs, which the program itself reads as the number that it is.</summary>
    public void AddNumber(Dim number) => number.VisitLeaves(leaf => FromInputs.AddRange(leaf is Symbol symbol && !FromInputs.Contains(symbol) ? [symbol] : []));

    /// <summary>True where all of an expression's symbols come from inputs' sizes, so that it is known before the run.</summary>
    public bool IsKnown(Dim dim)
    {
        var known = true;
        dim.VisitLeaves(leaf => known &= fromInputs.Contains(leaf));
        return known;
    }

    /// <summary>A symbol that must be a multiple of something is that many times another one, so that no other size gets in.</summary>
    private Dim Find(string name, SymbolSigns signs)
    {
        if (!symbols.TryGetValue(name, out var symbol))
        {
            var range = ranges.GetValueOrDefault(name);
            var lowest = signs == SymbolSigns.Any ? long.MinValue : 0;
            var min = Math.Max(range?.MinVal ?? lowest, lowest);
            if (min is > 0 and <= Specialised)
            {
                min = 0;
            }

            if (min == 0 && Numbers.Contains(name))
            {
                min = LeastNumber;
            }

            long? max = range?.MaxVal is { } bound and <= TensorData.MostElements ? bound : null;
            if (min > TensorData.MostElements || max < min)
            {
                throw new SconceException($"the size {name} ranges from {min} to {range?.MaxVal ?? long.MaxValue}, where no tensor's can lie", place, "the file is damaged: export it again");
            }

            symbol = Fixed.TryGetValue(name, out var number)
                ? number >= min && !(max < number) && number % multiples.GetValueOrDefault(name, 1) == 0
                    ? number
                    : throw SconceException.Expected(
                        $"a size that the model was exported for ({min} to {(max is { } most ? most : "any")}{(multiples.TryGetValue(name, out var of) ? $", a multiple of {of}" : "")})", $"{number}", place)
                : multiples.TryGetValue(name, out var factor)
                ? factor * (Dim)new Symbol($"{name}_by{factor}", -Dim.FloorDivide(-min, factor), max is { } last ? Dim.FloorDivide(last, factor) : null)
                : new Symbol(Names.GetValueOrDefault(name, name), min, max);
            symbols.Add(name, symbol);
        }

        return symbol;
    }
}
