using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler;

/// <summary>
/// Makes a graph compute in float32 wherever it computes in half precision: beside the graph as it is, it tells how much of
/// a difference is the model's own rounding.
/// </summary>
internal static class SinglePrecision
{
    /// <summary>The coarsest type of half precision that the graph computes in; null where it uses none.</summary>
    public static DType? HalfOf(Graph graph)
    {
        var halves = GraphWalk.Definitions(graph).Select(value => value.Type is GraphType.Tensor { Type: { } type } && type.IsHalf() ? type : (DType?)null).ToHashSet();
        return halves.Contains(DType.BFloat16) ? DType.BFloat16 : halves.Contains(DType.Float16) ? DType.Float16 : null;
    }

    public static void Widen(Graph graph)
    {
        foreach (var value in GraphWalk.Definitions(graph))
        {
            if (value.Type is GraphType.Tensor { Type: { } type } tensor && type.IsHalf())
            {
                value.Type = tensor with { Type = DType.Float32 };
            }
        }

        for (var i = 0; i < graph.Inputs.Count; i++)
        {
            if (graph.Inputs[i] is { Data: { } data } input)
            {
                graph.Inputs[i] = input with { Data = HalfPrecision.Widen(data) };
            }
        }

        foreach (var node in GraphWalk.Nodes(graph.Body))
        {
            node.Arguments = [.. node.Arguments.Select(argument => argument with { Argument = Widen(argument.Argument) })];
        }
    }

    private static Argument Widen(Argument argument) => argument switch
    {
        Argument.ScalarType { Value: var type } when type.IsHalf() => new Argument.ScalarType(DType.Float32),
        Argument.List list => new Argument.List([.. list.Items.Select(Widen)]),
        _ => argument,
    };
}
