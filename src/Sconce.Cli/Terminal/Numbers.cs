using System.Globalization;
using System.Runtime.InteropServices;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Terminal;

/// <summary>A tensor in a line: its range, its mean and its first elements.</summary>
internal sealed record Numbers(string Min, string Max, string Mean, string First)
{
    private const int Shown = 5;

    public static Numbers Of(TensorData tensor)
    {
        var values = ToDoubles(tensor);
        if (values.Length == 0)
        {
            return new("-", "-", "-", "(empty)");
        }

        var more = values.Length > Shown ? " …" : "";
        return new(Text(values.Min()), Text(values.Max()), Text(values.Average()), string.Join(' ', values.Take(Shown).Select(Text)) + more);
    }

    /// <summary>The elements as numbers; of a complex tensor the real and imaginary parts in turn.</summary>
    public static double[] ToDoubles(TensorData tensor)
    {
        tensor = HalfPrecision.Widen(tensor);
        var bytes = tensor.ToDense().Span;
        return tensor.Type switch
        {
            DType.Int8 => Convert<sbyte>(bytes),
            DType.Int16 => Convert<short>(bytes),
            DType.Int32 => Convert<int>(bytes),
            DType.Int64 => Convert<long>(bytes),
            DType.UInt16 => Convert<ushort>(bytes),
            DType.UInt32 => Convert<uint>(bytes),
            DType.UInt64 => Convert<ulong>(bytes),
            DType.Float32 or DType.Complex64 => Convert<float>(bytes),
            DType.Float64 or DType.Complex128 => Convert<double>(bytes),
            _ => Convert<byte>(bytes),
        };
    }

    private static double[] Convert<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(bytes);
        var result = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = double.CreateChecked(values[i]);
        }

        return result;
    }

    private static string Text(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
