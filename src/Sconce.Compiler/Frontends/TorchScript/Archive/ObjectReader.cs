using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>
/// Makes values of a pickle of TorchScript's. The classes and functions that it may name are those that TorchScript writes; nothing of them is run. What the pickle shares is shared.
/// </summary>
/// <param name="storage">The bytes of a storage, by the key that the pickle gives it; null where the archive has left out all of them, and tensors are dtypes and shapes alone.</param>
/// <param name="place">The pickle, for messages.</param>
internal sealed class ObjectReader(Func<string, DType, ScriptStorage>? storage, Where place)
{
    /// <summary>Modules lie within modules some ten deep.</summary>
    private const int DeepestNesting = 200;

    /// <summary>A small file may share its way to a tree of any size, which whoever walks it would never see the end of.</summary>
    private const long LargestTree = 1 << 22;

    /// <summary>One element of any dtype.</summary>
    private static readonly ScriptStorage NoBytes = new(new byte[16]);

    private readonly Dictionary<PickleValue, (ScriptValue? Value, long Size)> read = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> path = [];

    /// <summary>The value, which reaches from here to all that it holds.</summary>
    public ScriptValue Read(PickleValue value) => Within(value).Value;

    private (ScriptValue Value, long Size) Within(PickleValue value)
    {
        if (read.TryGetValue(value, out var known))
        {
            return known.Value is { } again ? (again, known.Size) : throw Damaged("holds itself");
        }

        if (path.Count >= DeepestNesting)
        {
            throw Damaged($"holds values more than {DeepestNesting} deep");
        }

        Budget.Spend(1);
        read[value] = default;
        var size = 1L;
        var made = Make(value, ref size);
        if (size > LargestTree)
        {
            throw Damaged($"shares values so often that written out they were more than {LargestTree}");
        }

        read[value] = (made, size);
        return (made, size);
    }

    private ScriptValue Make(PickleValue value, ref long size) => value switch
    {
        PickleValue.None => ScriptValue.Nothing,
        PickleValue.Bool { Value: var flag } => new ScriptValue.Bool(flag),
        PickleValue.Int { Value: var number } => new ScriptValue.Int(number),
        PickleValue.Float { Value: var number } => new ScriptValue.Float(number),
        PickleValue.Text { Value: var text } => new ScriptValue.Text(text),
        PickleValue.Tuple tuple => new ScriptValue.Tuple(Items(tuple.Items, ref size)),
        PickleValue.List list => new ScriptValue.List(Items(list.Items, ref size), null),
        PickleValue.Dict dict => new ScriptValue.Dict(Pairs(dict.Items, ref size), null),
        PickleValue.Object made => Make(made, ref size),
        PickleValue.Global { FullName: var name } => throw Refused($"the name {name}"),
        _ => throw Damaged("is no value of TorchScript's"),
    };

    private ScriptValue Make(PickleValue.Object made, ref long size)
    {
        var arguments = made.Arguments is PickleValue.Tuple { Items: var items } ? items : [made.Arguments];
        switch (made.Callee.FullName)
        {
            case "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_tensor_v3" when arguments is
                [PickleValue.Persistent bytes, PickleValue.Int offset, PickleValue.Tuple shape, PickleValue.Tuple strides, ..]:
                return Tensor(bytes, offset.Value, shape, strides, arguments is [_, _, _, _, PickleValue.Bool { Value: true }, ..], null);
            case "torch._utils._rebuild_qtensor" when arguments is
                [PickleValue.Persistent bytes, PickleValue.Int offset, PickleValue.Tuple shape, PickleValue.Tuple strides, PickleValue.Tuple quantiser, ..]:
                return Tensor(bytes, offset.Value, shape, strides, false, Quantisation(quantiser.Items, ref size));
            case "torch._utils._rebuild_parameter" when arguments is [var tensor, ..]:
                return Inner(tensor, null, ref size);
            case "torch._utils._rebuild_sparse_tensor":
                throw SconceException.Unsupported($"'{Path}' is a sparse tensor", place, "call .to_dense() on it before saving the model");
            case "torch._utils._rebuild_meta_tensor_no_storage":
                throw new SconceException($"'{Path}' is on the device meta, and has no numbers", place, "load real weights into the model before saving it");
            case "torch.jit._pickle.build_intlist" or "torch.jit._pickle.build_doublelist" or "torch.jit._pickle.build_boollist" or "torch.jit._pickle.build_tensorlist"
                or "torch.jit._pickle.build_complexlist" when arguments is [PickleValue.List list]:
                return new ScriptValue.List(Items(list.Items, ref size), ListTypes[made.Callee.FullName]);
            case "torch.jit._pickle.restore_type_tag" when arguments is [var tagged, PickleValue.Text { Value: var type }]:
                return Inner(tagged, null, ref size) switch
                {
                    ScriptValue.List list => new ScriptValue.List(list.Items, type),
                    ScriptValue.Dict dict => new ScriptValue.Dict(dict.Items, type),
                    var other => other,
                };
            case "torch.device" when arguments is [PickleValue.Text { Value: var device }]:
                return new ScriptValue.Device(device);
            case "builtins.complex" when arguments is [PickleValue.Float real, PickleValue.Float imaginary]:
                return new ScriptValue.Complex(real.Value, imaginary.Value);
            case "collections.OrderedDict" when arguments.IsEmpty:
                return new ScriptValue.Dict(Pairs(made.Items, ref size), null);
            case var name when name.StartsWith(ScriptArchive.Namespace, StringComparison.Ordinal):
                return made.Arguments is PickleValue.Tuple { Items: [] } ? Instance(name, made.State, ref size) : new ScriptValue.Enum(name, Inner(made.Arguments, null, ref size));
            case var name:
                throw Refused($"an object that {name} makes");
        }
    }

