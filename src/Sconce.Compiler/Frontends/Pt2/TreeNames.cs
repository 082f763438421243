using System.Globalization;
using System.Text;
using System.Text.Json;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Names the leaves of PyTorch's trees of inputs and outputs: <c>mask</c>, <c>logits</c>, <c>hidden.0</c>.</summary>
internal sealed class TreeNames(IReadOnlyDictionary<string, NamedTupleJson> namedTuples, Where place)
{
    /// <summary>The inputs in the order in which PyTorch flattens them: positional ones under forward's own names, then the keywords.</summary>
    public List<string> Inputs(string spec, IReadOnlyList<string>? forwardNames)
    {
        var names = new List<string>();
        if (Parse(spec) is not { Type: "builtins.tuple", ChildrenSpec: [var positional, var keywords] })
        {
            return names;
        }

        for (var i = 0; i < positional.ChildrenSpec.Count; i++)
        {
            Flatten(positional.ChildrenSpec[i], forwardNames?.ElementAtOrDefault(i) ?? $"input.{i}", names);
        }

        Flatten(keywords, "", names);
        return Unique(names);
    }

    /// <summary>The outputs: by their keys and fields; <c>output</c> where there is one without a name, <c>output.0</c> … in a tuple.</summary>
    public List<string> Outputs(string spec)
    {
        var names = new List<string>();
        var root = Parse(spec);
        Flatten(root, Keys(root) is null ? "output" : "", names);
        return Unique(names);
    }

    /// <summary>The leaves of a pickled tree in the order of the names; null where the tree has another form than the spec, or is made of objects that only Python understands.</summary>
    public List<PickleValue>? Leaves(string spec, PickleValue tree)
    {
        var leaves = new List<PickleValue>();
        return Collect(Parse(spec), tree, leaves) ? leaves : null;
    }

    private bool Collect(TreeSpecJson spec, PickleValue value, List<PickleValue> leaves)
    {
        Budget.Spend(1);
        if (spec.IsLeaf)
        {
            leaves.Add(value);
            return true;
        }

        return Children(spec, value) is { } children && children.Count == spec.ChildrenSpec.Count
            && spec.ChildrenSpec.Zip(children).All(pair => Collect(pair.First, pair.Second, leaves));
    }

    /// <summary>Dicts' values in the order of the spec's keys: a caller may give keywords in another.</summary>
    private IReadOnlyList<PickleValue>? Children(TreeSpecJson spec, PickleValue value) => value switch
    {
        PickleValue.Tuple tuple => tuple.Items,
        PickleValue.List list => list.Items,
        PickleValue.Dict dict => InOrder(spec, dict.Items),
        PickleValue.Object { Callee.FullName: "collections.OrderedDict" or "collections.defaultdict" } dict => InOrder(spec, dict.Items),
        PickleValue.Object { Arguments: PickleValue.Tuple fields } when spec.Type == "collections.namedtuple" => fields.Items,
        _ => null,
    };

    private List<PickleValue>? InOrder(TreeSpecJson spec, List<(PickleValue Key, PickleValue Value)> items)
    {
        var byKey = new Dictionary<string, PickleValue>();
        foreach (var (key, value) in items)
        {
            byKey[key switch
            {
                PickleValue.Text text => text.Value,
                PickleValue.Int number => number.Value.ToString(CultureInfo.InvariantCulture),
                _ => "",
            }] = value;
        }

        var keys = Keys(spec) ?? [];
        return keys.TrueForAll(byKey.ContainsKey) ? keys.ConvertAll(key => byKey[key]) : null;
    }

    private TreeSpecJson Parse(string spec)
    {
        // [protocol, tree]
        var text = spec.AsSpan().Trim();
        var comma = text.IndexOf(',');
        if (text.Length < 2 || text[0] != '[' || text[^1] != ']' || comma < 0 || text[1..comma].Trim() is not "1")
        {
            throw new SconceException("a tree of inputs or outputs is not in the form that PyTorch 2.14 writes", place, "export the model again with PyTorch 2.14");
        }

        return SchemaJson.Parse(Encoding.UTF8.GetBytes(text[(comma + 1)..^1].ToString()), SchemaContext.Default.TreeSpecJson, place);
    }

    private void Flatten(TreeSpecJson tree, string path, List<string> names)
    {
        // A key is in the file once, and in the names of all that lies under it.
        Budget.Take(sizeof(char) * (long)path.Length);
        if (tree.IsLeaf)
        {
            names.Add(path);
            return;
        }

        var keys = Keys(tree);
        for (var i = 0; i < tree.ChildrenSpec.Count; i++)
        {
            var key = keys?[i] ?? i.ToString(CultureInfo.InvariantCulture);
            Flatten(tree.ChildrenSpec[i], path.Length == 0 ? key : $"{path}.{key}", names);
        }
    }

    /// <summary>
    /// The children's names: a dict's keys, a named tuple's fields, the attributes of a class such as transformers' ModelOutput.
    /// The context holds them as a list; null where there is no list of as many names.
    /// </summary>
    private List<string>? Keys(TreeSpecJson tree)
    {
        if (tree.Type == "collections.namedtuple" && tree.Context.ValueKind == JsonValueKind.String)
        {
            return namedTuples.GetValueOrDefault(tree.Context.GetString()!)?.FieldNames is { } fields && fields.Count == tree.ChildrenSpec.Count
                ? fields
                : null;
        }

        try
        {
            var context = tree.Context;
            if (context.ValueKind == JsonValueKind.String)
            {
                using var document = JsonDocument.Parse(context.GetString()!);
                context = document.RootElement.Clone();
            }

            return KeysIn(context, tree.ChildrenSpec.Count);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<string>? KeysIn(JsonElement context, int count)
    {
        // A defaultdict puts its keys beside its factory; a dataclass, its fields before the names of those that are None.
        if (context.ValueKind == JsonValueKind.Object)
        {
            return context.TryGetProperty("dict_context", out var inner) ? KeysIn(inner, count) : null;
        }

        if (context.ValueKind != JsonValueKind.Array || count == 0)
        {
            return null;
        }

        if (context.GetArrayLength() == count && context.EnumerateArray().All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number))
        {
            return [.. context.EnumerateArray().Select(item => item.ToString())];
        }

        return context.GetArrayLength() == 2 && context[0].ValueKind == JsonValueKind.Array ? KeysIn(context[0], count) : null;
    }

    private static List<string> Unique(List<string> names)
    {
        var taken = new UniqueNames();
        for (var i = 0; i < names.Count; i++)
        {
            names[i] = taken.Add(names[i]);
        }

        return names;
    }
}
