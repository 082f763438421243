using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>Makes a constant tensor of what a file claims about it, once the claims have been checked against the bytes.</summary>
internal static class StoredTensor
{
    /// <summary>An expanded tensor (stride 0) may be larger than its bytes; this much is let through, however small the file is.</summary>
    private const long LargestExpansion = 1 << 26;

    private const string Hint = "the file is damaged: export it again";

    public static TensorData Create(
        string name, DType type, ImmutableArray<long> shape, ImmutableArray<long> strides, long offset, ReadOnlyMemory<byte> storage, Where place)
    {
        var bytes = shape.Aggregate((Int128)type.Size(), (a, b) => Int128.Clamp(a * b, -1, long.MaxValue));
        if (storage.IsEmpty && bytes > 0)
        {
            throw new SconceException(
                $"'{name}' has no bytes in the archive", place, "a model made under FakeTensorMode has no weights: load real ones, then export it again");
        }

        if (bytes > Math.Max(storage.Length, LargestExpansion))
        {
            throw new SconceException($"'{name}' claims the shape [{string.Join(", ", shape)}] over {storage.Length} bytes", place, Hint);
        }

        try
        {
            return new TensorData(type, shape, strides, offset, storage);
        }
        catch (ArgumentException error)
        {
            throw new SconceException($"'{name}': {error.Message}", place, Hint, inner: error);
        }
    }

    /// <summary>The bytes of a machine that stores numbers the other way round, in the order of this one.</summary>
    public static byte[] Swapped(ReadOnlySpan<byte> bytes, DType type)
    {
        var size = type.IsComplex() ? type.Size() / 2 : type.Size();
        var result = bytes.ToArray();
        for (var i = 0; i + size <= result.Length; i += size)
        {
            result.AsSpan(i, size).Reverse();
        }

        return result;
    }
}
