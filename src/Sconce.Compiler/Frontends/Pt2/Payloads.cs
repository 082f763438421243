using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The weights or the constants of a model: which file of the archive each is in, and how it views that file's bytes.</summary>
internal sealed class Payloads(Pt2Archive archive, string configPath, string folder) : StoredTensors
{
    private readonly PayloadConfigJson config =
        SchemaJson.Parse(archive.Read(configPath).Span, SchemaContext.Default.PayloadConfigJson, archive.Place(configPath));

    private readonly Dictionary<(string Path, DType Type), ReadOnlyMemory<byte>> storages = [];

    public override StoredWeight? Find(string name) => config.Config.GetValueOrDefault(name) is { } payload ? Read(name, payload) : null;

    private StoredWeight Read(string name, PayloadJson payload)
    {
        var path = folder + payload.PathName;
        var place = archive.Place(path);
        if (payload.UsePickle)
        {
            return TorchPickle.ReadTensor(archive.Read(path), name, place);
        }

        var meta = payload.TensorMeta ?? throw new SconceException($"nothing is recorded about '{name}'", place, "the file is damaged: export it again");
        if (meta.Layout != TensorMetaJson.StridedLayout)
        {
            throw SconceException.Unsupported($"'{name}' is a sparse tensor", place, "call .to_dense() on it before exporting the model");
        }

        var type = ScalarTypes.ToDType(meta.Dtype, place);
        var (shape, strides) = (Numbers(name, meta.Sizes, place), Numbers(name, meta.Strides, place));
        var offset = Numbers(name, [meta.StorageOffset], place)[0];
        return new StoredWeight.Plain(StoredTensor.Create(name, type, shape, strides, offset, Storage(path, type), place));
    }

    private ReadOnlyMemory<byte> Storage(string path, DType type)
    {
        if (!storages.TryGetValue((path, type), out var bytes))
        {
            bytes = archive.Read(path);
            bytes = archive.IsBigEndian ? StoredTensor.Swapped(bytes.Span, type) : bytes;
            storages.Add((path, type), bytes);
        }

        return bytes;
    }

    private static ImmutableArray<long> Numbers(string name, List<SymIntJson> values, Where place) =>
    [
        .. values.Select(value => value.AsInt
            ?? throw new SconceException($"'{name}' has a size that is no number", place, "the file is damaged: export it again")),
    ];
}
