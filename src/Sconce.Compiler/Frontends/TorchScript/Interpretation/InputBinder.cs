using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Makes the arguments of a method of what its parameters' types and the caller say: each tensor within them is an input of the graph.</summary>
internal sealed class InputBinder(Interpreter interpreter, ProgramCode code, GraphBuilder builder, IReadOnlyList<InputSpec> specs)
{
    private readonly HashSet<InputSpec> used = [];
    private IReadOnlyList<FunctionParameter> wanted = [];
    private int place;

    /// <summary>The inputs that are tensors, which the program may write.</summary>
    public List<(GraphInput Input, TensorReference Reference)> Given { get; } = [];

    public List<Datum> Bind(FunctionDefinition method, IEnumerable<FunctionParameter> parameters)
    {
        var left = parameters.ToList();
        wanted = left;
        var result = new List<Datum>();
        foreach (var (i, parameter) in left.Index())
        {
            if (Of(parameter.Name, parameter.Type, parameter.Default, left.Skip(i + 1).Count(later => later.Default is null)) is not { } value)
            {
                break;
            }

            result.Add(value);
        }

        if (specs.FirstOrDefault(spec => !used.Contains(spec)) is { } unknown)
        {
            throw SconceException.Expected($"an input of {method.Name} ({string.Join(", ", left.Select(parameter => parameter.Name))})", $"'{unknown.Name}'");
        }

        return result;
    }

    /// <summary>An argument of a type; null for one that is left out and has a default.</summary>
    private Datum? Of(string name, Expression? type, Expression? otherwise, int following)
    {
        var inner = TypeNames.Arguments(type);
        switch (TypeNames.Head(type))
        {
            case "Tensor" or "":
                return Find(name, otherwise) is { } tensor ? Tensor(name, tensor) : null;
            case "Optional":
                if (Spec(name) is not { } given && !specs.Any(spec => spec.Name.StartsWith($"{name}.", StringComparison.Ordinal)))
                {
                    return otherwise is null ? Datum.Nothing : null;
                }

                return Of(name, inner[0], otherwise, following);
            case "int" or "float" or "bool" or "str" or "number" or "Scalar" or "Device":
                return Find(name, otherwise) is { } number ? Number(name, TypeNames.Head(type), number) : null;
            case "Tuple":
                return Datum.TupleOf(inner.Select((item, i) => Of(FormattableString.Invariant($"{name}.{i}"), item, null, following + inner.Length - i - 1)
                    ?? throw Missing(FormattableString.Invariant($"{name}.{i}"))).ToList());
            case "List":
                return List(name, inner[0], otherwise, following);
            case "Dict":
                var keys = specs.Where(spec => spec.Name.StartsWith($"{name}.", StringComparison.Ordinal)).Select(spec => spec.Name[(name.Length + 1)..].Split('.')[0]).Distinct().ToList();
                return interpreter.NewDict(keys.Select(key => (
                    TypeNames.Head(inner[0]) == "int" ? Datum.Of(long.Parse(key, System.Globalization.CultureInfo.InvariantCulture)) : (Datum)Datum.Of(key),
                    Of($"{name}.{key}", inner[1], null, 0) ?? throw Missing(name))).ToList());
            case var named when code.FindClass(named) is { Definition: { Base: "NamedTuple" } definition }:
                return new Datum.Tuple(
                    [.. definition.Attributes.Select(field => Of($"{name}.{field.Name}", field.Type, null, following) ?? throw Missing($"{name}.{field.Name}"))],
                    [.. definition.Attributes.Select(field => field.Name)]);
            case var other:
                throw SconceException.Unsupported($"the input '{name}' is of the type {other}: only tensors, numbers, and tuples, lists and dicts of these come from outside");
        }
    }

