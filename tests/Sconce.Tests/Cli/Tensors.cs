using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Cli;

/// <summary>Short ways to write a tensor down in a test.</summary>
internal static class Tensors
{
    public static TensorData Floats(params float[] values) => Floats([values.Length], values);

    public static TensorData Floats(ImmutableArray<long> shape, float[] values) => TensorData.Dense(DType.Float32, shape, Bytes(values));

    public static TensorData Longs(params long[] values) => TensorData.Dense(DType.Int64, [values.Length], Bytes(values));

    public static TensorData Bools(params bool[] values) => TensorData.Dense(DType.Bool, [values.Length], Bytes(values));

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
