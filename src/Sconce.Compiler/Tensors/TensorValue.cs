using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>A tensor's elements in row-major order, read and written as doubles (floats) or longs (integers and bool).</summary>
public sealed class TensorValue
{
    private readonly ArraySegment<byte> bytes;

    public TensorValue(DType type, ImmutableArray<long> shape)
        : this(type, shape, new byte[checked(shape.Aggregate(1L, (a, b) => checked(a * b)) * type.Size())])
    {
    }

    public TensorValue(DType type, ImmutableArray<long> shape, byte[] bytes)
        : this(type, shape, new ArraySegment<byte>(bytes))
    {
    }

    private TensorValue(DType type, ImmutableArray<long> shape, ArraySegment<byte> bytes) =>
        (Type, Shape, Strides, this.bytes) = (type, shape, TensorData.RowMajorStrides(shape), bytes);

    public DType Type { get; }

    public ImmutableArray<long> Shape { get; }

    public ImmutableArray<long> Strides { get; }

    public Span<byte> Bytes => bytes;

    public long Count => bytes.Count / Type.Size();

    /// <summary>A copy; complex numbers as their parts, a last dim of two.</summary>
    public static TensorValue Of(TensorData data) => data.Type.IsComplex() ? Of(data.AsParts()) : new(data.Type, data.Shape, data.ToDense().ToArray());

    /// <summary>The same bytes, where they lie dense already: for weights, which are big, and which nobody writes to.</summary>
    public static TensorValue Sharing(TensorData data) =>
        MemoryMarshal.TryGetArray(data.ToDense(), out var bytes) ? new(data.Type, data.Shape, bytes) : Of(data);

    public TensorData ToData() => TensorData.Dense(Type, Shape, bytes.AsMemory());

    /// <summary>An element's place, by its index.</summary>
    public Dim Offset(IReadOnlyList<Dim> index)
    {
        var total = Dim.Zero;
        for (var i = 0; i < index.Count; i++)
        {
            total += index[i] * Strides[i];
        }

        return total;
    }

    public double GetFloat(long at) => Type switch
    {
        DType.Float32 => MemoryMarshal.Cast<byte, float>(Bytes)[(int)at],
        DType.Float64 => MemoryMarshal.Cast<byte, double>(Bytes)[(int)at],
        DType.Float16 => (double)MemoryMarshal.Cast<byte, Half>(Bytes)[(int)at],
        DType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)MemoryMarshal.Cast<byte, ushort>(Bytes)[(int)at] << 16),
        DType.UInt64 => (ulong)GetInteger(at),
        _ when Type.IsFloat8() => Float8.ToSingle(Bytes[(int)at], Type),
        _ => GetInteger(at),
    };

    /// <summary>An integer; one of uint64 as the int64 of the same bits.</summary>
    public long GetInteger(long at) => Type switch
    {
        DType.Bool or DType.UInt8 => Bytes[(int)at],
        DType.Int8 => (sbyte)Bytes[(int)at],
        DType.Int16 => MemoryMarshal.Cast<byte, short>(Bytes)[(int)at],
        DType.Int32 => MemoryMarshal.Cast<byte, int>(Bytes)[(int)at],
        DType.Int64 or DType.UInt64 => MemoryMarshal.Cast<byte, long>(Bytes)[(int)at],
        DType.UInt16 => MemoryMarshal.Cast<byte, ushort>(Bytes)[(int)at],
        DType.UInt32 => MemoryMarshal.Cast<byte, uint>(Bytes)[(int)at],
        _ => (long)GetFloat(at),
    };

    public void SetFloat(long at, double value)
    {
        switch (Type)
        {
            case DType.Float32:
                MemoryMarshal.Cast<byte, float>(Bytes)[(int)at] = (float)value;
                break;
            case DType.Float64:
                MemoryMarshal.Cast<byte, double>(Bytes)[(int)at] = value;
                break;
            case DType.Float16:
                MemoryMarshal.Cast<byte, Half>(Bytes)[(int)at] = (Half)value;
                break;
            case DType.BFloat16:
                MemoryMarshal.Cast<byte, ushort>(Bytes)[(int)at] = HalfPrecision.ToBFloat16((float)value);
                break;
            case var type when type.IsFloat8():
                Bytes[(int)at] = Float8.FromSingle((float)value, type);
                break;
            default:
                SetInteger(at, (long)value);
                break;
        }
    }

    public void SetInteger(long at, long value)
    {
        switch (Type)
        {
            case DType.Bool:
                Bytes[(int)at] = (byte)(value != 0 ? 1 : 0);
                break;
            case DType.UInt8 or DType.Int8:
                Bytes[(int)at] = unchecked((byte)value);
                break;
            case DType.Int16 or DType.UInt16:
                MemoryMarshal.Cast<byte, short>(Bytes)[(int)at] = unchecked((short)value);
                break;
            case DType.Int32 or DType.UInt32:
                MemoryMarshal.Cast<byte, int>(Bytes)[(int)at] = unchecked((int)value);
                break;
            case DType.Int64 or DType.UInt64:
                MemoryMarshal.Cast<byte, long>(Bytes)[(int)at] = value;
                break;
            default:
                SetFloat(at, value);
                break;
        }
    }
}