    private Datum? List(string name, Expression inner, Expression? otherwise, int following)
    {
        var prefix = $"{name}.";
        var count = specs.Where(spec => spec.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(spec => spec.Name[prefix.Length..].Split('.')[0]).Distinct().Count();
        if (count == 0)
        {
            // By places: all that other parameters leave.
            count = specs.Count(spec => !used.Contains(spec) && IsPlace(spec.Name)) - following;
        }

        if (count <= 0 && otherwise is not null)
        {
            return null;
        }

        if (count <= 0)
        {
            throw Missing($"{name}.0");
        }

        return interpreter.NewList(Enumerable.Range(0, count).Select(i => Of(FormattableString.Invariant($"{prefix}{i}"), inner, null, following + count - i - 1) ?? throw Missing(prefix)).ToList());
    }

    private static bool IsPlace(string name) => name.StartsWith("in", StringComparison.Ordinal) && int.TryParse(name.AsSpan(2), out _);

    private InputSpec? Spec(string name) => specs.FirstOrDefault(spec => spec.Name == name) ?? specs.FirstOrDefault(spec => spec.Name == FormattableString.Invariant($"in{place}"));

    private InputSpec? Find(string name, Expression? otherwise)
    {
        var spec = Spec(name);
        if (spec is null)
        {
            return otherwise is null ? throw Missing(name) : null;
        }

        used.Add(spec);
        place++;
        return spec;
    }

    /// <summary>With the command to type: the names of all inputs, where only sizes are to be filled in.</summary>
    private SconceException Missing(string name)
    {
        var options = wanted.Where(parameter => parameter.Default is null).SelectMany(parameter => Leaves(parameter.Name, parameter.Type))
            .Select(leaf => $" --input {leaf.Name}={(leaf.IsTensor ? "SIZES" : "NUMBER")}");
        return SconceException.Expected($"the dtype and shape of the input '{name}', since TorchScript records none", "none",
            hint: $"say what the inputs are:{string.Concat(options)}, where SIZES are 1x3x224x224, or int64:1x16, or ?x3x?x? where each run decides; or lay a .npz with example arrays beside the model, of the same name");
    }

    /// <summary>The tensors and numbers within an input that is not optional.</summary>
    private IEnumerable<(string Name, bool IsTensor)> Leaves(string name, Expression? type)
    {
        var inner = TypeNames.Arguments(type);
        return TypeNames.Head(type) switch
        {
            "Tensor" or "" => [(name, true)],
            "Optional" => [],
            "Tuple" => inner.SelectMany((item, i) => Leaves(FormattableString.Invariant($"{name}.{i}"), item)),
            "List" => Leaves($"{name}.0", inner[0]),
            "Dict" => Leaves($"{name}.KEY", inner[1]),
            var named when code.FindClass(named) is { Definition: { Base: "NamedTuple" } definition } => definition.Attributes.SelectMany(field => Leaves($"{name}.{field.Name}", field.Type)),
            _ => [(name, false)],
        };
    }

    private Datum Tensor(string name, InputSpec spec)
    {
        switch (spec)
        {
            case { Fixed: Argument.None }:
                return Datum.Nothing;
            case { Fixed: Argument.Int { Value: var size }, Shape.IsDefault: true }:
                spec = spec with { Shape = [size] };
                break;
        }

        var value = new Value(builder.Name(name), new GraphType.Tensor(spec.Type, spec.Shape));
        var input = new GraphInput(value, InputKind.User, name, null);
        builder.Graph.Inputs.Add(input);
        builder.Typer.Define(input);
        var reference = interpreter.NewDense(value);
        Given.Add((input, reference));
        return new Datum.Tensor(reference);
    }

    private Datum Number(string name, string type, InputSpec spec)
    {
        if ((spec.Fixed ?? spec.Example) is { } constant)
        {
            builder.Graph.Inputs.Add(new GraphInput(new Value(builder.Name(name), new GraphType.None()), InputKind.User, name, null) { Fixed = constant });
            return constant switch
            {
                Argument.Int number => type == "float" ? Datum.Of((double)number.Value.Value) : type == "bool" ? Datum.Of(number.Value.Value != 0) : new Datum.Int(number),
                Argument.Float => new Datum.Float(constant),
                Argument.Bool => new Datum.Bool(constant),
                Argument.Text text => Datum.Of(text.Value),
                _ => Datum.Nothing,
            };
        }

        if (type == "int")
        {
            var value = new Value(builder.Name(name), new GraphType.Int());
            var input = new GraphInput(value, InputKind.User, name, null);
            builder.Graph.Inputs.Add(input);
            builder.Typer.Define(input);
            return new Datum.Int(value);
        }

        return type is "float" or "bool" ? interpreter.NumberOf((Datum.Tensor)Tensor(name, spec with { Shape = [] }))
            : throw SconceException.Unsupported($"the input '{name}' is a {type}, and must be the same in every run", hint: $"say what it is, as in --input {name}=1");
    }
}
