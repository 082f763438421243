using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors.Text;

/// <summary>A step as its text has it: what all kinds have in common, and parameters of its own by name.</summary>
internal sealed record StepText
{
    public required ImmutableArray<Computation> Computations { get; init; }

    /// <summary>Targets that no computation is written to.</summary>
    public required ImmutableArray<Target> Writes { get; init; }

    public required IReadOnlyDictionary<string, Parameter> Parameters { get; init; }

    public ImmutableArray<Target> Targets => [.. Computations.Select(computation => computation.Target).OfType<Target>(), .. Writes];

    public ImmutableArray<Expr> Values => [.. Computations.Select(computation => computation.Value)];

    public bool Has(string name) => Parameters.ContainsKey(name);

    public Parameter this[string name] => Parameters.GetValueOrDefault(name) ?? throw new FormatException($"a parameter {name} is missing");
}

/// <summary>
/// A parameter of a step or of its kernel: <c>stride=[2, 2]</c>, <c>mode=add</c>, <c>kept=(k &lt; 5)</c>, <c>made=@buffer</c>, <c>message="…"</c>; without a value
/// where being there says it all.
/// </summary>
internal abstract record Parameter
{
    private Parameter()
    {
    }

    public sealed record Flag : Parameter;

    public sealed record Words(ImmutableArray<string> Items) : Parameter;

    public sealed record Numbers(ImmutableArray<long> Items) : Parameter;

    public sealed record Text(string Value) : Parameter;

    public sealed record OfAxis(Axis Value) : Parameter;

    public sealed record OfBuffer(TensorBuffer Value) : Parameter;

    public static Parameter Of(Enum value) => new Words([$"{value}".ToLowerInvariant()]);

    public static Parameter Of(IEnumerable<int> values) => new Numbers([.. values.Select(value => (long)value)]);

    public ImmutableArray<int> Ints => this is Numbers { Items: var items } ? [.. items.Select(item => checked((int)item))] : throw Wrong("numbers");

    public int Int => Ints is [var one] ? one : throw Wrong("a number");

    public string String => this is Text { Value: var value } ? value : throw Wrong("a string");

    public string Word => this is Words { Items: [var one] } ? one : throw Wrong("a word");

    public TensorBuffer Buffer => this is OfBuffer { Value: var value } ? value : throw Wrong("a buffer");

    public Axis Axis => this is OfAxis { Value: var value } ? value : throw Wrong("an axis");

    public ImmutableArray<TEnum> Enums<TEnum>()
        where TEnum : struct, Enum =>
        this is Words { Items: var items } ? [.. items.Select(Parse<TEnum>)] : throw Wrong("words");

    public TEnum Enum<TEnum>()
        where TEnum : struct, Enum =>
        Enums<TEnum>() is [var one] ? one : throw Wrong("a word");

    private static TEnum Parse<TEnum>(string word)
        where TEnum : struct, Enum =>
        System.Enum.TryParse<TEnum>(word, ignoreCase: true, out var value) ? value : throw new FormatException($"'{word}' is none of {string.Join(", ", System.Enum.GetNames<TEnum>())}");

    private FormatException Wrong(string expected) => new($"expected {expected}, but got {this}");
}
