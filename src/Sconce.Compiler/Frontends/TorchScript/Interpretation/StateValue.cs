using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What an attribute is between runs, as far as every run can rely on it: a constant, or a tensor or number that lives in a buffer.</summary>
internal abstract record StateValue
{
    /// <summary>Lists and objects within others; deeper ones may hold themselves.</summary>
    private const int Deepest = 16;

    private StateValue()
    {
    }

    /// <summary>The same after every run: a number, text, None.</summary>
    public sealed record Constant(Datum Value) : StateValue;

    public sealed record Tensor(DType Type, ImmutableArray<long> Shape) : StateValue
    {
        public bool Equals(Tensor? other) => other is not null && Type == other.Type && Shape.SequenceEqual(other.Shape);

        public override int GetHashCode() => HashCode.Combine(Type, Shape.Length);
    }

    /// <summary>An int, a float or a bool that each run may change.</summary>
    public sealed record Number(DType Type) : StateValue;

    public sealed record Items(ImmutableArray<StateValue> Values, bool IsList, ImmutableArray<string> Names) : StateValue
    {
        public bool Equals(Items? other) => other is not null && IsList == other.IsList && Values.SequenceEqual(other.Values);

        public override int GetHashCode() => Values.Length;
    }

    /// <summary>An object that the program makes.</summary>
    public sealed record Members(string ClassName, ImmutableArray<(string Name, StateValue Value)> Values) : StateValue
    {
        public bool Equals(Members? other) => other is not null && ClassName == other.ClassName && Values.SequenceEqual(other.Values);

        public override int GetHashCode() => HashCode.Combine(ClassName, Values.Length);
    }

    /// <summary>Whether there is no tensor in it.</summary>
    public bool IsOfNumbers => this switch
    {
        Tensor => false,
        Items items => items.Values.All(value => value.IsOfNumbers),
        Pairs pairs => pairs.Values.All(pair => pair.Value.IsOfNumbers),
        Members members => members.Values.All(member => member.Value.IsOfNumbers),
        _ => true,
    };

    public sealed record Pairs(ImmutableArray<(Datum Key, StateValue Value)> Values) : StateValue
    {
        public bool Equals(Pairs? other) => other is not null && Values.SequenceEqual(other.Values);

        public override int GetHashCode() => Values.Length;
    }

    /// <summary>What a value is; null where no buffer can hold it.</summary>
    public static StateValue? Of(Datum datum, GraphBuilder builder, int depth = 0)
    {
        switch (datum)
        {
            case var _ when depth > Deepest:
                return null;
            case Datum.Tensor { Reference: var reference }:
                var value = reference.Read(builder);
                return GraphBuilder.ShapeOf(value) is var shape && shape.All(size => size.IsConstant) ? new Tensor(GraphBuilder.TypeOf(value), [.. shape.Select(size => size.Value)]) : null;
            case Datum.Int { Known: null }:
                return new Number(DType.Int64);
            case Datum.Float { Known: null }:
                return new Number(DType.Float64);
            case Datum.Bool { Known: null }:
                return new Number(DType.Bool);
            case Datum.Tuple tuple:
                return All(tuple.Items.Select(item => Of(item, builder, depth + 1))) is { } parts ? new Items(parts, IsList: false, tuple.Names) : null;
            case Datum.List { Items.Now: ImmutableList<Datum> items }:
                return All(items.Select(item => Of(item, builder, depth + 1))) is { } values ? new Items(values, IsList: true, default) : null;
            case Datum.Dict { Items.Now: ImmutableList<(Datum Key, Datum Value)> pairs }:
                return All(pairs.Select(pair => Of(pair.Value, builder, depth + 1))) is { } found ? new Pairs([.. pairs.Zip(found, (pair, state) => (pair.Key, state))]) : null;
            case Datum.Object { Instance: { Path: null, State: null } instance }:
                var attributes = instance.Attributes.OrderBy(attribute => attribute.Key, StringComparer.Ordinal).ToList();
                return All(attributes.Select(attribute => attribute.Value.Content is Datum held ? Of(held, builder, depth + 1) : null)) is { } members
                    ? new Members(instance.ClassName, [.. attributes.Zip(members, (attribute, state) => (attribute.Key, state))]) : null;
            case Datum.Int or Datum.Float or Datum.Bool or Datum.None or Datum.Text { IsRough: false } or Datum.Device or Datum.Member or Datum.Complex:
                return new Constant(datum);
            default:
                return null;
        }
    }

    /// <summary>What holds of both; null where nothing does.</summary>
    public static StateValue? Both(StateValue a, StateValue b) => (a, b) switch
    {
        _ when a.Equals(b) => a,
        (Items x, Items y) when x.IsList == y.IsList && x.Values.Length == y.Values.Length => All(x.Values.Zip(y.Values, Both)) is { } values ? x with { Values = values } : null,
        (Pairs x, Pairs y) when x.Values.Select(pair => pair.Key).SequenceEqual(y.Values.Select(pair => pair.Key)) =>
            All(x.Values.Zip(y.Values, (p, q) => Both(p.Value, q.Value))) is { } values ? new Pairs([.. x.Values.Zip(values, (pair, state) => (pair.Key, state))]) : null,
        (Members x, Members y) when x.ClassName == y.ClassName && x.Values.Select(member => member.Name).SequenceEqual(y.Values.Select(member => member.Name)) =>
            All(x.Values.Zip(y.Values, (p, q) => Both(p.Value, q.Value))) is { } values ? x with { Values = [.. x.Values.Zip(values, (member, state) => (member.Name, state))] } : null,
        _ => TypeOf(a) is { } type && type == TypeOf(b) ? new Number(type) : null,
    };

    private static DType? TypeOf(StateValue value) => value switch
    {
        Number number => number.Type,
        Constant { Value: Datum.Int } => DType.Int64,
        Constant { Value: Datum.Float } => DType.Float64,
        Constant { Value: Datum.Bool } => DType.Bool,
        _ => null,
    };

    private static ImmutableArray<StateValue>? All(IEnumerable<StateValue?> values) => values.ToList() is var all && all.TrueForAll(value => value is not null) ? [.. all!] : null;
}

/// <summary>What attributes hold after every run, where that is of another kind than what they hold at first.</summary>
/// <param name="Values">By the attributes' paths.</param>
/// <param name="Begins">Whether the first run begins with something else, so that each run asks whether it is the first.</param>
internal sealed record StatePlan(ImmutableDictionary<string, StateValue> Values, bool Begins)
{
    /// <summary>While it is being found out what holds after every run, the program is gone through as if the first run were over.</summary>
    public bool IsLearning { get; init; }
}
