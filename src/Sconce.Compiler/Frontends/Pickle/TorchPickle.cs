using System.Collections.Immutable;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Zip;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pickle;

/// <summary>A file of <c>torch.save</c>: a zip with a pickle, and beside it the storages of the tensors that this names.</summary>
internal sealed class TorchPickle
{
    /// <summary>A parameter of a subclass: that is as deep as PyTorch wraps a tensor.</summary>
    private const int DeepestWrapping = 4;

    private const string RebuildParameter = "torch._utils._rebuild_parameter";
    private const string RebuildParameterWithState = "torch._utils._rebuild_parameter_with_state";
    private const string RebuildFromType = "torch._tensor._rebuild_from_type_v2";
    private const string RebuildTensor = "torch._utils._rebuild_tensor_v2";
    private const string RebuildTyped = "torch._utils._rebuild_tensor_v3";

    private static readonly HashSet<string> Rebuilds = [RebuildParameter, RebuildParameterWithState, RebuildFromType, RebuildTensor, RebuildTyped];

    private readonly ZipReader zip;
    private readonly string root;
    private readonly Where place;
    private readonly bool isBigEndian;

    public TorchPickle(ReadOnlyMemory<byte> file, Where place)
    {
        this.place = place;
        zip = new ZipReader(ModelBytes.Of(file), place.ToString());
        root = zip.Entries.FirstOrDefault() is { Name: var first } ? first[..(first.IndexOf('/') + 1)] : "";
        isBigEndian = zip.TryFind(root + "byteorder", out var order) && Encoding.ASCII.GetString(zip.Read(order).Span).Trim() == "big";
    }

    /// <summary>The one tensor that the file holds; of a tensor subclass the tensors that it wraps, by their attributes' names (those of a wrapped subclass with a dot).</summary>
    public static StoredWeight ReadTensor(ReadOnlyMemory<byte> file, string name, Where place)
    {
        var pickle = new TorchPickle(file, place);
        return pickle.Weight(name, pickle.Value());
    }

    /// <inheritdoc cref="ReadTensor"/>
    public StoredWeight Weight(string name, PickleValue value)
    {
        if (!IsWrapper(value, out _))
        {
            return new StoredWeight.Plain(Tensor(name, value));
        }

        var parts = new OrderedDictionary<string, TensorData>();
        Collect(name, "", value, parts, depth: 0);
        return new StoredWeight.Wrapped(parts);
    }

    private void Collect(string name, string prefix, PickleValue value, OrderedDictionary<string, TensorData> parts, int depth)
    {
        if (!IsWrapper(value, out var attributes))
        {
            parts.TryAdd(prefix, Tensor($"{name}.{prefix}", value));
            return;
        }

        if (depth == DeepestWrapping)
        {
            throw Damaged(name);
        }

        foreach (var (key, attribute) in attributes.Items)
        {
            if (key is PickleValue.Text { Value: var text } && attribute is PickleValue.Object { Callee.FullName: var callee } && Rebuilds.Contains(callee))
            {
                Collect(name, prefix.Length == 0 ? text : $"{prefix}.{text}", attribute, parts, depth + 1);
            }
        }
    }

    /// <summary>A tensor subclass that wraps others, as torchao's quantised weights: its class is a name, its attributes are data.</summary>
    private static bool IsWrapper(PickleValue value, out PickleValue.Dict attributes)
    {
        attributes = new();
        if (value is PickleValue.Object { Callee.FullName: RebuildParameter, Arguments: PickleValue.Tuple { Items: [var inner, ..] } })
        {
            return IsWrapper(inner, out attributes);
        }

        if (value is PickleValue.Object
            {
                Callee.FullName: RebuildFromType,
                Arguments: PickleValue.Tuple { Items: [PickleValue.Global { FullName: "torch._utils._rebuild_wrapper_subclass" }, _, _, PickleValue.Dict state, ..] },
            })
        {
            attributes = state;
            return true;
        }

        return false;
    }

    /// <summary>What the file holds; for the tensors within there is <see cref="Tensor(string, PickleValue)"/>.</summary>
    public PickleValue Value() => PickleReader.Read(Read("data.pkl"), place);

    public TensorData Tensor(string name, PickleValue value) => Tensor(name, value, depth: 0);

    /// <summary>The functions that torch.save has rebuild a tensor, by name; any other is refused.</summary>
    private TensorData Tensor(string name, PickleValue value, int depth) => value switch
    {
        _ when depth > DeepestWrapping => throw Damaged(name),
        PickleValue.Object { Callee.FullName: RebuildParameter or RebuildParameterWithState } parameter
            when parameter.Arguments is PickleValue.Tuple { Items: [var tensor, ..] } => Tensor(name, tensor, depth + 1),
        PickleValue.Object { Callee.FullName: RebuildFromType } subclass
            when subclass.Arguments is PickleValue.Tuple { Items: [PickleValue.Global function, _, var arguments, ..] } =>
            Tensor(name, new PickleValue.Object(function, arguments), depth + 1),
        PickleValue.Object { Callee.FullName: RebuildTensor } tensor
            when tensor.Arguments is PickleValue.Tuple { Items: [PickleValue.Persistent storage, PickleValue.Int offset, PickleValue.Tuple shape, PickleValue.Tuple strides, ..] } =>
            Tensor(name, storage, null, offset.Value, Numbers(name, shape), Numbers(name, strides)),
        PickleValue.Object { Callee.FullName: RebuildTyped } tensor
            when tensor.Arguments is PickleValue.Tuple
            {
                Items: [PickleValue.Persistent storage, PickleValue.Int offset, PickleValue.Tuple shape, PickleValue.Tuple strides, _, _, PickleValue.Global type, ..],
            } =>
            Tensor(name, storage, type, offset.Value, Numbers(name, shape), Numbers(name, strides)),
        PickleValue.Object { Callee.FullName: var other } => throw SconceException.Unsupported(
            $"'{name}' is stored as a Python object that {other} makes, which Sconce does not run", place, "turn it into a plain tensor before exporting the model"),
        _ => throw Damaged(name),
    };

    /// <summary>A view of a storage, whose dtype stands beside it where it has none itself.</summary>
    private TensorData Tensor(string name, PickleValue.Persistent storage, PickleValue.Global? typed, long offset, ImmutableArray<long> shape, ImmutableArray<long> strides)
    {
        if (storage.Id is not PickleValue.Tuple { Items: [PickleValue.Text { Value: "storage" }, PickleValue.Global kind, PickleValue.Text key, ..] })
        {
            throw Damaged(name);
        }

        var type = (typed is null ? StorageTypes.ToDType(kind.FullName) : StorageTypes.Named(typed.FullName))
            ?? throw SconceException.Unsupported($"'{name}' lies in a {(typed ?? kind).FullName}", place, "convert the model to float32 (model.float()) before exporting it");
        var bytes = Read($"data/{key.Value}");
        return StoredTensor.Create(name, type, shape, strides, offset, isBigEndian ? StoredTensor.Swapped(bytes.Span, type) : bytes, place);
    }

    private ImmutableArray<long> Numbers(string name, PickleValue.Tuple tuple) =>
        [.. tuple.Items.Select(item => item is PickleValue.Int { Value: var value } ? value : throw Damaged(name))];

    private ReadOnlyMemory<byte> Read(string path) => zip.TryFind(root + path, out var entry)
        ? zip.Read(entry)
        : throw new SconceException($"no '{path}' in what torch.save wrote", place, "the file is incomplete: export it again");

    private SconceException Damaged(string name) =>
        new($"'{name}' is stored as a pickle that holds no tensor", place, "the file is damaged: export it again");
}
