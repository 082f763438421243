using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Passes.Compression;

/// <summary>What nodes do with weights.</summary>
internal sealed class WeightUses
{
    /// <summary>Operators whose products sum over a dim of this argument, counted from the front or, where it is negative, from the back.</summary>
    private static readonly Dictionary<string, (string Name, int Position, int Axis)> products = new()
    {
        ["aten::linear"] = ("weight", 1, -1),
        ["aten::embedding"] = ("weight", 0, -1),
        ["aten::mm"] = ("mat2", 1, 0),
        ["aten::addmm"] = ("mat2", 2, 0),
        ["aten::matmul"] = ("other", 1, -2),
        ["aten::conv1d"] = ("weight", 1, 1),
        ["aten::conv2d"] = ("weight", 1, 1),
        ["aten::conv3d"] = ("weight", 1, 1),
    };

    private readonly Dictionary<Value, List<Node>> users = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> results = new(ReferenceEqualityComparer.Instance);

    public WeightUses(Graph graph)
    {
        foreach (var node in GraphWalk.Nodes(graph.Body))
        {
            foreach (var value in node.Arguments.SelectMany(argument => argument.Argument.Values()).Distinct())
            {
                (users.TryGetValue(value, out var list) ? list : users[value] = []).Add(node);
            }

            results.UnionWith(node.Blocks.SelectMany(block => block.Results).SelectMany(result => result.Values()));
        }

        results.UnionWith(graph.Outputs.Select(output => output.Value).Concat(graph.Mutations.Select(mutation => mutation.NewValue)).SelectMany(value => value.Values()));
    }

    /// <summary>The dim that all products with a weight sum over, or along which an embedding's rows lie; null where another thing is done with it, or nothing.</summary>
    public int? SummedAxis(Value weight)
    {
        if (weight.Shape() is not { Length: var rank } || results.Contains(weight) || !users.TryGetValue(weight, out var nodes))
        {
            return null;
        }

        var axes = nodes.Select(node => AxisIn(node, weight, rank)).Distinct().ToList();
        return axes is [{ } axis] ? axis : null;
    }

    private int? AxisIn(Node node, Value weight, int rank)
    {
        if (node.Operator is "aten::t" or "aten::numpy_T" && rank == 2 || (node.Operator is "aten::transpose" or "aten::permute" && rank == 2 && Swaps(node)))
        {
            return SummedAxis(node.Outputs[0]) is { } axis ? 1 - axis : null;
        }

        return products.TryGetValue(node.Operator, out var use) && node.FindValue(use.Name, use.Position) == weight
            && node.Arguments.Sum(argument => argument.Argument.Values().Count(value => value == weight)) == 1
            ? use.Axis < 0 ? rank + use.Axis : use.Axis
            : null;
    }

    private static bool Swaps(Node node) => node.Operator == "aten::permute"
        ? node.FindInts("dims", 1) is [1 or -1, 0 or -2]
        : (node.FindInt("dim0", 1), node.FindInt("dim1", 2)) is (0 or -2, 1 or -1) or (1 or -1, 0 or -2);
}
