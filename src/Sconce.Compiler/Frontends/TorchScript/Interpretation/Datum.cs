using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>A value of the program while it is gone through: known, or a value of the graph that only a run tells.</summary>
internal abstract record Datum
{
    private Datum()
    {
    }

    public static Datum Nothing { get; } = new None();

    public sealed record None : Datum;

    public sealed record Tensor(TensorReference Reference) : Datum;

    /// <summary>A quantised tensor: its integers, and what they stand for.</summary>
    public sealed record Quantised(Tensor Steps, Quantiser Quantiser) : Datum;

    /// <summary>An integer: <see cref="Argument.Int"/> over the sizes of inputs, or a value of the graph.</summary>
    public sealed record Int(Argument Value) : Datum
    {
        public long? Known => Value is Argument.Int { Value: { IsConstant: true, Value: var value } } ? value : null;

        public Dim? Size => (Value as Argument.Int)?.Value;

        /// <summary>What it is in either way, where a branch left one of two known ints: for uses that need a known one.</summary>
        public Either? Ways { get; init; }

        public bool Equals(Int? other) => other is not null && Value.Equals(other.Value);

        public override int GetHashCode() => Value.GetHashCode();
    }

    public sealed record Float(Argument Value) : Datum
    {
        public double? Known => (Value as Argument.Float)?.Value;
    }

    public sealed record Bool(Argument Value) : Datum
    {
        public bool? Known => (Value as Argument.Bool)?.Value;
    }

    public sealed record Complex(double Real, double Imaginary) : Datum;

    /// <summary>A string. One that a number of the run stands in is good for messages alone.</summary>
    public sealed record Text(string Value, bool IsRough = false) : Datum;

    public sealed record Device(string Name) : Datum;

    /// <summary>A list, which others may hold too: the cell has its items.</summary>
    public sealed record List(Cell Items) : Datum
    {
        public bool Equals(List? other) => ReferenceEquals(Items, other?.Items);

        public override int GetHashCode() => Items.GetHashCode();
    }

    public sealed record Dict(Cell Items) : Datum
    {
        public bool Equals(Dict? other) => ReferenceEquals(Items, other?.Items);

        public override int GetHashCode() => Items.GetHashCode();
    }

    /// <summary>A tuple; of a named one with the names of its fields.</summary>
    public sealed record Tuple(ImmutableArray<Datum> Items, ImmutableArray<string> Names = default) : Datum
    {
        public bool Equals(Tuple? other) => other is not null && Items.SequenceEqual(other.Items);

        public override int GetHashCode() => Items.Length;
    }

    public sealed record Object(Instance Instance) : Datum;

    public sealed record Member(string Class, string Name, Datum Value) : Datum;

    /// <summary>A dotted name that stands for a function, a class or an operator.</summary>
    public sealed record Path(string Name) : Datum;

    public sealed record Method(Instance Instance, string Name) : Datum;

    /// <summary>A function within one, ready to be called without arguments.</summary>
    public sealed record Closure(Func<Datum> Call) : Datum;

    /// <summary>What <c>range</c> gives.</summary>
    public sealed record Range(Int Start, Int Length, Int Step) : Datum;

    /// <summary>None or a value, which only a run tells.</summary>
    public sealed record Optional(Argument Has, Datum Value) : Datum;

    /// <summary>One of two values of which only the run tells which: what uses it is gone through for each.</summary>
    public sealed record Either(Decision Decision, Datum First, Datum Second) : Datum
    {
        /// <summary>All values that it may be.</summary>
        public IEnumerable<Datum> Leaves() => new[] { First, Second }.SelectMany(way => way is Either either ? either.Leaves() : [way]);
    }

    /// <summary>Something that must not be used, with the reason. What TorchScript calls uninitialised is never used: anything may stand for it.</summary>
    public sealed record Unusable(string Why, bool IsUninitialised = false) : Datum;

    public static Int Of(long value) => new(new Argument.Int(value));

    public static Int Of(Dim value) => new(new Argument.Int(value));

    public static Float Of(double value) => new(new Argument.Float(value));

    public static Bool Of(bool value) => new(new Argument.Bool(value));

    public static Text Of(string value) => new(value);

    public static Tuple TupleOf(params IEnumerable<Datum> items) => new([.. items]);

    /// <summary>For messages.</summary>
    public string Kind => this switch
    {
        None => "None",
        Tensor { Reference: var tensor } => tensor.Describe(),
        Quantised => "a quantised tensor",
        Int { Known: { } known } => $"the int {known}",
        Int { Size: { } size } => $"the int {size}",
        Int => "an int that only the run can tell",
        Float { Known: { } known } => FormattableString.Invariant($"the float {known}"),
        Float => "a float that only the run can tell",
        Bool { Known: { } known } => known ? "True" : "False",
        Bool => "a bool that only the run can tell",
        Complex => "a complex number",
        Text { Value: var value } => $"the string '{value}'",
        Device => "a device",
        List => "a list",
        Dict => "a dict",
        Tuple { Items.Length: var count } => $"a tuple of {count}",
        Object { Instance.ClassName: var name } => $"an object of {name}",
        Member { Class: var name, Name: var member } => $"{name}.{member}",
        Range => "a range",
        Optional => "a value or None, which only the run can tell",
        Either either => $"{string.Join(" or ", either.Leaves().Select(leaf => leaf.Kind).Distinct())}, one of several, which only the run can tell",
        Unusable { Why: var why } => why,
        Path { Name: var name } => name,
        _ => "a function",
    };

    /// <summary>The value for a use: of two the one that is taken here.</summary>
    public Datum Usable() => this switch
    {
        Unusable { Why: var why } => throw SconceException.Unsupported(why),
        Either { Decision: var decision, First: var first, Second: var second } => decision.Choose(first, second).Usable(),
        Int { Ways: { Decision.Assumed: not null } ways } => ways.Usable(),
        _ => this,
    };
}

/// <summary>An object: a class's name, and a cell for each attribute.</summary>
internal sealed class Instance(string className)
{
    public string ClassName { get; } = className;

    public Dictionary<string, Cell> Attributes { get; } = [];

    /// <summary>Constants that the class declares.</summary>
    public Dictionary<string, Language.Expression> Finals { get; } = [];

    /// <summary>What the archive gives of an object without attributes: packed parameters of quantised layers are such.</summary>
    public Lazy<Datum>? State { get; init; }

    /// <summary>Where it hangs in the tree of modules, as <c>encoder.conv1</c>; null for objects made by the program.</summary>
    public string? Path { get; init; }
}
