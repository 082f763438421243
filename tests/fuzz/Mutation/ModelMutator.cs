using System.Text.Json.Nodes;

namespace Sconce.Fuzz.Mutation;

/// <summary>Changes an exported program by what its parts mean: sizes, dtypes, symbols, guards, names, arguments, operators.</summary>
/// <param name="model">The JSON of the model.</param>
/// <param name="other">Another model, to take parts from.</param>
internal sealed class ModelMutator(JsonObject model, Func<Random, JsonObject> other)
{
    private JsonObject Module => (JsonObject)model["graph_module"]!;

    private JsonObject Graph => (JsonObject)Module["graph"]!;

    private JsonArray Nodes => (JsonArray)Graph["nodes"]!;

    /// <summary>Anything at all.</summary>
    public void Mutate(Random random)
    {
        switch (random.Next(12))
        {
            case 0: Size(random, random.Edge); break;
            case 1: DType(random); break;
            case 2: Range(random); break;
            case 3: Expression(random); break;
            case 4: Guard(random); break;
            case 5: Rename(random); break;
            case 6: Argument(random); break;
            case 7: Operator(random); break;
            case 8: Node(random); break;
            case 9: JsonMutator.Mutate(Graph, random); break;
            case 10: JsonMutator.Mutate(Module, random); break;
            default: JsonMutator.Mutate(model, random); break;
        }
    }

    /// <summary>What may still be a model: other arguments, sizes, dtypes and operators.</summary>
    public void MutateMeaning(Random random)
    {
        switch (random.Next(8))
        {
            case 0 or 1: Size(random, random.Small); break;
            case 2: DType(random); break;
            case 3: Operator(random); break;
            case 4: Reference(random); break;
            default: Argument(random); break;
        }
    }

    private void Size(Random random, Func<long> number)
    {
        var meta = random.Of([.. ((JsonObject)Graph["tensor_values"]!).Select(value => (JsonObject)value.Value!)]);
        var list = (JsonArray)meta[random.OneIn(8) ? "strides" : "sizes"]!;
        var place = random.Next(Math.Max(list.Count, 1));
        switch (random.Next(5))
        {
            case 0:
                list.Insert(Math.Min(place, list.Count), SymInt(random.Small()));
                break;
            case 1 when list.Count > 0:
                list.RemoveAt(place);
                break;
            case 2 when list.Count > 0:
                list[place] = new JsonObject { ["as_expr"] = new JsonObject { ["expr_str"] = Expressions.Make(random, Symbols()), ["hint"] = new JsonObject { ["as_int"] = random.Next(1, 9) } } };
                break;
            default:
                if (list.Count > 0) list[place] = SymInt(number());
                else list.Add(SymInt(number()));
                break;
        }
    }

    private static JsonObject SymInt(long value) => new() { ["as_int"] = value };

    private void DType(Random random)
    {
        var meta = random.Of([.. ((JsonObject)Graph["tensor_values"]!).Select(value => (JsonObject)value.Value!)]);
        meta["dtype"] = random.Next(0, 15);
    }

    private string[] Symbols() => model["range_constraints"] is JsonObject { Count: > 0 } ranges ? [.. ranges.Select(range => range.Key)] : ["s0"];

    private void Range(Random random)
    {
        var ranges = (JsonObject)model["range_constraints"]!;
        var name = random.OneIn(6) ? random.Name() : random.Of(Symbols());
        ranges[name] = new JsonObject
        {
            ["min_val"] = random.OneIn(3) ? random.Edge() : random.Small(),
            ["max_val"] = random.OneIn(8) ? null : random.OneIn(2) ? random.Edge() : random.Next(0, 100),
        };
    }

    private void Expression(Random random)
    {
        var place = random.Of([.. JsonMutator.Places(model).Where(place => place.Key == "expr_str")]);
        place.Value = Expressions.Make(random, Symbols(), place.Value!.GetValue<string>());
    }

