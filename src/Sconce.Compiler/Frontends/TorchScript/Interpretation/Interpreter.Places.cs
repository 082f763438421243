using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Items of a list by a place that only the run tells.
internal sealed partial class Interpreter
{
    private const int MostPlaces = 64;

    /// <summary>The item at a place: one of all.</summary>
    private Datum ItemAt(ImmutableList<Datum> items, Datum.Int place)
    {
        CheckPlace(items, place);
        var chosen = items[^1];
        for (var i = items.Count - 2; i >= 0; i--)
        {
            chosen = Either(IsAt(place, i, items.Count), items[i], chosen);
        }

        return chosen;
    }

    /// <summary>A module that hangs on a container, by its place or its name: what <c>prim::ModuleContainerIndex</c> gives where all have one interface.</summary>
    private Datum ChildAt(Instance container, Datum index)
    {
        var children = container.Attributes.Select(attribute => (attribute.Key, Value: attributes.Read(container, attribute.Key)))
            .Where(child => child.Value is Datum.Object { Instance.Path: not null }).ToList();
        if (index.Usable() is Datum.Text { IsRough: false, Value: var name })
        {
            return children.Find(child => child.Key == name).Value ?? throw new RaisedException($"{container.Path} has no module '{name}'");
        }

        // Modules are not counted from the end: PyTorch looks for one with the name of the number.
        var place = ToInt(index);
        Assert(CallOperator("aten::ge", [place, Datum.Of(0)], []), $"{container.Path} has no module of a place below 0");
        return place.Known is null ? ItemAt([.. children.Select(child => child.Value!)], place) : children[Place(place, children.Count)].Value!;
    }

    /// <summary>Whether a dict has a key that only the run tells.</summary>
    private Datum.Bool HasKey(Datum.Dict dict, Datum.Int key) => KeysOf(dict).Aggregate(
        Datum.Of(false), (any, item) => (Datum.Bool)CallOperator("aten::__or__", [any, CallOperator("aten::eq", [key, item.Key], [])], []));

    /// <summary>A dict's value for a key that only the run tells; without another, one of those there are.</summary>
    private Datum ValueOf(Datum.Dict dict, Datum.Int key, Datum? otherwise) => KeysOf(dict) is { IsEmpty: false } items ? items.Reverse().Aggregate(
        otherwise ?? items[^1].Value, (chosen, item) => Either(DecisionOf(((Datum.Bool)CallOperator("aten::eq", [key, item.Key], [])).Value), item.Value, chosen))
        : otherwise ?? throw new RaisedException("a key of an empty dict");

    private static ImmutableList<(Datum Key, Datum Value)> KeysOf(Datum.Dict dict) => DictItems(dict) is { Count: <= MostPlaces } items ? items
        : throw SconceException.Unsupported($"a key that only the run can tell, of a dict of {DictItems(dict).Count}", hint: "put the values into a tensor, and take its items");

    /// <summary>The list with another item at a place.</summary>
    private ImmutableList<Datum> WithItemAt(ImmutableList<Datum> items, Datum.Int place, Datum value)
    {
        CheckPlace(items, place);
        return [.. items.Select((item, i) => Either(IsAt(place, i, items.Count), value, item))];
    }

    private void CheckPlace(ImmutableList<Datum> items, Datum.Int place)
    {
        if (items.Count is 0 or > MostPlaces)
        {
            throw SconceException.Unsupported(
                $"an item of a list of {items.Count} by a place that only the run can tell", hint: "put the tensors into one, with torch.stack, and take its rows");
        }

        var inside = CallOperator(
            "aten::__and__", [CallOperator("aten::ge", [place, Datum.Of(-items.Count)], []), CallOperator("aten::lt", [place, Datum.Of(items.Count)], [])], []);
        Assert(inside, $"list index out of range: the list has {items.Count} items");
    }

    /// <summary>Whether a place, which may be counted from the end, is a certain one.</summary>
    private Decision IsAt(Datum.Int place, int known, int count) => DecisionOf(((Datum.Bool)CallOperator(
        "aten::__or__", [CallOperator("aten::eq", [place, Datum.Of(known)], []), CallOperator("aten::eq", [place, Datum.Of(known - count)], [])], [])).Value);

    /// <summary>One of two values, as a condition decides.</summary>
    private Datum Either(Decision decision, Datum first, Datum second)
    {
        if ((decision.Assumed ?? (decision.Condition as Argument.Bool)?.Value) is { } way)
        {
            return way ? first : second;
        }

        return (first, second) switch
        {
            _ when first.Equals(second) => first,
            (Datum.Tensor a, Datum.Tensor b) => new Datum.Tensor(new TensorReference(journal, decision, a.Reference, b.Reference)),
            (Datum.Int a, Datum.Int b) => new Datum.Int(builder.Select(decision.Condition, a.Value, b.Value, new GraphType.Int())),
            (Datum.Float a, Datum.Float b) => new Datum.Float(builder.Select(decision.Condition, a.Value, b.Value, new GraphType.Float())),
            (Datum.Bool a, Datum.Bool b) => new Datum.Bool(builder.Select(decision.Condition, a.Value, b.Value, new GraphType.Bool())),
            _ => new Datum.Either(decision, first, second),
        };
    }
}
