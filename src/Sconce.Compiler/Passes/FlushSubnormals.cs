using System.Numerics;
using System.Runtime.InteropServices;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Constants too small for a normal number become zero, as processors multiply with such numbers some hundred times more slowly (docs/decisions/0006-subnormals.md).
/// </summary>
internal static class FlushSubnormals
{
    public static void Run(TensorProgram program)
    {
        if (program.Exact)
        {
            return;
        }

        foreach (var buffer in StepTree.Leaves(program.Steps).SelectMany(step => step.BuffersRead)
            .Where(buffer => buffer.Kind == BufferKind.Constant).Distinct(ReferenceEqualityComparer.Instance).Cast<TensorBuffer>())
        {
            if (buffer.Data is { } data && Flushed(data) is var (flushed, count) && count > 0)
            {
                buffer.Data = flushed;
                program.Flushed.Add((buffer.Name, count));
            }
        }
    }

    /// <summary>Whether a constant holds such a number.</summary>
    public static bool HasAny(TensorBuffer buffer) => buffer is { Kind: BufferKind.Constant, Data: { } data } && Flushed(data).Count > 0;

    /// <summary>A float16 is computed with as a float32, where its smallest numbers are normal ones.</summary>
    private static (TensorData Data, long Count) Flushed(TensorData data) => data.Type switch
    {
        DType.Float32 => Flushed<uint>(data, 0x7F800000, 0x80000000),
        DType.Float64 => Flushed<ulong>(data, 0x7FF0000000000000, 0x8000000000000000),
        DType.BFloat16 => Flushed<ushort>(data, 0x7F80, 0x8000),
        _ => (data, 0),
    };

    /// <summary>A number whose exponent is 0 keeps its sign alone. The tensor itself where there is none but zeros.</summary>
    private static (TensorData Data, long Count) Flushed<T>(TensorData data, T exponent, T sign)
        where T : unmanaged, IBinaryInteger<T>
    {
        var dense = data.ToDense();
        var count = 0L;
        foreach (var bits in MemoryMarshal.Cast<byte, T>(dense.Span))
        {
            count += (bits & exponent) == T.Zero && (bits & ~sign) != T.Zero ? 1 : 0;
        }

        if (count == 0)
        {
            return (data, 0);
        }

        var bytes = dense.ToArray();
        foreach (ref var bits in MemoryMarshal.Cast<byte, T>(bytes.AsSpan()))
        {
            bits = (bits & exponent) == T.Zero ? bits & sign : bits;
        }

        return (TensorData.Dense(data.Type, data.Shape, bytes), count);
    }
}
