using System.Collections.Immutable;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What the archive holds as values of the program: each object once, however many names it has; tensors become inputs of the graph when they are first asked for.</summary>
internal sealed class Attributes(ProgramCode code, GraphBuilder builder, Journal journal, ScriptState state, Action<Instance, Datum> setState, Func<string, Datum, Datum?> memberOf)
{
    private readonly Dictionary<ScriptValue, Datum> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ScriptStorage, List<(ScriptValue.Tensor Tensor, TensorReference Reference)>> sharers = new(ReferenceEqualityComparer.Instance);
    private readonly List<(string Path, Cell Cell, object First)> collections = [];
    private readonly List<StoredTensor> tensors = [];
    private readonly List<StoredAttribute> stored = [];
    private readonly List<MadeTensor> made = [];
    private readonly Dictionary<string, Cell> slots = [];

    /// <summary>The lists and dicts of the archive, and what they held at first.</summary>
    public IReadOnlyList<(string Path, Cell Cell, object First)> Collections => collections;

    /// <summary>A tensor of the archive, its input, and what it was at first.</summary>
    public sealed record StoredTensor(ScriptValue.Tensor Tensor, GraphInput Input, TensorReference Reference, Contents First);

    /// <summary>An attribute of an object of the archive, and what it was at first.</summary>
    public sealed record StoredAttribute(Instance Instance, string Name, Cell Cell, Datum First)
    {
        public string Path => string.IsNullOrEmpty(Instance.Path) ? Name : $"{Instance.Path}.{Name}";
    }

    public IReadOnlyList<StoredTensor> Tensors => tensors;

    /// <summary>A tensor that a <c>__setstate__</c> computed, and what it was then: no buffer of the archive holds it.</summary>
    public sealed record MadeTensor(string Path, TensorReference Reference, Contents First);

    public IReadOnlyList<MadeTensor> MadeTensors => made;

    /// <summary>The attributes of all objects that were asked for.</summary>
    public IReadOnlyList<StoredAttribute> Stored => stored;

    /// <summary>The value; with the name it has in the tree of modules, null for a constant of the code.</summary>
    public Datum Of(ScriptValue value, string? path, bool isParameter = false, Expression? type = null)
    {
        if (known.TryGetValue(value, out var datum))
        {
            return datum;
        }

        datum = value switch
        {
            ScriptValue.None => Datum.Nothing,
            ScriptValue.Bool flag => Datum.Of(flag.Value),
            ScriptValue.Int number => Datum.Of(number.Value),
            ScriptValue.Float number => Datum.Of(number.Value),
            ScriptValue.Complex number => new Datum.Complex(number.Real, number.Imaginary),
            ScriptValue.Text text => Datum.Of(text.Value),
            ScriptValue.Device device => new Datum.Device(device.Name),
            ScriptValue.Enum member => Member(member),
            ScriptValue.List list => new Datum.List(Collection(path, list.Items.Select((item, i) => Of(item, Inner(path, i), isParameter)).ToImmutableList())),
            ScriptValue.Dict dict => new Datum.Dict(Collection(path, dict.Items.Select(item => (Of(item.Key, null), Of(item.Value, Inner(path, item.Key)))).ToImmutableList())),
            ScriptValue.Tuple tuple => Tuple(tuple, path, type),
            ScriptValue.Tensor { Quantisation: { } form } tensor => new Datum.Quantised(new(Tensor(tensor, path, isParameter)), Quantiser.Of(form, tensor.Type, this)),
            ScriptValue.Tensor tensor => new Datum.Tensor(Tensor(tensor, path, isParameter)),
            ScriptValue.Object item => Object(item, path),
            _ => throw SconceException.Internal($"a value of the archive of the kind {value.GetType().Name}"),
        };
        if (value is not (ScriptValue.None or ScriptValue.Bool or ScriptValue.Int or ScriptValue.Float))
        {
            known[value] = datum;
        }

        return datum;
    }

    private Datum Member(ScriptValue.Enum member)
    {
        var value = Of(member.Value, null);
        return memberOf(member.QualifiedName, value)
            ?? throw SconceException.Expected($"a member of {member.QualifiedName}", value.Kind, hint: "the file is damaged: save it again with torch.jit.save");
    }

    /// <summary>A place of the archive, which was there before all branches and loops, wherever it is asked for first.</summary>
    private static Cell OfArchive(object content) => new(content, -1);

    private Cell Collection(string? path, object items)
    {
        var cell = OfArchive(items);
        collections.Add((path ?? "a constant", cell, items));
        return cell;
    }

    private static string? Inner(string? path, int place) => path is null ? null : FormattableString.Invariant($"{path}.{place}");

    private static string? Inner(string? path, ScriptValue key) => path is null ? null : key switch
    {
        ScriptValue.Text text => $"{path}.{text.Value}",
        ScriptValue.Int number => FormattableString.Invariant($"{path}.{number.Value}"),
        _ => path,
    };