    private void Guard(Random random)
    {
        var guards = model["guards_code"] as JsonArray ?? [];
        if (guards.Parent is null)
        {
            model["guards_code"] = guards;
        }

        guards.Add(Expressions.Guard(random, [.. ((JsonArray)Graph["inputs"]!).Select(input => input?["as_tensor"]?["name"]?.GetValue<string>()).OfType<string>().DefaultIfEmpty("x")]));
    }

    private void Rename(Random random)
    {
        var names = JsonMutator.Places(model).Where(place => place.Key is "name" or "fqn" or "target" or "parameter_name" or "buffer_name").ToList();
        random.Of(names).Value = random.OneIn(2) ? random.Name() : random.Of(names).Value?.DeepClone();
    }

    /// <summary>An argument becomes another of the same kind, or another kind.</summary>
    private void Argument(Random random)
    {
        var inputs = (JsonArray)random.Of([.. Nodes])!["inputs"]!;
        if (random.OneIn(8))
        {
            inputs.RemoveAt(random.Next(inputs.Count));
            return;
        }

        var argument = (JsonObject)random.Of([.. inputs])!;
        var union = (JsonObject)argument["arg"]!;
        var (kind, value) = union.First();
        switch (kind)
        {
            case "as_int": union[kind] = random.OneIn(4) ? random.Edge() : random.Small(); break;
            case "as_float": union[kind] = JsonMutator.Other(1.5, random); break;
            case "as_bool": union[kind] = !value!.GetValue<bool>(); break;
            case "as_scalar_type": union[kind] = random.Next(0, 15); break;
            case "as_string": union[kind] = random.Of(["sum", "mean", "none", "add", "reflect", "constant", "circular", "amax", "prod", "multiply", "ij,jk->ik", "...i->i", "ii", "floor", ""]); break;
            case "as_ints" or "as_floats" or "as_bools": Items((JsonArray)value!, random); break;
            case "as_tensor" or "as_sym_int": Reference(random); break;
            default:
                argument["arg"] = random.Next(6) switch
                {
                    0 => new JsonObject { ["as_int"] = random.Small() },
                    1 => new JsonObject { ["as_none"] = true },
                    2 => new JsonObject { ["as_float"] = 0.5 },
                    3 => new JsonObject { ["as_ints"] = new JsonArray(random.Small(), random.Small()) },
                    4 => new JsonObject { ["as_bool"] = true },
                    _ => new JsonObject { ["as_tensor"] = new JsonObject { ["name"] = TensorName(random) } },
                };
                break;
        }

        if (random.OneIn(10))
        {
            argument["arg"] = new JsonObject { ["as_none"] = true };
        }
    }

    private static void Items(JsonArray items, Random random)
    {
        var place = random.Next(items.Count + 1);
        if (place == items.Count)
        {
            items.Add(items.Count > 0 && items[0] is JsonValue first && first.TryGetValue<bool>(out _) ? random.OneIn(2) : random.Small());
        }
        else if (random.OneIn(4))
        {
            items.RemoveAt(place);
        }
        else
        {
            items[place] = JsonMutator.Other(items[place], random);
        }
    }

    private string TensorName(Random random) => random.Of([.. ((JsonObject)Graph["tensor_values"]!).Select(value => value.Key)]);

    /// <summary>Another tensor in a tensor's place.</summary>
    private void Reference(Random random)
    {
        var tensors = JsonMutator.Places(Nodes).Where(place => place.Key == "as_tensor").ToList();
        ((JsonObject)random.Of(tensors).Value!)["name"] = TensorName(random);
    }

    private void Operator(Random random)
    {
        var node = (JsonObject)random.Of([.. Nodes])!;
        var source = (JsonArray)other(random)["graph_module"]!["graph"]!["nodes"]!;
        node["target"] = random.Of([.. source])!["target"]!.DeepClone();
    }

    /// <summary>A node goes away, comes twice, or moves.</summary>
    private void Node(Random random)
    {
        var place = random.Next(Nodes.Count);
        var node = Nodes[place]!.DeepClone();
        if (!random.OneIn(3))
        {
            Nodes.RemoveAt(place);
        }

        if (!random.OneIn(3))
        {
            Nodes.Insert(random.Next(Nodes.Count + 1), node);
        }
    }
}
