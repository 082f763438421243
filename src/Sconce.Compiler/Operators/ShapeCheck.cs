using Sconce.Compiler.Types;
using Buffer = Sconce.Compiler.Tensors.Buffer;
using ValueType = Sconce.Compiler.Graph.ValueType;

namespace Sconce.Compiler.Operators;

/// <summary>Compares what a lowering made with what the frontend recorded of a value.</summary>
internal static class ShapeCheck
{
    private const int Samples = 5;

    /// <summary>What differs, as the end of a sentence; null where nothing does.</summary>
    public static string? Difference(Lowered lowered, ValueType.Tensor expected, IReadOnlyList<Symbol> symbols) => lowered switch
    {
        Lowered.Tensor tensor => Difference(tensor.Buffer, tensor.Buffer.Type, expected, symbols),
        Lowered.Complex complex => Difference(complex.Real, GraphLowering.ComplexOf(complex.Real.Type), expected, symbols),
        _ => null,
    };

    private static string? Difference(Buffer buffer, DType actual, ValueType.Tensor expected, IReadOnlyList<Symbol> symbols)
    {
        if (expected.Type is { } type && type != actual)
        {
            return $"should be {type.Name()}, but is {actual.Name()}";
        }

        if (expected.Shape is not { } shape)
        {
            return null;
        }

        var same = shape.Length == buffer.Dims.Length && shape.Zip(buffer.Dims).All(pair => Same(pair.First, pair.Second, symbols));
        return same ? null : $"should have shape [{string.Join(", ", shape)}], but has [{string.Join(", ", buffer.Dims)}]";
    }

    /// <summary>Equal in form, or (two forms of one function) equal wherever tried.</summary>
    private static bool Same(Dim a, Dim b, IReadOnlyList<Symbol> symbols)
    {
        if (a.Equals(b))
        {
            return true;
        }

        for (var sample = 0; sample < Samples; sample++)
        {
            long Size(Atom leaf) => leaf is Symbol symbol ? SampleOf(symbol, sample) : throw new NotSupportedException();
            if (a.Evaluate(Size) != b.Evaluate(Size))
            {
                return false;
            }
        }

        return symbols.Count > 0;
    }

    private static long SampleOf(Symbol symbol, int sample)
    {
        var low = Math.Max(symbol.Min, 2);
        var high = Math.Max(symbol.Max ?? (low + 97), low);
        return low + ((high - low) * sample / (Samples - 1));
    }
}