    private Datum.Tuple Tuple(ScriptValue.Tuple tuple, string? path, Expression? type)
    {
        var names = code.FindClass(TypeNames.Head(type)) is { Definition: { Base: "NamedTuple" } definition } && definition.Attributes.Length == tuple.Items.Length
            ? definition.Attributes.Select(field => field.Name).ToImmutableArray() : default;
        return new([.. tuple.Items.Select((item, i) => Of(item, Inner(path, i)))], names);
    }

    private Datum.Object Object(ScriptValue.Object value, string? path)
    {
        var instance = new Instance(value.QualifiedName) { Path = path, State = value.Attributes.Count == 0 ? new(() => Of(value.State, path)) : null };
        var result = new Datum.Object(instance);
        known[value] = result;
        var definition = code.FindClass(value.QualifiedName)?.Definition;
        var parameters = definition?.Attributes.FirstOrDefault(attribute => attribute.Name == "__parameters__")?.Value is Expression.List list
            ? list.Items.OfType<Expression.Text>().Select(text => text.Value).ToHashSet() : [];
        foreach (var (name, attribute) in value.Attributes)
        {
            var type = definition?.Attributes.FirstOrDefault(declared => declared.Name == name)?.Type;

            // What is never asked for is never read from the file.
            var first = new Lazy<Datum>(() => Of(attribute, string.IsNullOrEmpty(path) ? name : $"{path}.{name}", parameters.Contains(name), type));
            instance.Attributes.Add(name, OfArchive(first));
        }

        foreach (var constant in definition?.Attributes.Where(attribute => TypeNames.Head(attribute.Type) == "Final") ?? [])
        {
            instance.Finals[constant.Name] = constant.Value!;
        }

        if (SetsState(value))
        {
            instance.Attributes.Clear();
            setState(instance, Of(value.State, path));
            foreach (var (name, attribute) in instance.Attributes.Select(pair => (pair.Key, (Datum)pair.Value.Content!)).ToList())
            {
                var whole = string.IsNullOrEmpty(path) ? name : $"{path}.{name}";
                made.AddRange(TensorsOf(attribute).Where(tensor => !tensors.Exists(stored => stored.Reference == tensor))
                    .Select(tensor => new MadeTensor(whole, tensor, tensor.Memories.First().Contents)));
                instance.Attributes[name] = OfArchive(new Lazy<Datum>(attribute));
            }
        }

        return result;
    }

    private bool SetsState(ScriptValue.Object value) => code.FindClass(value.QualifiedName)?.Method(Interpreter.SetStateMethod) is not null;

    private static IEnumerable<TensorReference> TensorsOf(Datum datum) => datum switch
    {
        Datum.Tensor { Reference: var tensor } => [tensor],
        Datum.Quantised { Steps: var steps } => TensorsOf(steps),
        Datum.Tuple tuple => tuple.Items.SelectMany(TensorsOf),
        Datum.List { Items.Content: ImmutableList<Datum> items } => items.SelectMany(TensorsOf),
        Datum.Dict { Items.Content: ImmutableList<(Datum Key, Datum Value)> items } => items.SelectMany(item => TensorsOf(item.Value)),
        _ => [],
    };

    /// <summary>Lets the objects make themselves that do so of their state: before all else, so that what they compute is there for every branch.</summary>
    public void SetStates(ScriptValue root)
    {
        var holds = new Dictionary<ScriptValue, bool>(ReferenceEqualityComparer.Instance);
        Visit(root);

        void Visit(ScriptValue value)
        {
            if (!Holds(value))
            {
                return;
            }

            if (value is ScriptValue.Object && Of(value, "") is Datum.Object { Instance: var instance } && !SetsState((ScriptValue.Object)value))
            {
                foreach (var name in ((ScriptValue.Object)value).Attributes.Where(attribute => Holds(attribute.Value)).Select(attribute => attribute.Key))
                {
                    Read(instance, name);
                }
            }

            Within(value).ToList().ForEach(Visit);
        }

        bool Holds(ScriptValue value)
        {
            if (!holds.TryGetValue(value, out var known))
            {
                holds[value] = known = (value is ScriptValue.Object item && SetsState(item)) || Within(value).Any(Holds);
            }

            return known;
        }

        static IEnumerable<ScriptValue> Within(ScriptValue value) => value switch
        {
            ScriptValue.Object item => item.Attributes.Values,
            ScriptValue.List list => list.Items,
            ScriptValue.Tuple tuple => tuple.Items,
            ScriptValue.Dict dict => dict.Items.Select(item => item.Value),
            _ => [],
        };
    }

