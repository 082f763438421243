using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The weights or the constants of a model: which file of the archive each is in, and how it views that file's bytes.</summary>
internal sealed class Payloads(Pt2Archive archive, string configPath, string folder)
{
    /// <summary>An expanded tensor (stride 0) may be larger than its bytes; this much is let through, however small the file is.</summary>
    private const long LargestExpansion = 1 << 26;

    private readonly PayloadConfigJson config =
        SchemaJson.Parse(archive.Read(configPath).Span, SchemaContext.Default.PayloadConfigJson, archive.Place(configPath));

    private readonly Dictionary<(string Path, DType Type), ReadOnlyMemory<byte>> storages = [];

    public TensorData? Find(string name) => config.Config.GetValueOrDefault(name) is { } payload ? Read(name, payload) : null;

    private TensorData Read(string name, PayloadJson payload)
    {
        var path = folder + payload.PathName;
        var place = archive.Place(path);
        if (payload.UsePickle || payload.TensorMeta is not { } meta)
        {
            throw SconceException.Unsupported(
                $"'{name}' is stored as a Python object, not as plain bytes", place, "turn it into a plain tensor before exporting the model");
        }

        if (meta.Layout != TensorMetaJson.StridedLayout)
        {
            throw SconceException.Unsupported($"'{name}' is a sparse tensor", place, "call .to_dense() on it before exporting the model");
        }

        var type = ScalarTypes.ToDType(meta.Dtype, place);
        var (shape, strides) = (Numbers(name, meta.Sizes, place), Numbers(name, meta.Strides, place));
        var offset = Numbers(name, [meta.StorageOffset], place)[0];
        var storage = Storage(path, type);
        var count = shape.Aggregate((Int128)1, (a, b) => Int128.Clamp(a * b, -1, long.MaxValue));
        if (storage.IsEmpty && count > 0)
        {
            throw new SconceException(
                $"'{name}' has no bytes in the archive", place, "a model made under FakeTensorMode has no weights: load real ones, then export it again");
        }

        if (count * type.Size() > Math.Max(storage.Length, LargestExpansion))
        {
            throw new SconceException(
                $"'{name}' claims the shape [{string.Join(", ", shape)}] over {storage.Length} bytes", place, "the file is damaged: export it again");
        }

        try
        {
            return new TensorData(type, shape, strides, offset, storage);
        }
        catch (ArgumentException error)
        {
            throw new SconceException($"'{name}': {error.Message}", place, "the file is damaged: export it again", inner: error);
        }
    }

    private ReadOnlyMemory<byte> Storage(string path, DType type)
    {
        if (!storages.TryGetValue((path, type), out var bytes))
        {
            bytes = archive.Read(path);
            bytes = archive.IsBigEndian ? Swapped(bytes.Span, type.IsComplex() ? type.Size() / 2 : type.Size()) : bytes;
            storages.Add((path, type), bytes);
        }

        return bytes;
    }

    private static byte[] Swapped(ReadOnlySpan<byte> bytes, int size)
    {
        var result = bytes.ToArray();
        for (var i = 0; i + size <= result.Length; i += size)
        {
            result.AsSpan(i, size).Reverse();
        }

        return result;
    }

    private static ImmutableArray<long> Numbers(string name, List<SymIntJson> values, Where place) =>
    [
        .. values.Select(value => value.AsInt
            ?? throw new SconceException($"'{name}' has a size that is no number", place, "the file is damaged: export it again")),
    ];
}
