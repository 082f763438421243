using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;
using GraphNode = Sconce.Compiler.Graphs.Node;
using GraphValue = Sconce.Compiler.Graphs.Value;

namespace Sconce.Cli.Pictures;

/// <summary>A model's graph as boxes: one for each input a run takes, each operator and each output; weights are lines in the boxes that use them.</summary>
internal static class GraphPicture
{
    /// <summary>Operators that decide the time, drawn in a colour of their own.</summary>
    private static readonly HashSet<string> Heavy =
    [
        "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::convolution", "aten::conv_transpose1d", "aten::conv_transpose2d", "aten::linear",
        "aten::matmul", "aten::mm", "aten::bmm", "aten::addmm", "aten::baddbmm", "aten::scaled_dot_product_attention", "aten::einsum",
        "aten::lstm", "aten::gru", "aten::lstm_cell",
    ];

    public static IReadOnlyList<PictureNode> Of(Graph graph)
    {
        var boxes = new List<PictureNode>();
        var makers = new Dictionary<GraphValue, PictureNode>();
        var weights = new Dictionary<GraphValue, GraphInput>();
        foreach (var input in graph.Inputs)
        {
            if (input.Kind == InputKind.User)
            {
                makers[input.Value] = Add(new PictureNode(input.Name, [TypeText(input.Value.Type)], null, BoxKind.Input, []));
            }
            else
            {
                weights[input.Value] = input;
            }
        }

        foreach (var node in graph.Body.Nodes)
        {
            var box = Add(Box(node, makers, weights));
            foreach (var output in node.Outputs)
            {
                makers[output] = box;
            }
        }

        foreach (var output in graph.Outputs)
        {
            Add(new PictureNode(output.Name, [], null, BoxKind.Output, [.. Values(output.Value).Where(makers.ContainsKey).Select(value => makers[value])]));
        }

        return boxes;

        PictureNode Add(PictureNode box)
        {
            boxes.Add(box);
            return box;
        }
    }

    private static PictureNode Box(GraphNode node, Dictionary<GraphValue, PictureNode> makers, Dictionary<GraphValue, GraphInput> weights)
    {
        var used = node.Arguments.SelectMany(argument => Values(argument.Argument)).Distinct().ToArray();
        var lines = node.Outputs.Select(output => TypeText(output.Type))
            .Concat(used.Where(weights.ContainsKey).Select(value => weights[value]).Select(input => $"{LastPart(input.Name)} {TypeText(input.Value.Type)}"));
        var kind = Heavy.Contains(node.Operator) ? BoxKind.Heavy : BoxKind.Operator;
        var title = node.Operator.StartsWith("aten::", StringComparison.Ordinal) ? node.Operator["aten::".Length..] : node.Operator;
        return new(title, [.. lines.Where(line => line.Length > 0)], $"{node}\n{node.Source}".Trim(), kind,
            [.. used.Where(makers.ContainsKey).Select(value => makers[value]).Distinct()])
        {
            Operator = node.FullName, Source = node.Source?.Brief,
        };
    }

    private static IEnumerable<GraphValue> Values(Argument argument) => argument switch
    {
        Argument.OfValue value => [value.Value],
        Argument.List list => list.Items.SelectMany(Values),
        _ => [],
    };

    private static string TypeText(GraphType type) => type switch
    {
        GraphType.Tensor { Shape: { } shape } tensor => $"{tensor.Type?.Name()} [{string.Join(", ", shape)}]".TrimStart(),
        GraphType.Int { Known: { } known } => $"{known}",
        _ => "",
    };

    private static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];
}