    /// <summary>The object that an attribute's path leads to, and the attribute's own name.</summary>
    public (Instance Instance, string Name) Find(Instance root, string path)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            root = Read(root, name) is Datum.Object { Instance: var next } ? next : throw SconceException.Unsupported($"a state within a list or dict of the model: '{path}'");
        }

        return (root, names[^1]);
    }

    /// <summary>What a tensor is in the file; null where it is none of the file's.</summary>
    public TensorData? DataOf(TensorReference reference) => tensors.Find(stored => stored.Reference == reference)?.Tensor.Data;

    /// <summary>Whether all tensors of a value are the file's.</summary>
    public bool IsOfFile(Datum first) => TensorsOf(first).All(tensor => DataOf(tensor) is not null);

    /// <summary>An attribute as it is in the file; null where it is none of the file's.</summary>
    public Datum? First(Instance instance, string name) => instance.Attributes.TryGetValue(name, out var cell) ? stored.Find(attribute => attribute.Cell == cell)?.First : null;

    /// <summary>An attribute as it is now.</summary>
    public Datum? Read(Instance instance, string name)
    {
        if (!instance.Attributes.TryGetValue(name, out var cell))
        {
            return null;
        }

        Touch(instance, name, cell);
        return cell.Content as Datum ?? ((Lazy<Datum>)cell.Content!).Value;
    }

    public void Write(Instance instance, string name, Datum value)
    {
        if (!instance.Attributes.TryGetValue(name, out var cell))
        {
            instance.Attributes.Add(name, cell = journal.New(new Datum.Unusable($"the attribute '{name}' is used before it is set")));
        }
        else
        {
            Touch(instance, name, cell);
        }

        journal.Set(cell, value);
    }

    private void Touch(Instance instance, string name, Cell cell)
    {
        if (instance.Path is not null && cell.Content is Lazy<Datum> first && !stored.Exists(attribute => attribute.Cell == cell))
        {
            stored.Add(new(instance, name, cell, first.Value));
        }
    }

    /// <summary>A tensor that the program makes of known numbers.</summary>
    public Datum.Tensor Made(TensorData data) => Made(Constant(data));

    private Datum.Tensor Made(Value constant) => new(new TensorReference(journal, new Memory(journal.New(new Contents(constant, 0)), MemoryOrder.Dense(GraphBuilder.ShapeOf(constant)))));

    /// <summary>Known numbers as a value of the graph.</summary>
    public Value Constant(TensorData data)
    {
        var value = new Value(builder.Name("tensor"), new GraphType.Tensor(data.Type, [.. data.Shape.Select(size => (Dim)size)]));
        var input = new GraphInput(value, InputKind.Constant, value.Name, data);
        builder.Graph.Inputs.Add(input);
        builder.Typer.Define(input);
        return value;
    }

    /// <summary>A memory that lives from run to run: which others it may be one with, a run before has decided.</summary>
    public void Shared(string slot, Memory memory)
    {
        foreach (var other in state.SharersOf(slot))
        {
            if (slots.TryGetValue(other, out var cell))
            {
                memory.Cell.MayBe(cell);

                // It is asked for first after a write to the other one.
                if (cell.Content is not Contents { Version: 0 })
                {
                    memory.Cell.Content = new Contents(null, 0, $"'{slot}' is used after a write to '{other}', and both may be one tensor since an earlier run: call .clone() where the one becomes the other");
                }
            }
        }

        slots[slot] = memory.Cell;
    }

    private TensorReference Tensor(ScriptValue.Tensor tensor, string? path, bool isParameter)
    {
        var inStorage = sharers.TryGetValue(tensor.Storage, out var list) ? list : sharers[tensor.Storage] = [];
        if (inStorage.Find(other => other.Tensor.IsSame(tensor)).Reference is { } same)
        {
            return same;
        }

        var kind = isParameter ? InputKind.Parameter : path is null ? InputKind.Constant : InputKind.Buffer;
        var name = path ?? "constant";
        var value = new Value(builder.Name(name), new GraphType.Tensor(tensor.Type, [.. tensor.Shape.Select(size => (Dim)size)]));
        var (isWritten, ofState) = state.Find(tensor, path);
        var input = new GraphInput(value, isWritten ? InputKind.Buffer : kind, ofState ?? value.Name, tensor.Data) { IsState = isWritten };
        builder.Graph.Inputs.Add(input);
        builder.Typer.Define(isWritten ? input : input with { Kind = InputKind.Constant });
        var memory = new Memory(OfArchive(new Contents(value, 0)), [.. tensor.Strides.Select(stride => (Dim)stride)]);
        foreach (var (_, other) in inStorage)
        {
            memory.Cell.MayBe(other.Memories.First().Cell);
        }

        Shared(state.SlotOf(tensor), memory);
        var reference = new TensorReference(journal, memory) { Stored = tensor };
        inStorage.Add((tensor, reference));
        tensors.Add(new(tensor, input, reference, memory.Contents));
        return reference;
    }
}
