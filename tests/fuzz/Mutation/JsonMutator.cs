using System.Text.Json.Nodes;

namespace Sconce.Fuzz.Mutation;

/// <summary>Changes JSON by its own rules: any value may become another, go away, or be there twice.</summary>
internal static class JsonMutator
{
    /// <summary>Every place in a tree, with the object or list that holds it.</summary>
    public static List<Place> Places(JsonNode root)
    {
        var places = new List<Place>();
        Collect(root);
        return places;

        void Collect(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject parts:
                    foreach (var (key, value) in parts)
                    {
                        places.Add(new(parts, key, 0));
                        Collect(value);
                    }

                    break;
                case JsonArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        places.Add(new(items, null, i));
                        Collect(items[i]);
                    }

                    break;
            }
        }
    }

    public static void Mutate(JsonNode root, Random random)
    {
        var places = Places(root);
        var place = random.Of(places);
        switch (random.Next(6))
        {
            case 0:
                place.Remove();
                break;
            case 1:
                place.Double(random);
                break;
            case 2:
                place.Value = random.Of(places).Value?.DeepClone();
                break;
            default:
                place.Value = Other(place.Value, random);
                break;
        }
    }

    /// <summary>A value of the same kind in most cases.</summary>
    public static JsonNode? Other(JsonNode? value, Random random) => (random.Next(5) == 0 ? null : value) switch
    {
        JsonValue number when number.TryGetValue<long>(out var old) => random.Next(4) switch
        {
            0 => old + random.Next(-2, 3),
            1 => random.Small(),
            _ => random.Edge(),
        },
        JsonValue text when text.TryGetValue<string>(out var old) => random.OneIn(2) || old.Length == 0 ? random.Name() : Text(old, random),
        JsonValue flag when flag.TryGetValue<bool>(out var old) => !old,
        JsonValue => random.Of([0.0, -0.0, 1e308, -1e308, 1e-320, 0.5, -1.5, 3.4e38]),
        JsonArray items => new JsonArray([.. items.Take(random.Next(items.Count + 1)).Select(item => item?.DeepClone())]),
        _ => random.Next(8) switch
        {
            0 => null,
            1 => random.Edge(),
            2 => random.Name(),
            3 => random.OneIn(2),
            4 => new JsonArray(),
            5 => new JsonObject(),
            6 => new JsonArray(random.Small(), random.Edge()),
            _ => 0.25,
        },
    };

    private static string Text(string old, Random random)
    {
        var at = random.Next(old.Length);
        return random.Next(4) switch
        {
            0 => old[..at],
            1 => old.Remove(at, 1),
            2 => old.Insert(at, ((char)random.Next(32, 127)).ToString()),
            _ => old[..at] + old[random.Next(old.Length)..],
        };
    }
}

/// <summary>A value's place in a tree: a key of an object, or an index of a list.</summary>
internal readonly record struct Place(JsonNode Parent, string? Key, int Index)
{
    public JsonNode? Value
    {
        get => Parent is JsonObject parts ? parts[Key!] : ((JsonArray)Parent)[Index];
        set
        {
            if (Parent is JsonObject parts) parts[Key!] = value;
            else ((JsonArray)Parent)[Index] = value;
        }
    }

    public void Remove()
    {
        if (Parent is JsonObject parts) parts.Remove(Key!);
        else ((JsonArray)Parent).RemoveAt(Index);
    }

    /// <summary>The same once more: under another name in an object.</summary>
    public void Double(Random random)
    {
        var copy = Value?.DeepClone();
        if (Parent is JsonObject parts) parts[random.Name()] = copy;
        else ((JsonArray)Parent).Insert(Index, copy);
    }
}
