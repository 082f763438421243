using System.Globalization;
using System.Runtime.InteropServices;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Numpy;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// What comparing an output gave: the largest difference as a part of the output's scale (infinite where one side is NaN or
/// infinite and the other is not), and where it is wrong, why.
/// </summary>
internal sealed record Comparison(double MaxError, string? Problem)
{
    public bool IsRight => Problem is null;

    /// <summary>Floats within the tolerance, NaN and infinities where PyTorch has them, integers and bools exactly.</summary>
    public static Comparison Of(string name, TensorData expected, TensorData actual, Tolerance tolerance)
    {
        // Files keep half precision as float32; the model's own output says what it was.
        tolerance = tolerance.For(actual.Type);
        (expected, actual) = (HalfPrecision.Widen(expected), HalfPrecision.Widen(actual));
        if (expected.Type != actual.Type)
        {
            return Wrong($"{name}: expected {expected.Type.Name()}, but got {actual.Type.Name()}");
        }

        if (!expected.Shape.SequenceEqual(actual.Shape))
        {
            return Wrong($"{name}: expected shape {NpyHeader.ShapeText(expected.Shape)}, but got {NpyHeader.ShapeText(actual.Shape)}");
        }

        var e = expected.ToDense().Span;
        var a = actual.ToDense().Span;
        return expected.Type switch
        {
            DType.Float32 => Floats(name, expected, Cast<float>(e), Cast<float>(a), tolerance),
            DType.Float64 => Floats(name, expected, Cast<double>(e), Cast<double>(a), tolerance),
            DType.Complex64 => Floats(name, expected, Cast<float>(e), Cast<float>(a), tolerance),
            DType.Complex128 => Floats(name, expected, Cast<double>(e), Cast<double>(a), tolerance),
            DType.Int16 => Exactly(name, expected, Cast<short>(e), Cast<short>(a)),
            DType.Int32 => Exactly(name, expected, Cast<int>(e), Cast<int>(a)),
            DType.Int64 => Exactly(name, expected, Cast<long>(e), Cast<long>(a)),
            DType.UInt16 => Exactly(name, expected, Cast<ushort>(e), Cast<ushort>(a)),
            DType.UInt32 => Exactly(name, expected, Cast<uint>(e), Cast<uint>(a)),
            DType.UInt64 => Exactly(name, expected, Cast<ulong>(e), Cast<ulong>(a)),
            DType.Int8 => Exactly(name, expected, Cast<sbyte>(e), Cast<sbyte>(a)),
            _ => Exactly(name, expected, e, a),
        };
    }

    /// <summary>Dtype and shape alone; of a size that the run finds, nothing is expected.</summary>
    public static Comparison OfForm(string name, TensorData expected, TensorData actual, Port? port)
    {
        (expected, actual) = (HalfPrecision.Widen(expected), HalfPrecision.Widen(actual));
        var found = expected.Shape.Select((_, dim) => port is not null && dim < port.Shape.Length && port.Shape[dim].Any(leaf => leaf is Symbol { Source: SymbolSource.Found })).ToArray();
        return expected.Type == actual.Type && expected.Shape.Length == actual.Shape.Length && expected.Shape.Zip(actual.Shape, found).All(size => size.Third || size.First == size.Second)
            ? new(0, null)
            : Wrong($"{name}: expected {expected.Type.Name()} {NpyHeader.ShapeText(expected.Shape)}, but got {actual.Type.Name()} {NpyHeader.ShapeText(actual.Shape)}");
    }

    private static Comparison Wrong(string problem) => new(double.PositiveInfinity, problem);

    private static ReadOnlySpan<T> Cast<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);

    private static Comparison Floats<T>(
        string name, TensorData tensor, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, Tolerance tolerance)
        where T : unmanaged, System.Numerics.IFloatingPoint<T>
    {
        var scale = Tolerance.SmallestScale;
        foreach (var value in expected)
        {
            scale = T.IsFinite(value) ? Math.Max(scale, Math.Abs(double.CreateChecked(value))) : scale;
        }

        var (worst, worstAt, wrong) = (0.0, 0, 0);
        for (var i = 0; i < expected.Length; i++)
        {
            var (e, a) = (double.CreateChecked(expected[i]), double.CreateChecked(actual[i]));
            var difference = Difference(e, a);
            if (difference > worst)
            {
                (worst, worstAt) = (difference, i);
            }

            if (difference > (tolerance.Relative * Math.Abs(e)) + (tolerance.Absolute * scale) || double.IsInfinity(difference))
            {
                wrong++;
            }
        }

        var problem = wrong == 0 ? null : Describe(
            name, tensor, worstAt, Text(double.CreateChecked(expected[worstAt])), Text(double.CreateChecked(actual[worstAt])), wrong);
        return new(worst / scale, problem);
    }

    private static double Difference(double expected, double actual)
    {
        if (double.IsFinite(expected) && double.IsFinite(actual))
        {
            return Math.Abs(actual - expected);
        }

        var alike = double.IsNaN(expected) ? double.IsNaN(actual) : expected.Equals(actual);
        return alike ? 0 : double.PositiveInfinity;
    }

    private static Comparison Exactly<T>(string name, TensorData tensor, ReadOnlySpan<T> expected, ReadOnlySpan<T> actual)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var (first, wrong, worst, scale) = (-1, 0, 0.0, 1.0);
        for (var i = 0; i < expected.Length; i++)
        {
            var (e, a) = (double.CreateChecked(expected[i]), double.CreateChecked(actual[i]));
            scale = Math.Max(scale, Math.Abs(e));
            if (expected[i] != actual[i])
            {
                first = first < 0 ? i : first;
                worst = Math.Max(worst, Math.Abs(a - e));
                wrong++;
            }
        }

        return wrong == 0
            ? new(0, null)
            : new(worst / scale, Describe(name, tensor, first, $"{expected[first]}", $"{actual[first]}", wrong));
    }

    private static string Describe(string name, TensorData tensor, int component, string expected, string actual, int wrong)
    {
        var (perElement, total) = tensor.Type.IsComplex() ? (2, tensor.ElementCount * 2) : (1, tensor.ElementCount);
        var index = IndexText(tensor, component / perElement);
        var part = perElement == 2 ? (component % 2 == 0 ? ".real" : ".imag") : "";
        return $"{name}{index}{part}: expected {expected}, but got {actual} ({wrong} of {total} differ)";
    }

    private static string IndexText(TensorData tensor, long element)
    {
        if (tensor.Shape.IsEmpty)
        {
            return "";
        }

        var strides = TensorData.RowMajorStrides(tensor.Shape);
        return NpyHeader.ShapeText(tensor.Shape.Select((size, axis) => element / strides[axis] % Math.Max(size, 1)));
    }

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
