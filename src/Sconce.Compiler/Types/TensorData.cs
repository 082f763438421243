using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>
/// A constant tensor as a file holds it: a view (element strides and offset, as PyTorch counts them) of bytes that several
/// tensors may share. Sizes have been checked against the storage when one of these exists.
/// </summary>
public sealed class TensorData
{
    /// <summary>More elements than any memory holds: where sizes are at most this, their sums and products stay within 64 bits.</summary>
    internal const long MostElements = 1L << 40;

    public TensorData(DType type, ImmutableArray<long> shape, ImmutableArray<long> strides, long offset, ReadOnlyMemory<byte> storage)
    {
        (Type, Shape, Strides, Offset, Storage) = (type, shape, strides, offset, storage);
        Int128 first = offset, last = offset;
        var empty = false;
        for (var i = 0; i < shape.Length; i++)
        {
            empty |= shape[i] == 0;
            if (shape[i] < 0 || strides.Length != shape.Length)
            {
                throw new ArgumentException("A tensor's shape has a negative size, or not one stride for each size.");
            }

            var reach = (Int128)(shape[i] - 1) * strides[i];
            first += Int128.Min(reach, 0);
            last += Int128.Max(reach, 0);
        }

        if (!empty && (first < 0 || (last + 1) * type.Size() > storage.Length))
        {
            throw new ArgumentException($"A tensor of shape [{string.Join(", ", shape)}] reaches outside its storage of {storage.Length} bytes.");
        }
    }

    public DType Type { get; }

    public ImmutableArray<long> Shape { get; }

    /// <summary>In elements.</summary>
    public ImmutableArray<long> Strides { get; }

    /// <summary>In elements.</summary>
    public long Offset { get; }

    public ReadOnlyMemory<byte> Storage { get; }

    public long ElementCount => Shape.Aggregate(1L, (a, b) => checked(a * b));

    public long ByteCount => checked(ElementCount * Type.Size());

    /// <summary>A dense row-major tensor over its own bytes.</summary>
    public static TensorData Dense(DType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> bytes) =>
        new(type, shape, RowMajorStrides(shape), 0, bytes);

    public static ImmutableArray<long> RowMajorStrides(ImmutableArray<long> shape)
    {
        var strides = new long[shape.Length];
        var step = 1L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step = checked(step * Math.Max(shape[i], 1));
        }

        return [.. strides];
    }

    public bool IsDense
    {
        get
        {
            var step = 1L;
            for (var i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != step)
                {
                    return false;
                }

                step *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>Complex numbers as real ones, with the two parts as a last dim; the same bytes.</summary>
    public TensorData AsParts() => new(Type.ToPart(), [.. Shape, 2], [.. Strides.Select(stride => stride * 2), 1], Offset * 2, Storage);

    /// <summary>What <see cref="AsParts"/> gave as complex numbers again.</summary>
    public TensorData AsComplex() => Dense(Type.ToComplex(), Shape[..^1], ToDense());

    /// <summary>Whether another tensor of the same dtype and shape has the same elements, bit by bit.</summary>
    public bool HasContentsOf(TensorData other)
    {
        if (Storage.Equals(other.Storage) && Offset == other.Offset && Strides.AsSpan().SequenceEqual(other.Strides.AsSpan()))
        {
            return true;
        }

        return IsDense && other.IsDense && ToDense().Span.SequenceEqual(other.ToDense().Span);
    }

    /// <summary>The elements in row-major order; no copy where they lie so already.</summary>
    public ReadOnlyMemory<byte> ToDense()
    {
        var size = Type.Size();
        if (ElementCount == 0)
        {
            return ReadOnlyMemory<byte>.Empty;
        }

        if (IsDense)
        {
            return Storage.Slice(checked((int)(Offset * size)), checked((int)ByteCount));
        }

        var result = new byte[ByteCount];
        var source = Storage.Span;
        var index = new long[Shape.Length];
        var position = Offset;
        for (var written = 0; written < result.Length; written += size)
        {
            source.Slice(checked((int)(position * size)), size).CopyTo(result.AsSpan(written));
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                position += Strides[axis];
                if (++index[axis] < Shape[axis])
                {
                    break;
                }

                position -= Strides[axis] * Shape[axis];
                index[axis] = 0;
            }
        }

        return result;
    }
}
