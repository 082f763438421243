using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>Compares what a lowering made with what the frontend recorded of a value.</summary>
internal static class ShapeCheck
{
    /// <summary>
    /// What differs, as the end of a sentence; null where nothing does. Two forms of a size that are not known to be the same must be so in every run.
    /// </summary>
    public static string? Difference(LoweringContext context, Lowered lowered, GraphType.Tensor expected) => lowered switch
    {
        Lowered.Tensor tensor => Difference(context, tensor.Buffer, tensor.Buffer.Type, expected),
        Lowered.Complex complex => Difference(context, complex.Real, complex.Real.Type.ToComplex(), expected),
        _ => null,
    };

    /// <summary>
    /// PyTorch 2.14's rule for the shape of what is unique along a dim that is counted from the end is a mistake: it puts dims behind that one that are before it too
    /// (<c>torch/_subclasses/fake_impls.py</c>, <c>_unique</c>).
    /// </summary>
    public static bool IsMisrecorded(Node node) => node.Operator.StartsWith("aten::unique", StringComparison.Ordinal) && node.Arguments.Any(argument => argument is
        { Name: "dim", Argument: Argument.Int { Value: { IsConstant: true, Value: < 0 } } });

    /// <summary>The sizes that PyTorch recorded. A symbol of a size that it did not know is, where it first occurs, the size that was made; what else hangs on such a one says nothing.</summary>
    private static ImmutableArray<Dim> Recorded(LoweringContext context, ImmutableArray<Dim> recorded, ImmutableArray<Dim> made) =>
        recorded.Length != made.Length ? recorded : [.. recorded.Zip(made, (size, actual) =>
        {
            size = context.Recorded(size);
            if (size.AsAtom is Symbol symbol && context.IsOpen(symbol))
            {
                context.Bind(symbol, actual);
            }

            return size.Any(leaf => leaf is Symbol open && context.IsOpen(open)) || (size.AsAtom is Symbol bound && context.Recorded(bound).Equals(actual)) ? actual : size;
        })];

    private static string? Difference(LoweringContext context, TensorBuffer buffer, DType actual, GraphType.Tensor expected)
    {
        if (expected.Type is { } type && type != actual)
        {
            return $"should be {type.Name()}, but is {actual.Name()}";
        }

        if (expected.Shape is not { } known)
        {
            return null;
        }

        var shape = Recorded(context, known, buffer.Dims);

        if (shape.Length != buffer.Dims.Length || shape.Zip(buffer.Dims).Any(pair => context.Facts.Equal(pair.First, pair.Second) == false))
        {
            return $"should have shape [{string.Join(", ", shape)}], but has [{string.Join(", ", buffer.Dims)}]";
        }

        foreach (var (recorded, made) in shape.Zip(buffer.Dims).Where(pair => !context.LeavesOut(made: pair.Second, recorded: pair.First)))
        {
            context.Same(made, recorded, "PyTorch found these sizes equal when it traced the model");
        }

        return null;
    }
}