    private static readonly Dictionary<string, string> ListTypes = new()
    {
        ["torch.jit._pickle.build_intlist"] = "List[int]",
        ["torch.jit._pickle.build_doublelist"] = "List[float]",
        ["torch.jit._pickle.build_boollist"] = "List[bool]",
        ["torch.jit._pickle.build_tensorlist"] = "List[Tensor]",
        ["torch.jit._pickle.build_complexlist"] = "List[complex]",
    };

    /// <summary>An object of a class of the model's. Its state is its attributes by name, unless it has a <c>__setstate__</c> of its own.</summary>
    private ScriptValue.Object Instance(string name, PickleValue state, ref long size)
    {
        if (state is not PickleValue.Dict { Items: var items } || !items.TrueForAll(item => item.Key is PickleValue.Text))
        {
            return new(name, ImmutableDictionary<string, ScriptValue>.Empty, Inner(state, null, ref size));
        }

        var attributes = new OrderedDictionary<string, ScriptValue>(items.Count);
        foreach (var (key, value) in items)
        {
            var attribute = ((PickleValue.Text)key).Value;
            attributes[attribute] = Inner(value, attribute, ref size);
        }

        // Both are one tree; its size counts once.
        return new(name, attributes, new ScriptValue.Dict([.. attributes.Select(pair => ((ScriptValue)new ScriptValue.Text(pair.Key), pair.Value))], null));
    }

    private ImmutableArray<ScriptValue> Items(IReadOnlyList<PickleValue> items, ref long size)
    {
        var result = ImmutableArray.CreateBuilder<ScriptValue>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            result.Add(Inner(items[i], $"{i}", ref size));
        }

        return result.MoveToImmutable();
    }

    private ImmutableArray<(ScriptValue Key, ScriptValue Value)> Pairs(IReadOnlyList<(PickleValue Key, PickleValue Value)> pairs, ref long size)
    {
        var result = ImmutableArray.CreateBuilder<(ScriptValue Key, ScriptValue Value)>(pairs.Count);
        foreach (var (key, value) in pairs)
        {
            result.Add((Inner(key, null, ref size), Inner(value, key is PickleValue.Text { Value: var name } ? name : null, ref size)));
        }

        return result.MoveToImmutable();
    }

    private ScriptValue Inner(PickleValue value, string? name, ref long size)
    {
        path.Add(name ?? "");
        var (made, inner) = Within(value);
        path.RemoveAt(path.Count - 1);
        size += inner;
        return made;
    }

    private ScriptValue.Tensor Tensor(
        PickleValue.Persistent bytes, long offset, PickleValue.Tuple shape, PickleValue.Tuple strides, bool requiresGrad, ScriptQuantisation? quantisation)
    {
        if (bytes.Id is not PickleValue.Tuple { Items: [PickleValue.Text { Value: "storage" }, PickleValue.Global kind, PickleValue.Text key, ..] })
        {
            throw Damaged("is stored as a tensor without a storage");
        }

        var type = StorageTypes.ToDType(kind.FullName)
            ?? throw SconceException.Unsupported($"'{Path}' lies in a {kind.FullName}", place, "convert the model to float32 (model.float()) before saving it");
        var sizes = Numbers(shape);
        var stored = storage?.Invoke(key.Value, type) ?? NoBytes;
        var data = stored == NoBytes
            ? StoredTensor.Create(Path, type, sizes, [.. sizes.Select(_ => 0L)], 0, stored.Bytes, place)
            : StoredTensor.Create(Path, type, sizes, Numbers(strides), offset, stored.Bytes, place);
        return new(stored, data) { RequiresGrad = requiresGrad, Quantisation = quantisation };
    }

    private ScriptQuantisation Quantisation(ImmutableArray<PickleValue> quantiser, ref long size)
    {
        switch (quantiser)
        {
            case [PickleValue.Global { FullName: "torch.per_tensor_affine" }, PickleValue.Float scale, PickleValue.Int zero]:
                return new ScriptQuantisation.PerTensor(scale.Value, zero.Value);
            case [PickleValue.Global { FullName: "torch.per_channel_affine" or "torch.per_channel_affine_float_qparams" }, var scales, var zeros, PickleValue.Int axis]
                when Inner(scales, null, ref size) is ScriptValue.Tensor first && Inner(zeros, null, ref size) is ScriptValue.Tensor second:
                return new ScriptQuantisation.PerChannel(first, second, axis.Value);
            default:
                throw Damaged("is quantised in a way that PyTorch does not write");
        }
    }

    private ImmutableArray<long> Numbers(PickleValue.Tuple tuple) =>
        [.. tuple.Items.Select(item => item is PickleValue.Int { Value: var value } ? value : throw Damaged("has a size that is no number"))];

    /// <summary>The attributes that lead to the value that is being read.</summary>
    private string Path => string.Join('.', path.Where(name => name.Length > 0)) is { Length: > 0 } names ? names : "the module";

    private SconceException Refused(string what) => SconceException.Unsupported(
        $"'{Path}' is stored as {what}, which TorchScript does not write and Sconce does not run", place,
        "save the model with torch.jit.save, and take out of it what is no tensor, number, text, list, dict, tuple or class of TorchScript's");

    private SconceException Damaged(string problem) => new($"'{Path}' {problem}", place, "the file is damaged: save it again");
}
