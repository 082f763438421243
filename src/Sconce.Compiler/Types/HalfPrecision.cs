using System.Runtime.InteropServices;

namespace Sconce.Compiler.Types;

/// <summary>Floats of 8 and 16 bits to float32 and back: files of arrays keep them as float32, models take and give the real ones.</summary>
public static class HalfPrecision
{
    /// <summary>The tensor itself, or as float32 where it is of 8 or 16 bits.</summary>
    public static TensorData Widen(TensorData tensor)
    {
        if (tensor.Type == DType.Complex32)
        {
            return Widen(tensor.AsParts()).AsComplex();
        }

        if (tensor.Type.IsFloat8())
        {
            var bytes = tensor.ToDense().Span;
            var numbers = new float[bytes.Length];
            for (var i = 0; i < bytes.Length; i++)
            {
                numbers[i] = Float8.ToSingle(bytes[i], tensor.Type);
            }

            return TensorData.Dense(DType.Float32, tensor.Shape, MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray());
        }

        if (!tensor.Type.IsHalf())
        {
            return tensor;
        }

        var source = MemoryMarshal.Cast<byte, ushort>(tensor.ToDense().Span);
        var result = new float[source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            result[i] = tensor.Type == DType.Float16
                ? (float)BitConverter.UInt16BitsToHalf(source[i])
                : BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
        }

        return TensorData.Dense(DType.Float32, tensor.Shape, MemoryMarshal.AsBytes(result.AsSpan()).ToArray());
    }

    /// <summary>The numbers that an input of this type takes: float32 arrays rounded where it is of 8 or 16 bits, all others as they are.</summary>
    public static TensorData ForType(TensorData tensor, DType type) =>
        tensor.Type == DType.Float32 && type.IsNarrow() ? Narrow(tensor, type)
        : tensor.Type == DType.Complex64 && type == DType.Complex32 ? Narrow(tensor.AsParts(), DType.Float16).AsComplex()
        : tensor;

    /// <summary>A float32 tensor rounded to <paramref name="type"/>, to nearest and ties to even as PyTorch does.</summary>
    public static TensorData Narrow(TensorData tensor, DType type)
    {
        var source = MemoryMarshal.Cast<byte, float>(tensor.ToDense().Span);
        if (type.IsFloat8())
        {
            var bytes = new byte[source.Length];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Float8.FromSingle(source[i], type);
            }

            return TensorData.Dense(type, tensor.Shape, bytes);
        }

        var result = new ushort[source.Length];
        for (var i = 0; i < source.Length; i++)
        {
            result[i] = type == DType.Float16 ? BitConverter.HalfToUInt16Bits((Half)source[i]) : ToBFloat16(source[i]);
        }

        return TensorData.Dense(type, tensor.Shape, MemoryMarshal.AsBytes(result.AsSpan()).ToArray());
    }

    /// <summary>The bits of the nearest bfloat16, of two as near the even one. PyTorch's NaN has no sign, and .NET's has.</summary>
    public static ushort ToBFloat16(float value)
    {
        if (float.IsNaN(value))
        {
            return 0x7FC0;
        }

        var bits = BitConverter.SingleToUInt32Bits(value);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
